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
  private var length = 0
  /// In the order of the records.
  private(set) var parts: [Part] = []
  /// Parts that have been sent on.
  var sent = 0
  private(set) var mismatches: UInt64 = 0

  /// Readable bytes behind the records, as fast decoders wish.
  private static let paddingBytes = 64

  init(capacity: Int) {
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
    if records.count + Self.paddingBytes > bytes.count {
      bytes.deallocate()
      bytes = .allocate(byteCount: records.count + Self.paddingBytes, alignment: 64)
    }
    bytes.copyMemory(from: records)
    memset(bytes.baseAddress! + records.count, 0, Self.paddingBytes)
    length = records.count
    self.partition = partition
    self.offset = offset
    self.ingestTime = ingestTime
    self.frameRows = frameRows
    isFinal = final
  }

  /// Decodes all of it, with a decoder and a pool of the calling thread. `waits` is asked when memory is out, and says whether to try
  /// again.
  func run(_ decoder: RecordDecoder, _ pool: FramePool, waits: () -> Bool) {
    let before = decoder.mismatches
    if let frameRows { decoder.limitFrame(rows: frameRows, bytes: Node.frameBytes(forRows: frameRows)) }
    let start = UnsafeRawPointer(bytes.baseAddress!)
    var taken = 0
    while true {
      let step = decoder.decode(
        start + taken, length: length - taken, readable: bytes.count - taken, partition: partition,
        offset: offset + UInt64(taken), final: isFinal, ingestTime: ingestTime)
      for dead in decoder.deadRecords { parts.append(.dead(dead)) }
      taken += step.consumed
      if decoder.rows > 0 {
        guard let block = Self.block(decoder.frameByteCount, pool, waits) else { break }
        _ = decoder.writeFrame(
          into: tide_block_bytes(block), capacity: Int(block.pointee.capacity), stream: partition, firstID: 0)
        parts.append(.frame(block))
      }
      if !step.frameReady { break }
    }
    mismatches = decoder.mismatches - before
  }

  private static func block(_ bytes: Int, _ pool: FramePool, _ waits: () -> Bool) -> UnsafeMutablePointer<tide_block>? {
    while true {
      if let block = pool.take(bytes) { return block }
      guard waits() else { return nil }
    }
  }

  /// Gives back the frames that nobody was sent, and is free again.
  func discard() {
    for part in parts[min(sent, parts.count)...] { if case .frame(let block) = part { tide_block_release(block) } }
    parts.removeAll(keepingCapacity: true)
    sent = 0
    mismatches = 0
  }
}
