import PluginKit

/// States in snapshots.
extension AggregateSet {
  /// Of what `save` writes.
  static let version: UInt8 = 1

  /// The state of a record as bytes: the same for the same state.
  public func save(_ record: UnsafeRawPointer) -> [UInt8] {
    var out = StateBytesWriter()
    out.put(Self.version)
    out.put(fingerprint)
    for type in types { out.put(type?.rawValue ?? 0) }
    for cell in cells { cell.save(record + cell.offset, &out) }
    return out.bytes
  }

  /// Makes an initialized record of no rows the one that was saved. Throws `state` for bytes that are no such state, or that of
  /// other aggregates; then it is of no rows again.
  public func restore(_ record: UnsafeMutableRawPointer, from bytes: UnsafeRawBufferPointer) throws {
    do {
      var from = StateBytesReader(bytes)
      let version: UInt8 = try from.get()
      guard version == Self.version else {
        throw PluginError(.state, "the saved state of the aggregates is of version \(version), not \(Self.version)")
      }
      guard try from.get(UInt64.self) == fingerprint else {
        throw PluginError(.state, "the saved state is that of other aggregates: they have changed since")
      }
      for argument in types.indices {
        let byte: UInt8 = try from.get()
        if byte == 0 { continue }
        guard let type = ColumnType(rawValue: byte) else { throw StateBytesReader.damaged("values of type \(byte)") }
        note(type, of: argument)
      }
      for cell in cells { try cell.restore(record + cell.offset, &from) }
      guard from.isAtEnd else { throw StateBytesReader.damaged("more than a state") }
    } catch {
      destroy(record)
      initialize(record)
      throw error
    }
  }

  /// Appends the state of a record to the blob of a group.
  public func snapshot(_ record: UnsafeRawPointer, _ writer: StateWriter, group: UInt32) throws {
    let bytes = save(record)
    try writer.write(UInt32(truncatingIfNeeded: bytes.count), group: group)
    try bytes.withUnsafeBytes { try writer.write($0, group: group) }
  }

  /// Reads what `snapshot` wrote into an initialized record of no rows.
  public func restore(_ record: UnsafeMutableRawPointer, _ reader: StateReader) throws {
    let bytes = try reader.readBytes(Int(try reader.read(UInt32.self)))
    try bytes.withUnsafeBytes { try restore(record, from: $0) }
  }
}
