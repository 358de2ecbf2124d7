import CHost
import CTidemill

/// The queue of one edge between two threads: descriptors of frames, watermarks and ends, in order.
///
/// `credit` bounds what the producer may queue of its own accord; the ring holds the overdraft of calls in progress and a few
/// control entries more, so that a push within those limits never fails.
public final class FrameRing: @unchecked Sendable {
  /// What an edge does for a producer that finds it full.
  public enum Discipline: Sendable {
    /// It makes the producer wait, who may go beyond the credit within a call.
    case waiting
    /// It takes nothing beyond the credit; the producer never waits.
    case refusing
    /// As `refusing`, and the producer may take the oldest entries back.
    case evicting
  }

  /// What calls in progress may push beyond the credit of a waiting ring before they have to wait inside.
  public static let overdraftFrames = 64
  public static let overdraftBytes = 4 << 20
  static let controlEntries = 16

  public let ring: UnsafeMutablePointer<tide_ring>
  public let discipline: Discipline
  public let capacityFrames: Int
  public let capacityBytes: Int
  private let overdraft: (frames: UInt64, bytes: UInt64)
  private let producer: Parker
  private let consumer: Parker
  private let input: UInt32

  /// `input`: number of this ring among the consumer's inputs, below TIDE_MAX_INPUTS.
  public init(
    capacityFrames: Int, capacityBytes: Int, overdraftBytes: Int = FrameRing.overdraftBytes, discipline: Discipline = .waiting,
    producer: Parker, consumer: Parker, input: Int
  ) {
    precondition(input >= 0 && input < Int(TIDE_MAX_INPUTS), "a consumer has at most 1024 inputs")
    overdraft = discipline == .waiting ? (UInt64(Self.overdraftFrames), UInt64(overdraftBytes)) : (0, 0)
    let slots = UInt64(Self.slots(capacityFrames: capacityFrames, discipline: discipline))
    let evicts: Int32 = discipline == .evicting ? 1 : 0
    guard let ring = tide_ring_create(slots, UInt64(capacityFrames), UInt64(capacityBytes), evicts) else {
      preconditionFailure("out of memory for a ring of \(slots) slots")
    }
    self.ring = ring
    self.discipline = discipline
    self.capacityFrames = capacityFrames
    self.capacityBytes = capacityBytes
    self.producer = producer
    self.consumer = consumer
    self.input = UInt32(input)
  }

  deinit { tide_ring_destroy(ring) }

  /// Each frame may come with one watermark before it, and between calls credit counts control entries too.
  private static func slots(capacityFrames: Int, discipline: Discipline) -> Int {
    2 * (capacityFrames + (discipline == .waiting ? overdraftFrames : 0)) + controlEntries
  }

  /// Memory of a ring itself: descriptors, and what an evicting one notes of each. The number of slots is a power of two.
  public static func ownBytes(capacityFrames: Int, discipline: Discipline) -> Int {
    let slots = slots(capacityFrames: capacityFrames, discipline: discipline)
    var size = 2
    while size < slots { size *= 2 }
    return size * MemoryLayout<tide_entry>.size * (discipline == .evicting ? 2 : 1)
  }

  /// True when the producer may push within the credit. Producer only.
  public var hasCredit: Bool { tide_ring_has_credit(ring) != 0 }

  /// True when a frame of so many bytes may be pushed: within the credit and the overdraft, or alone. Producer only.
  public func fits(bytes: Int) -> Bool {
    tide_ring_fits(ring, level, UInt64(bytes), overdraft.frames, overdraft.bytes) != 0
  }

  /// True when a watermark and idleness may be pushed beside frames. Producer only.
  public var hasControlRoom: Bool { tide_ring_has_room(ring, level) != 0 }

  /// What is queued. Producer only.
  public var level: tide_ring_level {
    discipline == .evicting ? tide_evicting_level(ring) : tide_ring_queued_level(ring)
  }

  /// Bytes that the producer may queue of its own accord: `capacityBytes`, or what it has lowered that to. Any thread.
  public var creditBytes: Int { Int(tide_load_relaxed(&ring.pointee.credit_bytes)) }

  /// Lowers the credit, or raises it again to `capacityBytes` at most. Producer only.
  public func setCredit(bytes: Int) { tide_store_relaxed(&ring.pointee.credit_bytes, UInt64(min(bytes, capacityBytes))) }

  /// Bytes that the consumer has taken so far. Any thread.
  public var poppedBytes: UInt64 { tide_load_relaxed(&ring.pointee.popped_bytes) }

  /// Appends a descriptor and wakes the consumer; false when the ring is physically full. Producer only.
  public func push(_ entry: tide_entry) -> Bool {
    let done = discipline == .evicting ? tide_evicting_push(ring, entry) : tide_ring_push(ring, entry)
    guard done != 0 else { return false }
    tide_parker_notify(consumer.words, input)
    return true
  }

  /// Takes the oldest descriptor, nil when there is none; the producer is woken for the credit that returns. Consumer only.
  public func pop() -> tide_entry? {
    var entry = tide_entry()
    let done = discipline == .evicting ? tide_evicting_pop(ring, &entry) : tide_ring_pop(ring, &entry)
    guard done != 0 else { return nil }
    tide_parker_signal(producer.words)
    return entry
  }

  /// Takes the oldest descriptor of an evicting ring back; nil when there is none, or the consumer took it at this moment: look
  /// again at what fits. Producer only.
  public func evict() -> tide_entry? {
    precondition(discipline == .evicting, "only an evicting ring gives entries back")
    var entry = tide_entry()
    return tide_evicting_evict(ring, &entry) != 0 ? entry : nil
  }

  /// True when nothing is queued. Consumer only.
  public var isEmpty: Bool { tide_ring_empty(ring) != 0 }
}
