import CHost
import CTidemill

/// The queue of one edge between two threads: descriptors of frames, watermarks and ends, in order.
///
/// `credit` bounds what the producer may queue of its own accord; the ring holds `overdraftFrames` more for calls in progress and a
/// few control entries, so that a push within those limits never fails.
public final class FrameRing: @unchecked Sendable {
  /// What calls in progress may push beyond the credit before they have to wait inside.
  public static let overdraftFrames = 64
  public static let overdraftBytes = 4 << 20
  static let controlEntries = 16

  public let ring: UnsafeMutablePointer<tide_ring>
  public let capacityFrames: Int
  public let capacityBytes: Int
  private let producer: Parker
  private let consumer: Parker
  private let input: UInt32

  /// `input`: number of this ring among the consumer's inputs, below TIDE_MAX_INPUTS.
  public init(capacityFrames: Int, capacityBytes: Int, producer: Parker, consumer: Parker, input: Int) {
    precondition(input >= 0 && input < Int(TIDE_MAX_INPUTS), "a consumer has at most 1024 inputs")
    // Each frame may come with one watermark before it, and between calls credit counts control entries too.
    let slots = UInt64(2 * (capacityFrames + Self.overdraftFrames) + Self.controlEntries)
    guard let ring = tide_ring_create(slots, UInt64(capacityFrames), UInt64(capacityBytes)) else {
      preconditionFailure("out of memory for a ring of \(slots) slots")
    }
    self.ring = ring
    self.capacityFrames = capacityFrames
    self.capacityBytes = capacityBytes
    self.producer = producer
    self.consumer = consumer
    self.input = UInt32(input)
  }

  deinit { tide_ring_destroy(ring) }

  /// True when the producer may push within the credit. Producer only.
  public var hasCredit: Bool { tide_ring_has_credit(ring) != 0 }

  /// True when a call in progress may push a frame of so many bytes beyond the credit. Producer only.
  public func mayOverdraw(bytes: Int) -> Bool {
    tide_ring_may_overdraw(ring, UInt64(bytes), UInt64(Self.overdraftFrames), UInt64(Self.overdraftBytes)) != 0
  }

  /// Appends a descriptor and wakes the consumer; false when the ring is physically full. Producer only.
  public func push(_ entry: tide_entry) -> Bool {
    guard tide_ring_push(ring, entry) != 0 else { return false }
    tide_parker_notify(consumer.words, input)
    return true
  }

  /// Takes the oldest descriptor, nil when there is none; the producer is woken for the credit that returns. Consumer only.
  public func pop() -> tide_entry? {
    var entry = tide_entry()
    guard tide_ring_pop(ring, &entry) != 0 else { return nil }
    tide_parker_signal(producer.words)
    return entry
  }

  /// True when nothing is queued. Consumer only.
  public var isEmpty: Bool { tide_ring_empty(ring) != 0 }

  /// Bytes that may be queued at most, the overdraft included.
  public var boundBytes: Int { capacityBytes + Self.overdraftBytes }
}
