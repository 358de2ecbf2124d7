import CKernels
import CTidemill
import Expressions
import Frames

/// Collects the values of a whole batch as `tide_values` has them.
class ValueOutput {
  let type: UInt32
  /// One a row.
  let states = ValueBuffer<UInt8>()
  /// Rows whose state is not TIDE_K_VALUE.
  private var lacking = 0
  /// The frame row from which on there was no room for values; nil when all fit.
  private(set) var cutRow: UInt32?
  /// How many rows come before that one.
  private var fitting = Int.max

  /// Bytes of texts, binaries and variants of one batch. An evaluation has a limit of its own, and this one lets many rows of a
  /// batch come near it.
  static let limitBytes = 64 << 20
  static let cutReason = "the values of this row's batch take more than \(limitBytes >> 20) MiB together"

  init(_ type: UInt32) { self.type = type }

  func begin(_ count: Int) {
    states.removeAll()
    states.reserve(count)
    lacking = 0
    cutRow = nil
    fitting = .max
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
    for index in 0..<min(states.count, fitting) where states[index] == UInt8(TIDE_K_MISSING) {
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
  func put(_ value: Value, at index: Int) -> Bool { false }

  /// What was collected; valid until the next `begin`.
  func finish() -> tide_values {
    var values = tide_values()
    values.size = UInt32(MemoryLayout<tide_values>.size)
    values.type = type
    values.count = UInt32(states.count)
    values.reserved = UInt32(max(0, states.count - fitting))
    if lacking > 0 {
      for state in states.values {
        if state == UInt8(TIDE_K_NULL) { values.nulls += 1 }
        if state == UInt8(TIDE_K_MISSING) { values.errors += 1 }
      }
      values.state = UnsafePointer(states.base)
    }
    return values
  }

  func append(_ states: UnsafePointer<UInt8>?, _ count: Int) {
    guard let states else { return self.states.append(repeating: UInt8(TIDE_K_VALUE), count: count) }
    for index in 0..<count where states[index] != UInt8(TIDE_K_VALUE) { lacking += 1 }
    self.states.append(contentsOf: UnsafeBufferPointer(start: states, count: count))
  }

  func append(_ state: UInt8) {
    if state != UInt8(TIDE_K_VALUE) { lacking += 1 }
    states.append(state)
  }

  /// There is no room for this row, which is the next one, and for those behind it: who asked may ask for them alone. Until then
  /// they have no value.
  func cut(at row: UInt32) {
    cutRow = row
    fitting = states.count
  }
}

/// 64-bit values.
final class NumberOutput: ValueOutput {
  private let node: NumberNode
  /// Other numbers become doubles: that is what is wanted, not only what kernels see.
  private let widens: Bool
  private let values = ValueBuffer<UInt64>()

  init(_ node: NumberNode, type: UInt32, widens: Bool) {
    (self.node, self.widens) = (node, widens)
    super.init(type)
  }

  override func begin(_ count: Int) {
    super.begin(count)
    values.removeAll()
    values.reserve(count)
  }

  override func run(_ chunk: Chunk) {
    let numbers = node.run(chunk)
    let at = values.extend(by: Int(chunk.count))
    at.update(from: numbers.uints, count: Int(chunk.count))
    if let states = numbers.states { tide_k_clear(states, at, chunk.count) }
    append(numbers.states, Int(chunk.count))
  }

  override func put(_ value: Value, at index: Int) -> Bool {
    if !widens, node.kind == .double {
      guard case .double = value else { return false }
    }
    guard let bits = node.kind.bits(value) else { return false }
    values[index] = bits
    return true
  }

  override func finish() -> tide_values {
    var result = super.finish()
    result.data = UnsafeRawPointer(values.base)
    return result
  }
}

/// Conditions, as bytes 0 and 1.
final class ConditionOutput: ValueOutput {
  private let node: ConditionNode
  private let values = ValueBuffer<UInt8>()

  init(_ node: ConditionNode) {
    self.node = node
    super.init(UInt32(TIDE_BOOL))
  }

  override func begin(_ count: Int) {
    super.begin(count)
    values.removeAll()
    values.reserve(count)
  }

  override func run(_ chunk: Chunk) {
    node.run(chunk, nil)
    for index in 0..<Int(chunk.count) {
      let verdict = node.mask[index]
      values.append(verdict == UInt8(TIDE_K_TRUE) ? 1 : 0)
      append(UInt8(verdict == UInt8(TIDE_K_ERROR) ? TIDE_K_MISSING : TIDE_K_VALUE))
    }
  }

  override func put(_ value: Value, at index: Int) -> Bool {
    guard case .bool(let truth) = value else { return false }
    values[index] = truth ? 1 : 0
    return true
  }

  override func finish() -> tide_values {
    var result = super.finish()
    result.data = UnsafeRawPointer(values.base)
    return result
  }
}
