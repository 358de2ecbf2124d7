import CKernels
import CTidemill
import Expressions
import Glibc

/// Collects the values of a whole batch as `tide_values` has them.
class ValueOutput {
  let type: UInt32
  /// One a row.
  fileprivate var states: [UInt8] = []
  /// Rows whose state is not TIDE_K_VALUE.
  fileprivate var lacking = 0

  init(_ type: UInt32) { self.type = type }

  func begin(_ count: Int) {
    states.removeAll(keepingCapacity: true)
    lacking = 0
    if states.capacity < count { states.reserveCapacity(count) }
  }

  /// Adds the rows of the next chunk.
  func run(_ chunk: Chunk) { fatalError("an output collects") }

  /// True when a row has no value only where its evaluation has none.
  var isFinal: Bool { false }

  /// Looks at the rows without a value, and takes what kernels did not see there.
  ///
  /// - Returns: false when a value is none of the output's type.
  final func fill(
    from hidden: HiddenRows, _ frame: UnsafePointer<tide_frame>, _ selection: UnsafePointer<UInt16>?
  ) -> Bool {
    guard lacking > 0 else { return true }
    var fits = true
    for index in states.indices where states[index] == UInt8(TIDE_K_MISSING) {
      let row = selection.map { UInt32($0[index]) } ?? UInt32(index)
      guard let (value, isNull) = hidden.look(frame, row) else { continue }
      if let value {
        guard put(value, at: index) else {
          fits = false
          continue
        }
        states[index] = UInt8(TIDE_K_VALUE)
        lacking -= 1
      } else if isNull {
        states[index] = UInt8(TIDE_K_NULL)
      }
    }
    return fits
  }

  /// Takes a value for a row that has none so far. False: it is of another type.
  fileprivate func put(_ value: Value, at index: Int) -> Bool { false }

  /// What was collected; valid until the next `begin`.
  func finish() -> tide_values {
    var values = tide_values()
    values.size = UInt32(MemoryLayout<tide_values>.size)
    values.type = type
    values.count = UInt32(states.count)
    if lacking > 0 {
      for state in states {
        if state == UInt8(TIDE_K_NULL) { values.nulls += 1 }
        if state == UInt8(TIDE_K_MISSING) { values.errors += 1 }
      }
      values.state = states.withUnsafeBufferPointer { $0.baseAddress }
    }
    return values
  }

  fileprivate func append(_ states: UnsafePointer<UInt8>?, _ count: Int) {
    guard let states else {
      self.states.append(contentsOf: repeatElement(0, count: count))
      return
    }
    for index in 0..<count where states[index] != UInt8(TIDE_K_VALUE) { lacking += 1 }
    self.states.append(contentsOf: UnsafeBufferPointer(start: states, count: count))
  }
}

/// 64-bit values.
final class NumberOutput: ValueOutput {
  private let node: NumberNode
  private var values = UnsafeMutablePointer<UInt64>.allocate(capacity: 0)
  private var capacity = 0

  init(_ node: NumberNode, type: UInt32) {
    self.node = node
    super.init(type)
  }

  deinit { values.deallocate() }

  override func begin(_ count: Int) {
    super.begin(count)
    guard count > capacity else { return }
    values.deallocate()
    capacity = max(count, Chunk.limit)
    values = .allocate(capacity: capacity)
  }

  override func run(_ chunk: Chunk) {
    let numbers = node.run(chunk)
    let at = values + states.count
    at.update(from: numbers.uints, count: Int(chunk.count))
    if let states = numbers.states { tide_k_clear(states, at, chunk.count) }
    append(numbers.states, Int(chunk.count))
  }

  override func put(_ value: Value, at index: Int) -> Bool {
    guard let bits = node.kind.bits(value) else { return false }
    values[index] = bits
    return true
  }

  override func finish() -> tide_values {
    var result = super.finish()
    result.data = UnsafeRawPointer(values)
    return result
  }
}

/// Conditions, as bytes 0 and 1.
final class ConditionOutput: ValueOutput {
  private let node: ConditionNode
  private var values: [UInt8] = []

  init(_ node: ConditionNode) {
    self.node = node
    super.init(UInt32(TIDE_BOOL))
  }

  override func begin(_ count: Int) {
    super.begin(count)
    values.removeAll(keepingCapacity: true)
  }

  override func run(_ chunk: Chunk) {
    node.run(chunk, nil)
    for index in 0..<Int(chunk.count) {
      let verdict = node.mask[index]
      values.append(verdict == UInt8(TIDE_K_TRUE) ? 1 : 0)
      let isError = verdict == UInt8(TIDE_K_ERROR)
      states.append(UInt8(isError ? TIDE_K_MISSING : TIDE_K_VALUE))
      if isError { lacking += 1 }
    }
  }

  override func put(_ value: Value, at index: Int) -> Bool {
    guard case .bool(let truth) = value else { return false }
    values[index] = truth ? 1 : 0
    return true
  }

  override func finish() -> tide_values {
    var result = super.finish()
    result.data = values.withUnsafeBytes { $0.baseAddress }
    return result
  }
}

/// Texts and bytes: a column's own where the expression is one, else made row by row, once for each text of a dictionary.
final class TextOutput: ValueOutput {
  private let rows: RowPart
  /// The only field that the expression reads, when that is one of text.
  private let field: FieldPlace?
  /// The expression is that field itself.
  private let isPlain: Bool
  private let register = Register()
  private var memo = TextMemo<(state: UInt8, text: [UInt8])>()
  private var texts: [tide_string] = []
  /// What was made, and where each text of it stands: memory may move until all is made.
  private var heap: [UInt8] = []
  private var places: [(row: Int, start: Int, count: Int)] = []

  init(_ rows: RowPart, field: FieldPlace?, isPlain: Bool, type: UInt32) {
    self.rows = rows
    self.field = field
    self.isPlain = isPlain
    super.init(type)
  }

  override func begin(_ count: Int) {
    super.begin(count)
    texts.removeAll(keepingCapacity: true)
    heap.removeAll(keepingCapacity: true)
    places.removeAll(keepingCapacity: true)
  }

  override func run(_ chunk: Chunk) {
    if isPlain, let field {
      let known = field.states(chunk, into: register.states)
      let start = texts.count
      texts.append(contentsOf: repeatElement(tide_string(data: "", length: 0), count: Int(chunk.count)))
      texts.withUnsafeMutableBufferPointer { tide_k_load_texts(chunk.frame, field.column, chunk.rows, $0.baseAddress! + start) }
      append(known, Int(chunk.count))
      return
    }
    let codes = field.flatMap { tide_code_vec(chunk.frame, $0.column) }
    if codes != nil, let field, chunk.isFirst { memo.begin(chunk.frame, field.column) }
    for index in 0..<Int(chunk.count) {
      let row = chunk.row(index)
      if let codes, let field, tide_valid(chunk.frame, field.column, row) != 0 {
        let code = Int(codes[Int(row)])
        if memo.results[code] == nil { memo.remember(make(chunk.frame, row), for: code) }
        let known = memo.results[code]!
        add(known.state, known.text)
      } else {
        let made = make(chunk.frame, row)
        add(made.state, made.text)
      }
    }
  }

  private func make(_ frame: UnsafePointer<tide_frame>, _ row: UInt32) -> (state: UInt8, text: [UInt8]) {
    switch (rows.value(frame, row), type) {
    case (.string(let text)?, UInt32(TIDE_UTF8)): (UInt8(TIDE_K_VALUE), text.utf8)
    case (.bytes(let bytes)?, UInt32(TIDE_BINARY)): (UInt8(TIDE_K_VALUE), bytes)
    default: (UInt8(rows.wasNull ? TIDE_K_NULL : TIDE_K_MISSING), [])
    }
  }

  private func add(_ state: UInt8, _ text: [UInt8]) {
    if state != UInt8(TIDE_K_VALUE) { lacking += 1 }
    places.append((texts.count, heap.count, text.count))
    heap += text
    texts.append(tide_string(data: "", length: 0))
    states.append(state)
  }

  override func finish() -> tide_values {
    var result = super.finish()
    heap.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress?.assumingMemoryBound(to: CChar.self) else { return }
      for place in places where place.count > 0 {
        texts[place.row] = tide_string(data: base + place.start, length: UInt64(place.count))
      }
    }
    result.data = texts.withUnsafeBytes { $0.baseAddress }
    return result
  }
}

/// Values of any type, row by row.
final class VariantOutput: ValueOutput {
  private let rows: RowPart
  private var values: [Value?] = []
  private var heap: [UInt8] = []
  private var texts: [tide_string] = []
  private var metadata: [UInt8] = []

  init(_ rows: RowPart) {
    self.rows = rows
    super.init(UInt32(TIDE_VARIANT))
  }

  override var isFinal: Bool { true }

  override func begin(_ count: Int) {
    super.begin(count)
    values.removeAll(keepingCapacity: true)
  }

  override func run(_ chunk: Chunk) {
    for index in 0..<Int(chunk.count) {
      let value = rows.value(chunk.frame, chunk.row(index))
      values.append(value)
      states.append(UInt8(value != nil ? TIDE_K_VALUE : rows.wasNull ? TIDE_K_NULL : TIDE_K_MISSING))
      if value == nil { lacking += 1 }
    }
  }

  override func finish() -> tide_values {
    var result = super.finish()
    let writer = VariantWriter(keysOf: values)
    metadata = writer.metadata
    heap.removeAll(keepingCapacity: true)
    var ends: [Int] = []
    for value in values {
      if let value { writer.write(value, into: &heap) }
      ends.append(heap.count)
    }
    texts = heap.withUnsafeBytes { bytes in
      let base = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
      var start = 0
      return ends.map { end in
        defer { start = end }
        return tide_string(data: base.map { $0 + start }, length: UInt64(end - start))
      }
    }
    result.data = texts.withUnsafeBytes { $0.baseAddress }
    result.metadata = metadata.withUnsafeBytes {
      tide_string(data: $0.baseAddress?.assumingMemoryBound(to: CChar.self), length: UInt64($0.count))
    }
    return result
  }
}
