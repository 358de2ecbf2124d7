import CTidemill

/// The watermark of one source partition: the greatest event time seen minus a fixed delay, advanced event by event.
///
/// It is exclusive: no row before it is expected any more. A row that is behind the watermark which stood before it is late for
/// that partition, whatever the frame size; those watermarks are what the row watermark column carries.
struct SourceWatermark {
  let delayNanoseconds: Int64
  private(set) var watermark = Int64.min
  /// Out of the minimum over the partitions until its next row or watermark.
  var isIdle = false

  /// Watermark after an event at `time`; saturates at the least time.
  private func after(_ time: Int64) -> Int64 {
    let (value, overflow) = time.subtractingReportingOverflow(delayNanoseconds)
    return overflow ? .min : value
  }

  /// Sees the event times of a frame's rows. When rows are behind, `late` receives for each row the watermark before it (Int64.min
  /// for a row that is not behind) and the result is true; else `late` is not touched beyond what it was given for.
  mutating func see(_ times: UnsafePointer<Int64>, count: Int, late: UnsafeMutablePointer<Int64>) -> Bool {
    isIdle = false
    var current = watermark
    var anyLate = false
    var row = 0
    while row < count {
      let time = times[row]
      if time < current {
        late[row] = current
        anyLate = true
      } else {
        late[row] = .min
        let next = after(time)
        if next > current { current = next }
      }
      row &+= 1
    }
    watermark = current
    return anyLate
  }

  /// A watermark that the source itself set; never goes back.
  mutating func advance(to value: Int64) {
    isIdle = false
    if value > watermark { watermark = value }
  }
}
