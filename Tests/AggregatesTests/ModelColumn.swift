import PluginKit

/// Values as an expression would give them: memory of a column, with the states of its rows.
final class ModelColumn {
  let type: ColumnType
  private let words: UnsafeMutableRawPointer
  private let states: UnsafeMutablePointer<ColumnValues.State>
  private let hasStates: Bool
  private let count: Int
  private var texts: [UnsafeMutableRawPointer] = []
  private static let keys: [UInt8] = [0x11, 0, 0]
  private let keys = UnsafeMutableRawBufferPointer.allocate(byteCount: 3, alignment: 1)

  init(_ type: ColumnType, _ values: [ModelValue]) {
    self.type = type
    count = values.count
    words = .allocate(byteCount: max(count, 1) * 16, alignment: 16)
    words.initializeMemory(as: UInt8.self, repeating: 0, count: max(count, 1) * 16)
    states = .allocate(capacity: max(count, 1))
    hasStates = values.contains { !$0.hasValue }
    keys.copyBytes(from: Self.keys)
    for (row, value) in values.enumerated() {
      (states + row).initialize(to: value == .null ? .null : value == .absent ? .error : .value)
      put(value, row)
    }
  }

  deinit {
    words.deallocate()
    states.deallocate()
    keys.deallocate()
    for text in texts { text.deallocate() }
  }

  private func put(_ value: ModelValue, _ row: Int) {
    if type == .variant { return put(text: Self.variant(value), row) }
    switch value {
    case .bool(let value): words.storeBytes(of: value ? 1 : 0, toByteOffset: row, as: UInt8.self)
    case .int(let value), .time(let value), .duration(let value):
      words.storeBytes(of: value, toByteOffset: row * 8, as: Int64.self)
    case .uint(let value): words.storeBytes(of: value, toByteOffset: row * 8, as: UInt64.self)
    case .double(let value): words.storeBytes(of: value, toByteOffset: row * 8, as: Double.self)
    case .string(let value): put(text: Array(value.utf8), row)
    default: if type == .string { put(text: [], row) }
    }
  }

  private func put(text: [UInt8], _ row: Int) {
    let copy = UnsafeMutableRawPointer.allocate(byteCount: max(text.count, 1), alignment: 1)
    text.withUnsafeBytes { if $0.count > 0 { copy.copyMemory(from: $0.baseAddress!, byteCount: $0.count) } }
    texts.append(copy)
    words.storeBytes(
      of: tide_string(data: UnsafePointer(copy.assumingMemoryBound(to: CChar.self)), length: UInt64(text.count)),
      toByteOffset: row * 16, as: tide_string.self)
  }

  private static func variant(_ value: ModelValue) -> [UInt8] {
    func word<T: FixedWidthInteger>(_ value: T) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }
    switch value {
    case .bool(let value): return [value ? 1 << 2 : 2 << 2]
    case .int(let value): return [6 << 2] + word(value)
    case .uint(let value): return [10 << 2, 0] + word(value) + word(0 as UInt64)
    case .double(let value): return [7 << 2] + word(value.bitPattern)
    case .time(let value): return [18 << 2] + word(value)
    case .string(let value) where value.utf8.count < 64: return [UInt8(value.utf8.count) << 2 | 1] + Array(value.utf8)
    case .string(let value): return [16 << 2] + word(UInt32(value.utf8.count)) + Array(value.utf8)
    case .object: return [2, 0, 0]
    default: return [0]
    }
  }

  /// The values of a range of rows.
  func values(_ range: Range<Int>) -> ColumnValues {
    let (count, states) = (range.count, hasStates ? UnsafePointer(self.states + range.lowerBound) : nil)
    func vector<T>(_: T.Type) -> UnsafeBufferPointer<T> {
      UnsafeBufferPointer(start: words.assumingMemoryBound(to: T.self) + range.lowerBound, count: count)
    }
    switch type {
    case .bool: return ColumnValues(vector(Bool.self), states: states)
    case .int: return ColumnValues(vector(Int64.self), states: states)
    case .uint64: return ColumnValues(vector(UInt64.self), states: states)
    case .double: return ColumnValues(vector(Double.self), states: states)
    case .time: return ColumnValues(times: vector(Int64.self), states: states)
    case .duration: return ColumnValues(durations: vector(Int64.self), states: states)
    case .string: return ColumnValues(vector(tide_string.self), states: states)
    default: return ColumnValues(variants: vector(tide_string.self), keys: UnsafeRawBufferPointer(keys), states: states)
    }
  }
}
