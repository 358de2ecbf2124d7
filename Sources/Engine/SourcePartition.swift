import Synchronization

/// One partition of a source: its watermark, and what others may read of it while the source runs.
///
/// The chain's thread owns it; what `times` gives is for any thread.
final class SourcePartition: @unchecked Sendable {
  private enum Word {
    static let watermark = 0, standing = 1, late = 2, count = 3
  }

  let number: UInt32
  /// Where it stands among the partitions of its source.
  let place: Int
  /// To be followed by `Node.note`.
  var state: SourceWatermark
  /// How far `IdleClock.asked` was at its last row or watermark.
  var askedAtRow: Int64 = 0
  private let shown = Counters(count: Word.count)
  private let name = Mutex<String?>(nil)

  init(number: UInt32, place: Int, _ state: SourceWatermark) {
    self.number = number
    self.place = place
    self.state = state
    show()
  }

  deinit { shown.deallocate() }

  /// Its part in the minimum: the greatest time when it does not count.
  var floor: Int64 { state.counts ? state.watermark : .max }

  /// Lets others see the state.
  func show() {
    shown.set(Word.watermark, Int(state.watermark))
    shown.set(Word.standing, (state.hasEnded ? EventTimes.Standing.ended : state.isIdle ? .idle : .busy).rawValue)
  }

  func add(lateRows: Int) { shown.add(Word.late, lateRows) }

  /// What it is called beside its number: a file, a peer.
  func rename(_ text: String) { name.withLock { $0 = text } }

  /// Any thread.
  var times: EventTimes.Partition {
    EventTimes.Partition(
      number: number, name: name.withLock { $0 }, watermark: EventTimes.time(shown.read(Word.watermark)),
      standing: EventTimes.Standing(rawValue: Int(shown.read(Word.standing))) ?? .busy, lateRows: shown.read(Word.late))
  }
}
