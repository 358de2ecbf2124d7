import PluginKit

/// Writes a state as bytes, little-endian.
struct StateBytesWriter {
  var bytes: [UInt8] = []

  mutating func put<T: FixedWidthInteger>(_ value: T) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }
  mutating func put(_ value: Double) { put(value.bitPattern) }
  mutating func put(_ value: Scalar) {
    put(value.kind.rawValue)
    if value.kind.isText {
      put(UInt32(truncatingIfNeeded: value.bytes.count))
      bytes.append(contentsOf: value.bytes)
    } else if value.kind != .none {
      put(value.word)
    }
  }
}

/// Reads what `StateBytesWriter` wrote, or any bytes: throws `state` for those that cannot be a state.
struct StateBytesReader {
  private var rest: UnsafeRawBufferPointer

  init(_ bytes: UnsafeRawBufferPointer) { rest = bytes }

  var isAtEnd: Bool { rest.count == 0 }

  mutating func get<T: FixedWidthInteger>(_ type: T.Type = T.self) throws -> T {
    T(littleEndian: try take(MemoryLayout<T>.size).loadUnaligned(as: T.self))
  }

  mutating func getDouble() throws -> Double { Double(bitPattern: try get()) }

  /// A number that is at most `limit`.
  mutating func getCount<T: FixedWidthInteger>(_ type: T.Type = UInt32.self, limit: Int) throws -> Int {
    let count = try get(T.self)
    guard count >= 0, count <= T(clamping: limit) else { throw Self.damaged("a count of \(count)") }
    return Int(count)
  }

  /// Borrowed from the bytes that are read.
  mutating func getScalar() throws -> Scalar {
    let tag: UInt8 = try get()
    guard let kind = ScalarKind(rawValue: tag) else { throw Self.damaged("a value of kind \(tag)") }
    if kind == .none { return .none }
    guard kind.isText else {
      let word: UInt64 = try get()
      guard kind != .bool || word < 2, kind != .uint || word >> 63 == 1 else { throw Self.damaged("the value \(word)") }
      return Scalar(kind, word)
    }
    let bytes = try take(Int(try get(UInt32.self)))
    guard kind == .binary || String(validating: bytes, as: UTF8.self) != nil else {
      throw Self.damaged("text that is not UTF-8")
    }
    return Scalar(kind, bytes: bytes)
  }

  mutating func take(_ count: Int) throws -> UnsafeRawBufferPointer {
    guard count <= rest.count else {
      throw PluginError(.state, "the saved state of an aggregate ends \(count - rest.count) bytes too early")
    }
    defer { rest = UnsafeRawBufferPointer(rebasing: rest[count...]) }
    return UnsafeRawBufferPointer(rebasing: rest[..<count])
  }

  static func damaged(_ what: String) -> PluginError {
    PluginError(.state, "the saved state of an aggregate holds \(what), which none can have")
  }
}
