import PluginKit

/// One column of a table, by the numbers of its rows.
final class TableColumn {
  let name: String
  let type: ColumnType
  /// Integers and times, doubles by their bits, truths.
  private var words: [Int64] = []
  private var states: [ColumnValues.State] = []
  private var heap: [UInt8] = []
  private var ends: [Int] = []
  private var fixed: UnsafeMutableRawPointer?
  private var texts: [tide_string] = []
  /// Of variants.
  private var names = SharedNames()
  private let encoder = VariantEncoder()
  private(set) var hasNulls = false

  init(_ name: String, _ type: ColumnType) {
    self.name = name
    self.type = type
  }

  deinit { fixed?.deallocate() }

  var byteCount: Int { words.capacity * 8 + states.capacity + heap.capacity + ends.capacity * 8 + texts.capacity * 16 }

  /// The key dictionary that all variants share.
  var keys: [UInt8] { names.metadata }

  // MARK: Reading

  /// Notes the names that a frame's variants have: before any of them is appended.
  func learn(_ column: ColumnView) {
    guard type == .variant else { return }
    for row in 0..<column.count where column.isValid(row) { names.learn(column.variantReader(row)) }
  }

  /// No more names come.
  func settle() { names.settle() }

  func append(_ column: ColumnView, _ row: Int) {
    let isValid = column.isValid(row)
    states.append(isValid ? .value : .null)
    hasNulls = hasNulls || !isValid
    switch type {
    case .bool: words.append(isValid && column.bool(row) ? 1 : 0)
    case .double: words.append(isValid ? Int64(bitPattern: column.double(row).bitPattern) : 0)
    case .int, .time: words.append(isValid ? column.int(row) : 0)
    case .variant:
      encoder.removeAll()
      encoder.put(column.variantReader(row)) { names.rank(of: $0) }
      heap.append(contentsOf: encoder.bytes(from: 0))
      ends.append(heap.count)
    default:
      if isValid { heap.append(contentsOf: column.bytes(row)) }
      ends.append(heap.count)
    }
  }

  /// All rows are there: texts get their place.
  func close() {
    guard type == .string || type == .binary || type == .variant else { return }
    let memory = UnsafeMutableRawPointer.allocate(byteCount: max(heap.count, 1), alignment: 8)
    heap.withUnsafeBytes { if let from = $0.baseAddress { memory.copyMemory(from: from, byteCount: $0.count) } }
    heap = []
    fixed = memory
    var start = 0
    for end in ends {
      texts.append(
        tide_string(data: UnsafeRawPointer(memory + start).assumingMemoryBound(to: CChar.self), length: UInt64(end - start)))
      start = end
    }
    ends = []
  }

  // MARK: Values

  /// The values of some rows of the table; negative numbers have none. What they point to stays until the next call on `room`.
  func values(_ rows: UnsafeBufferPointer<Int32>, _ room: ColumnRoom, hasMissing: Bool) -> ColumnValues {
    let states = hasNulls || hasMissing ? room.states(rows.count) : nil
    if let states {
      for at in 0..<rows.count { states[at] = rows[at] < 0 ? .null : self.states[Int(rows[at])] }
    }
    let known = states.map { UnsafePointer($0) }
    switch type {
    case .bool:
      let into = room.memory(rows.count, of: Bool.self)
      for at in 0..<rows.count { into[at] = rows[at] >= 0 && words[Int(rows[at])] != 0 }
      return ColumnValues(UnsafeBufferPointer(start: into, count: rows.count), states: known)
    case .string, .binary, .variant:
      let into = room.memory(rows.count, of: tide_string.self)
      for at in 0..<rows.count { into[at] = rows[at] < 0 ? (type == .variant ? room.null : room.empty) : texts[Int(rows[at])] }
      let texts = UnsafeBufferPointer(start: UnsafePointer(into), count: rows.count)
      if type == .string { return ColumnValues(texts, states: known) }
      if type == .binary { return ColumnValues(binaries: texts, states: known) }
      return ColumnValues(variants: texts, keys: room.hold(keys), states: known)
    default:
      let into = room.memory(rows.count, of: Int64.self)
      for at in 0..<rows.count { into[at] = rows[at] < 0 ? 0 : words[Int(rows[at])] }
      let ints = UnsafeBufferPointer(start: UnsafePointer(into), count: rows.count)
      if type == .time { return ColumnValues(times: ints, states: known) }
      if type == .int { return ColumnValues(ints, states: known) }
      return ints.withMemoryRebound(to: Double.self) { ColumnValues($0, states: known) }
    }
  }
}

/// Memory for the values of one column in a batch.
final class ColumnRoom {
  private var words = UnsafeMutableRawPointer.allocate(byteCount: 1024 * 16, alignment: 16)
  private var capacity = 1024 * 16
  private var stateMemory = UnsafeMutablePointer<ColumnValues.State>.allocate(capacity: 1024)
  private var stateCapacity = 1024
  private var held = UnsafeMutableRawBufferPointer.allocate(byteCount: 64, alignment: 8)
  private let none = UnsafeMutablePointer<CChar>.allocate(capacity: 1)

  init() { none.initialize(to: 0) }

  deinit {
    words.deallocate()
    stateMemory.deallocate()
    held.deallocate()
    none.deallocate()
  }

  /// What stands where there is no value: a text without a byte, and a variant that is null.
  var empty: tide_string { tide_string(data: none, length: 0) }
  var null: tide_string { tide_string(data: none, length: 1) }

  func memory<Element>(_ count: Int, of type: Element.Type) -> UnsafeMutablePointer<Element> {
    let bytes = count * MemoryLayout<Element>.stride
    if bytes > capacity {
      words.deallocate()
      capacity = bytes
      words = .allocate(byteCount: bytes, alignment: 16)
    }
    return words.bindMemory(to: type, capacity: count)
  }

  func states(_ count: Int) -> UnsafeMutablePointer<ColumnValues.State> {
    if count > stateCapacity {
      stateMemory.deallocate()
      stateCapacity = count
      stateMemory = .allocate(capacity: count)
    }
    return stateMemory
  }

  func hold(_ bytes: [UInt8]) -> UnsafeRawBufferPointer {
    if bytes.count > held.count {
      held.deallocate()
      held = .allocate(byteCount: bytes.count, alignment: 8)
    }
    held.copyBytes(from: bytes)
    return UnsafeRawBufferPointer(rebasing: held[..<bytes.count])
  }
}
