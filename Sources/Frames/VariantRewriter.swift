import CTidemill

/// Copies values of Parquet's Variant encoding while their keys get other numbers, which must keep their order.
///
/// Values must be valid, and so are at most 16 deep.
struct VariantRewriter {
  private static let object: UInt8 = 2
  /// Bytes after the first one of each primitive type; BINARY and STRING have a length of four bytes there.
  private static let primitiveBytes = [0, 0, 0, 1, 2, 4, 8, 8, 5, 9, 17, 4, 8, 8, 4, 4, 4, 8, 8, 8, 16]
  private static let binary = 15, string = 16

  /// Where the values go, one behind the other.
  let out: ByteStore
  /// Ends of the children of the containers in progress.
  private var ends: [Int] = []

  init(out: ByteStore = ByteStore()) { self.out = out }

  /// Appends a value of `length` bytes; `numbers` nil leaves the keys as they are.
  mutating func rewrite(_ value: UnsafeRawPointer, _ length: Int, _ numbers: [UInt32]?) {
    guard let numbers else { return out.append(value, length) }
    rewrite(value, numbers)
  }

  private mutating func rewrite(_ value: UnsafeRawPointer, _ numbers: [UInt32]) {
    let container = Container(value)
    guard let container else { return out.append(value, Self.scalarBytes(value)) }
    let start = out.count
    let first = ends.count
    for child in 0..<container.count {
      rewrite(container.child(child), numbers)
      ends.append(out.count - start)
    }
    writeHead(container.isObject, container.count, at: start, first: first) { Int(numbers[container.key($0)]) }
    ends.removeLast(ends.count - first)
  }

  /// Appends an object of members in the order of their new numbers; a member without a value is null.
  mutating func write(_ members: [(number: Int, value: UnsafeRawPointer?)], _ numbers: [UInt32]?) {
    let start = out.count
    let first = ends.count
    for member in members {
      if let value = member.value {
        rewrite(value, numbers == nil ? Self.byteCount(of: value) : 0, numbers)
      } else {
        out.append(repeating: UInt8(0), count: 1)
      }
      ends.append(out.count - start)
    }
    writeHead(true, members.count, at: start, first: first) { members[$0].number }
    ends.removeLast(ends.count - first)
  }

  /// Calls `body` with the number and the value of each member of an object; false for a value of another kind.
  static func forEachMember(of value: UnsafeRawPointer, _ body: (Int, UnsafeRawPointer) -> Void) -> Bool {
    guard let container = Container(value), container.isObject else { return false }
    for child in 0..<container.count { body(container.key(child), container.child(child)) }
    return true
  }

  /// Bytes that a value takes.
  private static func byteCount(of value: UnsafeRawPointer) -> Int { Container(value)?.byteCount ?? scalarBytes(value) }

  private func writeHead(_ isObject: Bool, _ count: Int, at start: Int, first: Int, number: (Int) -> Int) {
    var greatest = 0
    for child in 0..<(isObject ? count : 0) { greatest = max(greatest, number(child)) }
    let head = VariantHead(isObject: isObject, count: count, greatestKey: greatest, size: out.count - start)
    head.write(to: out.insert(head.byteCount, at: start), key: number, start: { $0 == 0 ? 0 : ends[first + $0 - 1] })
  }

  private static func scalarBytes(_ value: UnsafeRawPointer) -> Int {
    let first = value.load(as: UInt8.self)
    let type = Int(first >> 2)
    if first & 3 == 1 { return 1 + type }
    guard type == binary || type == string else { return 1 + primitiveBytes[type] }
    return 5 + Int(value.loadUnaligned(fromByteOffset: 1, as: UInt32.self))
  }

  /// An object or an array as it stands.
  private struct Container {
    let isObject: Bool
    let count: Int
    private let idWidth: Int
    private let width: Int
    private let start: UnsafeRawPointer
    private let ids: UnsafeRawPointer
    private let offsets: UnsafeRawPointer
    private let values: UnsafeRawPointer

    init?(_ value: UnsafeRawPointer) {
      start = value
      let first = value.load(as: UInt8.self)
      guard first & 3 >= VariantRewriter.object else { return nil }
      let bits = Int(first >> 2)
      isObject = first & 3 == VariantRewriter.object
      let isLarge = bits >> (isObject ? 4 : 2) & 1 != 0
      width = (bits & 3) + 1
      idWidth = isObject ? (bits >> 2 & 3) + 1 : 0
      count = Self.load(value + 1, isLarge ? 4 : 1)
      ids = value + 1 + (isLarge ? 4 : 1)
      offsets = ids + count * idWidth
      values = offsets + (count + 1) * width
    }

    func key(_ child: Int) -> Int { Self.load(ids + child * idWidth, idWidth) }
    var byteCount: Int { Int(bitPattern: values) - Int(bitPattern: start) + Self.load(offsets + count * width, width) }
    func child(_ child: Int) -> UnsafeRawPointer { values + Self.load(offsets + child * width, width) }

    private static func load(_ at: UnsafeRawPointer, _ width: Int) -> Int {
      var value = 0
      for byte in 0..<width { value |= Int(at.load(fromByteOffset: byte, as: UInt8.self)) << (8 * byte) }
      return value
    }
  }
}
