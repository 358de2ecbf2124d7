import CTidemill

/// The watermark of one source partition: the greatest event time seen minus a fixed delay, advanced event by event.
///
/// It is exclusive: no row before it is expected any more. A row that is behind the watermark which stood before it is late for
/// that partition, whatever the frame size; those watermarks are what the row watermark column carries.
struct SourceWatermark {
  /// nil = only the source itself advances it.
  let delayNanoseconds: Int64?
  /// It moves at `tick` alone, to where the rows have brought it by then.
  let isPeriodic: Bool
  private(set) var watermark = Int64.min
  /// Where it would stand if it moved event by event.
  private var reached = Int64.min
  /// Out of the minimum over the partitions until its next row or watermark.
  var isIdle = false
  /// Out of the minimum for good.
  private(set) var hasEnded = false
  /// The source has set it itself, so event times do not.
  private(set) var isOwned = false

  init(delayNanoseconds: Int64?, isPeriodic: Bool = false) {
    self.delayNanoseconds = delayNanoseconds
    self.isPeriodic = isPeriodic
  }

  /// It counts in the minimum over the partitions.
  var counts: Bool { !isIdle && !hasEnded }

  /// Watermark after an event at `time`; saturates at the least time.
  private func after(_ time: Int64, _ delay: Int64) -> Int64 {
    let (value, overflow) = time.subtractingReportingOverflow(delay)
    return overflow ? .min : value
  }

  /// Sees the event times of a frame's rows. When rows are behind, `late` receives for each row the watermark before it (Int64.min
  /// for a row that is not behind) and the result is true; else `late` is not touched beyond what it was given for.
  mutating func see(_ times: UnsafePointer<Int64>, count: Int, late: UnsafeMutablePointer<Int64>) -> Bool {
    isIdle = false
    let delay = isOwned ? nil : delayNanoseconds
    let moves = !isPeriodic
    var current = watermark
    var next = max(reached, current)
    var anyLate = false
    var row = 0
    while row < count {
      let time = times[row]
      if time < current {
        late[row] = current
        anyLate = true
      } else {
        late[row] = .min
        if let delay {
          next = max(next, after(time, delay))
          if moves { current = next }
        }
      }
      row &+= 1
    }
    watermark = current
    reached = next
    return anyLate
  }

  /// Moves a periodic watermark to where the rows have brought it; true when that is further.
  mutating func tick() -> Bool {
    guard isPeriodic, reached > watermark else { return false }
    watermark = reached
    return true
  }

  /// A watermark that the source itself set; never goes back. The least time only makes the partition known, the greatest ends it.
  mutating func advance(to value: Int64) {
    isIdle = false
    guard value != .max else {
      hasEnded = true
      return
    }
    if value > .min { isOwned = true }
    if value > watermark { watermark = value }
  }
}
