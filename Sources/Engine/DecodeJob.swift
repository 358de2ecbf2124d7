import CHost
import CTidemill
import Formats
import Rings
import Synchronization

/// Whole records that one thread decodes, and what becomes of them.
///
/// Whoever has put the state from `ready` to `taken` owns everything but the state until it is `done`; before and after, the
/// source's thread does.
final class DecodeJob: @unchecked Sendable {
  enum State {
    static let free = 0, ready = 1, taken = 2, done = 3
    /// Ready for the source's thread alone.
    static let kept = 4
  }

  enum Part {
    case frame(UnsafeMutablePointer<tide_block>)
    /// Its bytes are the job's.
    case dead(RecordDecoder.DeadRecord)
  }

  let state = Atomic<Int>(State.free)
  private(set) var partition: UInt32 = 0
  private var offset: UInt64 = 0
  private var ingestTime: Int64 = 0
  private var isFinal = false
  /// Rows of the largest frame, where an edge's pace sets them.
  private var frameRows: Int?
  private var bytes: UnsafeMutableRawBufferPointer
  /// Bytes of usual records.
  private let capacity: Int
  private var length = 0
  /// Where the records begin that are not decoded.
  private var rest = 0
  /// In the order of the records.
  private(set) var parts: [Part] = []
  /// Parts that have been sent on.
  var sent = 0
  private(set) var mismatches: UInt64 = 0

  /// Frames and dead records that a job holds at most, give or take a step.
  private static let mostParts = 1024
  /// Readable bytes behind the records, as fast decoders wish.
  private static let paddingBytes = 64

  init(capacity: Int) {
    self.capacity = capacity
    bytes = .allocate(byteCount: capacity + Self.paddingBytes, alignment: 64)
  }

  deinit {
    discard()
    bytes.deallocate()
  }

  /// Copies the records. A free job only.
  func fill(
    _ records: UnsafeRawBufferPointer, partition: UInt32, offset: UInt64, final: Bool, ingestTime: Int64, frameRows: Int?
  ) {
    // Room for a long record goes with the next usual ones.
    let wanted = max(capacity, records.count) + Self.paddingBytes
    if wanted != bytes.count {
      bytes.deallocate()
      bytes = .allocate(byteCount: wanted, alignment: 64)
    }
    bytes.copyMemory(from: records)
    memset(bytes.baseAddress! + records.count, 0, Self.paddingBytes)
    length = records.count
    rest = 0
    self.partition = partition
    self.offset = offset
    self.ingestTime = ingestTime
    self.frameRows = frameRows
    isFinal = final
  }

  /// Decodes the records, with a decoder and a pool of the calling thread, as far as memory goes: what then is left over (`rest`) the
  /// source's own decoder does when it is the job's turn, so that no job waits for memory that a later one holds.
  ///
  /// - Parameters:
  ///   - most: bytes that the job's frames may take.
  ///   - spare: bytes of the budget that are left to others.
  func run(_ decoder: RecordDecoder, _ pool: FramePool, most: Int, leaving spare: Int) {
    let before = decoder.mismatches
    if let frameRows { decoder.limitFrame(rows: frameRows, bytes: Node.frameBytes(forRows: frameRows)) }
    let start = UnsafeRawPointer(bytes.baseAddress!)
    var isDone = false
    var held = 0
    while !isDone, parts.count < Self.mostParts {
      let (partsBefore, mismatchesBefore) = (parts.count, decoder.mismatches)
      let step = decoder.decode(
        start + rest, length: length - rest, readable: bytes.count - rest, partition: partition, offset: offset + UInt64(rest),
        final: isFinal, ingestTime: ingestTime)
      for dead in decoder.deadRecords { parts.append(.dead(dead)) }
      if decoder.rows > 0 {
        let block = held + decoder.frameByteCount > most ? nil : pool.take(decoder.frameByteCount, leaving: spare)
        guard let block else {
          parts.removeSubrange(partsBefore...)
          mismatches = mismatchesBefore - before
          return Self.forgetRows(of: decoder)
        }
        _ = decoder.writeFrame(
          into: tide_block_bytes(block), capacity: Int(block.pointee.capacity), stream: partition, firstID: 0)
        parts.append(.frame(block))
        held += Int(block.pointee.capacity)
      }
      isDone = !step.frameReady
      rest = isDone ? length : rest + step.consumed
    }
    mismatches = decoder.mismatches - before
  }

  /// Rows leave a decoder as a frame only.
  private static func forgetRows(of decoder: RecordDecoder) {
    let bytes = decoder.frameByteCount
    let frame = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    _ = decoder.writeFrame(into: frame, capacity: bytes, stream: 0, firstID: 0)
    frame.deallocate()
  }

  /// What is left over, and where it stands.
  var left: (bytes: UnsafeRawBufferPointer, readable: Int, offset: UInt64, isFinal: Bool)? {
    guard rest < length else { return nil }
    let records = UnsafeRawBufferPointer(start: bytes.baseAddress! + rest, count: length - rest)
    return (records, bytes.count - rest, offset + UInt64(rest), isFinal)
  }

  /// So many bytes of what was left over are decoded.
  func take(_ count: Int) { rest += count }

  /// Gives back the frames that nobody was sent, and is free again.
  func discard() {
    for part in parts[min(sent, parts.count)...] { if case .frame(let block) = part { tide_block_release(block) } }
    parts.removeAll(keepingCapacity: true)
    sent = 0
    mismatches = 0
  }
}
