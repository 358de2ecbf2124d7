/// The host's formats (`tide.codec/1`): a source moves bytes in, a sink moves bytes out, the host knows what they mean.
public struct Codec: @unchecked Sendable {
  /// What became of some bytes.
  public struct Decoded: Sendable {
    /// Bytes taken from the front; the rest, an unfinished record, must stand at the front of the next call's bytes.
    public let consumed: Int
    /// Call again with what is left: whole records are in it.
    public let more: Bool
  }

  @usableFromInline let table: UnsafePointer<tide_codec>
  @usableFromInline let context: UnsafeMutableRawPointer?

  init(_ table: UnsafePointer<tide_codec>, _ context: UnsafeMutableRawPointer?) {
    self.table = table
    self.context = context
  }

  /// The longest record that `decode` takes, in bytes; a reader's buffer must hold one.
  public var maxRecord: Int { Int(clamping: table.pointee.max_record(context)) }

  /// Says where a partition's bytes come from, for people: the path of a file, the address of a peer. Dead letters and the log name
  /// it. Call it from `open` or a worker call, before the partition's first bytes.
  public func origin(_ name: String, partition: UInt32 = 0) {
    guard Int(table.pointee.size) >= MemoryLayout<tide_codec>.offset(of: \.origin)! + MemoryLayout<UnsafeRawPointer>.size,
      let entry = table.pointee.origin
    else { return }
    name.withBorrowed { entry(context, partition, $0) }
  }

  /// Nothing follows in a partition, and nothing is left of it: the decoder forgets it. What comes under its number is another one.
  public func end(_ partition: UInt32, _ out: inout Output) throws {
    try withUnsafeTemporaryAllocation(byteCount: 64, alignment: 64) { none in
      let bytes = UnsafeRawBufferPointer(rebasing: none[..<0])
      _ = try decode(bytes, readable: 0, partition: partition, offset: 0, final: true, &out)
    }
  }

  /// Sends bytes that cannot become a row to the dead-letter port, of a long record the first part.
  public func bury(
    _ bytes: UnsafeRawBufferPointer, partition: UInt32, offset: UInt64, _ why: String, _ out: inout Output
  ) throws {
    guard Int(table.pointee.size) >= MemoryLayout<tide_codec>.offset(of: \.bury)! + MemoryLayout<UnsafeRawPointer>.size,
      let bury = table.pointee.bury
    else { return out.host.log(.warning, "at byte \(offset): \(why)") }
    let base = bytes.bindMemory(to: UInt8.self).baseAddress
    try check(why.withBorrowed { bury(context, out.raw, partition, base, UInt64(bytes.count), offset, $0) })
  }

  /// Decodes the whole records in `bytes` into frames of a partition, on output port 0; bad records go to the dead-letter port.
  ///
  /// - Parameters:
  ///   - readable: how many bytes from the front may be read, at least `bytes.count`; 64 more than that spares a copy.
  ///   - offset: position of the first byte in the partition, for addresses in dead letters.
  ///   - final: nothing follows, so the last record may lack its end.
  public func decode(
    _ bytes: UnsafeRawBufferPointer, readable: Int, partition: UInt32, offset: UInt64, final: Bool, _ out: inout Output
  ) throws -> Decoded {
    guard let base = bytes.bindMemory(to: UInt8.self).baseAddress else { return Decoded(consumed: 0, more: false) }
    var consumed: UInt64 = 0
    let status = table.pointee.decode(
      context, out.raw, partition, base, UInt64(bytes.count), UInt64(readable), offset, final ? TIDE_DECODE_FINAL : 0, &consumed
    )
    try check(status)
    return Decoded(consumed: Int(clamping: consumed), more: status == TIDE_MORE)
  }

  /// What `encode` gives next goes to the front of another file, where a format such as CSV has a header row; `continued` where
  /// the file holds rows already. An instance begins with a new file without this call.
  public func begin(continued: Bool = false) throws {
    guard Int(table.pointee.size) >= MemoryLayout<tide_codec>.offset(of: \.begin)! + MemoryLayout<UnsafeRawPointer>.size,
      let begin = table.pointee.begin
    else { return }
    try check(begin(context, continued ? TIDE_ENCODE_CONTINUED : 0))
  }

  /// The selected rows of a batch in the sink's format, each record complete with its end. Valid until the next call of
  /// `encode` on this instance.
  public func encode(_ batch: Batch) throws -> UnsafeRawBufferPointer {
    var text = tide_string(data: nil, length: 0)
    try check(table.pointee.encode(context, batch.raw, &text))
    return UnsafeRawBufferPointer(start: text.data, count: text.data == nil ? 0 : Int(clamping: text.length))
  }
}
