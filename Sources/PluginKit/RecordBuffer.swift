/// Bytes of one partition on their way to the decoder: filled from the back, decoded from the front.
///
/// What the decoder leaves, an unfinished record, moves to the front before the next fill. The buffer grows until it holds the
/// longest record that the decoder takes, and keeps 64 readable bytes beyond the data, as fast decoders wish.
public final class RecordBuffer {
  /// Bytes that one fill asks for, unless `init` is told otherwise.
  public static let chunkBytes = 1 << 20
  static let paddingBytes = 64

  private let partition: UInt32
  private let maxRecordBytes: Int
  private let chunkBytes: Int
  private var buffer: UnsafeMutableRawBufferPointer
  /// Bytes of `buffer` that are filled and not decoded.
  private var pending = 0..<0
  /// The decoder said that whole records are pending: the next step belongs to it, once there is room for what it makes.
  public private(set) var hasRecords = false

  /// Position in the partition of the first byte that is not decoded: what a checkpoint keeps.
  public private(set) var position: UInt64
  /// Nothing follows what is pending.
  public private(set) var isEnded = false

  /// - Parameters:
  ///   - position: position in the partition of the first byte that will be filled in.
  ///   - chunkBytes: bytes that one fill asks for.
  public init(_ codec: Codec, partition: UInt32, position: UInt64 = 0, chunkBytes: Int = RecordBuffer.chunkBytes) {
    self.partition = partition
    self.position = position
    self.chunkBytes = chunkBytes
    maxRecordBytes = codec.maxRecord
    buffer = .allocate(byteCount: chunkBytes + Self.paddingBytes, alignment: 64)
    buffer.initializeMemory(as: UInt8.self, repeating: 0)
  }

  deinit { buffer.deallocate() }

  /// True when the decoder can do nothing before the next fill.
  public var wantsBytes: Bool { !hasRecords && !isEnded }

  /// True when everything was decoded and nothing follows.
  public var isDone: Bool { isEnded && pending.isEmpty }

  /// Memory that it holds, in bytes.
  public var capacity: Int { buffer.count }

  /// What is filled and not decoded; valid until the next call.
  public var undecoded: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: buffer[pending]) }

  /// Leaves out bytes at the front, such as a byte order mark.
  public func skip(_ count: Int) {
    let skipped = min(max(count, 0), pending.count)
    pending = pending.lowerBound + skipped..<pending.upperBound
    position += UInt64(skipped)
  }

  /// Lets `read` put bytes behind what is pending; it answers how many, 0 at the end, nil for none now.
  ///
  /// - Returns: what `read` answered.
  @discardableResult
  public func fill(_ read: (UnsafeMutableRawBufferPointer) throws -> Int?) throws -> Int? {
    let room = try makeRoom()
    guard let count = try read(room) else { return nil }
    pending = pending.lowerBound..<pending.upperBound + min(max(count, 0), room.count)
    isEnded = count <= 0
    return count
  }

  /// Decodes what is pending, or as much of it as the decoder does in one call.
  public func decode(_ codec: Codec, _ out: inout Output) throws {
    guard !pending.isEmpty || isEnded else { return }
    let decoded = try codec.decode(
      undecoded, readable: buffer.count - pending.lowerBound, partition: partition, offset: position, final: isEnded, &out)
    let consumed = min(max(decoded.consumed, 0), pending.count)
    skip(consumed)
    hasRecords = decoded.more
    if isEnded && consumed == 0 && !hasRecords && !pending.isEmpty {
      throw PluginError.fatal("the decoder left the last \(pending.count) bytes, from position \(position)")
    }
  }

  private func makeRoom() throws -> UnsafeMutableRawBufferPointer {
    let base = buffer.baseAddress!
    if pending.lowerBound > 0 {
      base.copyMemory(from: base + pending.lowerBound, byteCount: pending.count)
      pending = 0..<pending.count
    }
    if pending.count == buffer.count - Self.paddingBytes { try grow() }
    return UnsafeMutableRawBufferPointer(
      rebasing: buffer[pending.upperBound..<buffer.count - Self.paddingBytes])
  }

  private func grow() throws {
    guard pending.count - chunkBytes < maxRecordBytes else {
      throw PluginError.fatal("the record at position \(position) is longer than \(maxRecordBytes) bytes")
    }
    let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: buffer.count * 2, alignment: 64)
    larger.initializeMemory(as: UInt8.self, repeating: 0)
    larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[pending]))
    buffer.deallocate()
    buffer = larger
  }
}
