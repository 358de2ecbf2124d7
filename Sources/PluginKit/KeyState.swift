/// Keys in snapshots: their length (UInt32) and their bytes.
public enum KeyState {
  private static let limitBytes: UInt32 = 16 << 20

  public static func write(_ key: UnsafeRawBufferPointer, _ writer: StateWriter, _ group: UInt32) throws {
    guard key.count <= Int(limitBytes) else {
      throw PluginError.fatal("a key of \(key.count) bytes cannot be saved; the limit is \(limitBytes)")
    }
    try writer.write(UInt32(truncatingIfNeeded: key.count), group: group)
    try writer.write(key, group: group)
  }

  /// The number of the key that comes next, which must be one of so many fields and belong to the group.
  ///
  /// - Parameters:
  ///   - holder: who keeps the state, in the plural, for messages: "windows".
  ///   - length: of the key, where it has been read.
  public static func read(
    _ reader: StateReader, _ keys: KeyTable, fields: Int, of holder: StaticString, length: UInt32?, _ group: UInt32
  ) throws -> UInt32 {
    let length = try length ?? reader.read(UInt32.self)
    guard length <= limitBytes else { throw PluginError(.state, "the saved \(holder) hold a key of \(length) bytes") }
    let bytes = try reader.readBytes(Int(length))
    let number = try bytes.withUnsafeBytes { key in
      guard KeyField.isKey(key, ofFields: fields) else {
        throw PluginError(.state, "the saved \(holder) hold a key that is none")
      }
      return keys.number(of: key)
    }
    guard keys.group(number) == group else {
      throw PluginError(.state, "the saved \(holder) hold a key of group \(keys.group(number)) in group \(group)")
    }
    return number
  }
}
