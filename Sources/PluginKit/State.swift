/// Appends to the blobs of a snapshot, one per key group; groups may come in any order.
public struct StateWriter {
  /// The group of state that belongs to no key.
  public static let allGroups: UInt32 = 0xFFFF_FFFF

  let raw: UnsafePointer<tide_writer>

  /// Appends bytes to the blob of a group.
  public func write(_ bytes: UnsafeRawBufferPointer, group: UInt32 = StateWriter.allGroups) throws {
    try check(raw.pointee.write(raw.pointee.context, group, bytes.baseAddress, UInt64(bytes.count)))
  }

  /// Appends an integer, little-endian.
  public func write<T: FixedWidthInteger>(_ value: T, group: UInt32 = StateWriter.allGroups) throws {
    try withUnsafeBytes(of: value.littleEndian) { try write($0, group: group) }
  }

  /// Appends a text: its length in bytes (UInt32), then its UTF-8.
  public func write(_ text: String, group: UInt32 = StateWriter.allGroups) throws {
    try write(UInt32(clamping: text.utf8.count), group: group)
    var text = text
    try text.withUTF8 { try write(UnsafeRawBufferPointer($0), group: group) }
  }

  /// Appends a value in CBOR (RFC 8949), keys of maps in order: equal values give equal bytes, but for sets and for dictionaries
  /// whose keys are neither texts nor integers, which Swift itself writes in any order. Throws `fatal` when the value cannot be
  /// encoded.
  public func encode(_ value: some Encodable, group: UInt32 = StateWriter.allGroups) throws {
    do {
      try CborEncoder.encode(value).withUnsafeBytes { try write($0, group: group) }
    } catch let error as EncodingError {
      throw PluginError.fatal("the state cannot be saved: \(error)")
    }
  }
}

/// Reads one group's blob as the version that wrote it left it.
public struct StateReader {
  let raw: UnsafePointer<tide_reader>

  /// `Stateful.stateVersion` of the writer.
  public var version: UInt32 { raw.pointee.state_version }

  /// Fills all of `bytes`. Throws `state` when the blob ends before.
  public func read(into bytes: UnsafeMutableRawBufferPointer) throws {
    let done = fill(bytes)
    guard done == bytes.count else {
      throw PluginError(.state, "the saved state ends \(bytes.count - done) bytes too early")
    }
  }

  /// Reads an integer, little-endian.
  public func read<T: FixedWidthInteger>(_ type: T.Type = T.self) throws -> T {
    var value: T = 0
    try withUnsafeMutableBytes(of: &value) { try read(into: $0) }
    return T(littleEndian: value)
  }

  /// Throws `state` unless all of the blob has been read: what is longer than it says is damaged.
  func expectEnd() throws {
    let rest = withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1) { fill($0) }
    if rest > 0 { throw PluginError(.state, "the saved state goes on behind its end") }
  }

  static func isNewer(_ version: UInt32, than own: UInt32) -> PluginError {
    PluginError(.state, "the saved state is of version \(version), which is newer than \(own)")
  }

  /// Reads an integer, little-endian; nil at the end of the blob. Throws `state` when the blob ends within it.
  public func readUnlessAtEnd<T: FixedWidthInteger>(_ type: T.Type = T.self) throws -> T? {
    var value: T = 0
    let done = withUnsafeMutableBytes(of: &value) { fill($0) }
    guard done > 0 else { return nil }
    guard done == MemoryLayout<T>.size else {
      throw PluginError(.state, "the saved state ends \(MemoryLayout<T>.size - done) bytes too early")
    }
    return T(littleEndian: value)
  }

  /// Reads so many bytes. Takes memory as they come, so that a length which the blob does not have costs nothing.
  public func readBytes(_ count: Int) throws -> [UInt8] {
    let bytes = readAll(limit: count)
    guard bytes.count == count else {
      throw PluginError(.state, "the saved state ends \(count - bytes.count) bytes too early")
    }
    return bytes
  }

  /// Reads a text of at most `limit` bytes. Throws `state` when it is longer, or not UTF-8.
  public func readText(limit: Int = 16 << 20) throws -> String {
    let length = Int(try read(UInt32.self))
    guard length <= limit else { throw PluginError(.state, "the saved state holds a text of \(length) bytes") }
    guard let text = String(validating: try readBytes(length), as: UTF8.self) else {
      throw PluginError(.state, "the saved state holds a text that is not UTF-8")
    }
    return text
  }

  /// Reads the rest of the blob as one value in CBOR, as `StateWriter.encode` writes it. Throws `state` when it is not that.
  public func decode<T: Decodable>(_ type: T.Type = T.self, limit: Int = 256 << 20) throws -> T {
    let bytes = readAll(limit: max(limit, 0) < .max ? max(limit, 0) + 1 : .max)
    guard bytes.count <= limit else { throw PluginError(.state, "the saved state is longer than \(limit) bytes") }
    do {
      return try CborDecoder.decode(type, from: bytes)
    } catch let error as DecodingError {
      throw PluginError(.state, "the saved state cannot be read: \(CborDecoder.sentence(error))")
    }
  }

  /// Reads until `limit` bytes are there or the blob ends.
  private func readAll(limit: Int) -> [UInt8] {
    var all: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: min(max(limit, 0), 64 << 10))
    while all.count < limit {
      let want = min(chunk.count, limit - all.count)
      let got = chunk.withUnsafeMutableBytes { fill(UnsafeMutableRawBufferPointer(rebasing: $0[..<want])) }
      all.append(contentsOf: chunk[..<got])
      if got < want { break }
    }
    return all
  }

  /// Reads until the buffer is full or the blob ends; gives the bytes read.
  private func fill(_ bytes: UnsafeMutableRawBufferPointer) -> Int {
    var done = 0
    while done < bytes.count {
      let got = raw.pointee.read(raw.pointee.context, bytes.baseAddress! + done, UInt64(bytes.count - done))
      guard got > 0, got <= bytes.count - done else { break }
      done += Int(got)
    }
    return done
  }
}
