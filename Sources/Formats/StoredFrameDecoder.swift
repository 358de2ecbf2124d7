import CTidemill
import Frames
import StoredFrames

/// Takes the frames that a file or stream holds back to back, as the records of the format `frame`.
///
/// Each is checked with all rules before a row of it is seen. Behind a frame that is refused the stream goes on at the next one:
/// where its header is signed, and so its length is no accident, right behind it, else where the next signed header stands. From
/// there on only signed frames are taken, so that bytes which only look like frames are not opened one after the other.
final class StoredFrameDecoder {
  /// Bytes of a refused frame that go into its dead letter.
  private static let deadBytes = 4096
  /// Producers whose schemas are kept.
  private static let mostPeers = 1024

  private(set) var dead: [RecordDecoder.DeadRecord] = []
  /// Longest frame, as stored and once opened; a longer one is dead.
  private let limit: Int
  private let opener: FrameOpener
  /// What each partition's producer has sent so far.
  private var peers: [UInt32: SchemaInterner] = [:]
  /// Opened, and not written yet.
  private var frame: FrameView?
  /// Partitions in which the next frame is being looked for.
  private var lost: Set<UInt32> = []
  /// Partitions that had bytes which were no frame and not signed as one.
  private var wary: Set<UInt32> = []
  /// Ends of refused frames of which only a part has come.
  private var skips: [UInt32: UInt64] = [:]

  init(limit: Int) {
    self.limit = limit
    opener = FrameOpener(limit: limit)
  }

  var rows: Int { frame?.rows ?? 0 }
  var frameByteCount: Int { frame?.byteCount ?? 0 }

  func decode(_ bytes: UnsafeRawBufferPointer, partition: UInt32, offset: UInt64, final: Bool) -> RecordDecoder.Step {
    dead.removeAll(keepingCapacity: true)
    guard frame == nil else { return .init(consumed: 0, frameReady: true) }
    // Where bytes begin anew, another client may have taken the partition over.
    if offset == 0 { forget(partition) }
    var at = 0
    if let end = skips[partition] {
      at = Int(min(UInt64(bytes.count), end > offset ? end - offset : 0))
      if offset + UInt64(at) >= end { skips[partition] = nil }
    }
    while at < bytes.count {
      if lost.contains(partition) { at = StoredFrame.nextStart(in: bytes, from: at, limit: FrameLimits.hardMaxBytes) }
      let rest = UnsafeRawBufferPointer(rebasing: bytes[at...])
      var length = StoredFrame.signedByteCount(rest) ?? 1
      do throws(FrameRejection) {
        guard case .frame(let stored) = try StoredFrame.cut(rest, limit: limit) else {
          guard final else { break }
          length = 1
          throw FrameRejection(rule: 3, column: nil, offset: rest.count, reason: "the input ends inside of a frame")
        }
        guard stored.isSigned || !wary.contains(partition) else {
          let reason = "the header is not signed, behind bytes that are no frame"
          throw FrameRejection(rule: 5, column: nil, offset: 18, reason: reason)
        }
        let opened = try open(rest, peer(partition))
        at += stored.byteCount
        lost.remove(partition)
        guard let opened else { continue }
        frame = opened
        return .init(consumed: at, frameReady: true)
      } catch {
        if rest.isEmpty { break }
        if length > 1 || !lost.contains(partition) { bury(rest, of: max(length, 128), at: offset + UInt64(at), error) }
        if length > 1 {
          lost.remove(partition)
        } else {
          lost.insert(partition)
          wary.insert(partition)
        }
        if length > rest.count { skips[partition] = offset + UInt64(at + length) }
        at += min(length, rest.count)
      }
    }
    if final {
      forget(partition)
      peers.removeValue(forKey: partition)
    }
    return .init(consumed: final ? bytes.count : at, frameReady: false)
  }

  private func forget(_ partition: UInt32) {
    lost.remove(partition)
    wary.remove(partition)
    skips[partition] = nil
  }

  private func peer(_ partition: UInt32) -> SchemaInterner {
    if let peer = peers[partition] { return peer }
    // Who was forgotten only has its schemas learnt again.
    if peers.count == Self.mostPeers { peers.removeAll() }
    let peer = SchemaInterner()
    peers[partition] = peer
    return peer
  }

  /// The frame that the bytes begin with; nil for one without rows, such as a control frame.
  private func open(_ bytes: UnsafeRawBufferPointer, _ peer: SchemaInterner) throws(FrameRejection) -> FrameView? {
    let view = try opener.open(bytes, peer: peer)
    guard let kind = view.kind, kind.hasRows else { return nil }
    return view
  }

  private func bury(_ bytes: UnsafeRawBufferPointer, of length: Int, at offset: UInt64, _ why: FrameRejection) {
    let shown = min(bytes.count, length, Self.deadBytes)
    dead.append(
      .init(
        offset: offset, bytes: UnsafeRawBufferPointer(rebasing: bytes[..<shown]),
        code: "\(RecordDecoder.DeadRecord.Code.frame)",
        reason: "\(why.reason), at byte \(why.offset) (rule \(why.rule))"))
  }

  /// Hands the frame out as one of this run: event times and ids stay; what the run that wrote it knew of watermarks and of its
  /// records' text means nothing here.
  func writeFrame(into: UnsafeMutableRawPointer, capacity: Int, stream: UInt32) -> Int {
    guard let frame, frame.byteCount <= capacity else { return 0 }
    into.copyMemory(from: frame.frame, byteCount: frame.byteCount)
    let header = into.assumingMemoryBound(to: tide_frame.self)
    header.pointee.kind = UInt8(TIDE_KIND_DATA)
    header.pointee.stream = stream
    header.pointee.row_wm = 0
    header.pointee.verbatim = 0
    header.pointee.flags &= ~UInt16(TIDE_FLAG_HEAD_CRC | TIDE_FLAG_BODY_CRC)
    header.pointee.head_crc = 0
    header.pointee.body_crc = 0
    let length = frame.byteCount
    self.frame = nil
    return length
  }
}
