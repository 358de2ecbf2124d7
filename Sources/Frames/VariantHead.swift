/// What stands before the members of an object or an array: how many there are, the numbers of their names, and where each begins.
struct VariantHead {
  let isObject: Bool
  let count: Int
  private let idWidth: Int
  private let width: Int
  private let size: Int

  /// - Parameters:
  ///   - greatestKey: of the members' numbers; of an array nothing.
  ///   - size: bytes of all members together.
  init(isObject: Bool, count: Int, greatestKey: Int, size: Int) {
    self.isObject = isObject
    self.count = count
    self.size = size
    idWidth = isObject ? Self.width(of: greatestKey) : 0
    width = Self.width(of: size)
  }

  /// Bytes that a number up to `value` takes.
  static func width(of value: Int) -> Int { value < 1 << 8 ? 1 : value < 1 << 16 ? 2 : value < 1 << 24 ? 3 : 4 }

  private var isLarge: Bool { count > 255 }

  var byteCount: Int { 1 + (isLarge ? 4 : 1) + count * idWidth + (count + 1) * width }

  /// - Parameters:
  ///   - key: gives the number of a member's name; they ascend.
  ///   - start: gives its place among the members.
  @inline(__always)
  func write(to head: UnsafeMutableRawPointer, key: (Int) -> Int, start: (Int) -> Int) {
    var at = head
    func put(_ value: Int, _ bytes: Int) {
      for byte in 0..<bytes {
        at.storeBytes(of: UInt8(truncatingIfNeeded: value >> (8 * byte)), toByteOffset: byte, as: UInt8.self)
      }
      at += bytes
    }
    let bits = isObject ? (isLarge ? 16 : 0) | (idWidth - 1) << 2 | (width - 1) : (isLarge ? 4 : 0) | (width - 1)
    put(bits << 2 | (isObject ? 2 : 3), 1)
    put(count, isLarge ? 4 : 1)
    if isObject { for member in 0..<count { put(key(member), idWidth) } }
    for member in 0..<count { put(start(member), width) }
    put(size, width)
  }
}
