import Aggregates
import PluginKit

/// Rows one by one: where some are behind the watermark, or far from each other.
extension PaneWindows {
  func takeEach(_ batch: Batch, _ keys: UnsafePointer<UInt32>, _ times: RowTimes, _ out: inout Output) throws {
    let frame = batch.frame
    for at in 0..<batch.count {
      let row = batch.selection.map { Int($0[at]) } ?? at
      try take(at, batch, keys[at], times.times[at], max(frame.rowWatermark(row), context.watermark), &out)
    }
    try context.finish(batch, &out)
  }

  /// Takes row `at` of a batch when its partition's watermark was `mark`.
  private func take(
    _ at: Int, _ batch: Batch, _ key: UInt32, _ time: Int64, _ mark: Int64, _ out: inout Output
  ) throws {
    let index = ruler.pane(of: time)
    let last = shape.lastEnd(of: index)
    if context.isOver(ruler.start(of: last), at: mark) {
      return context.lateRows.add(at, of: batch, by: mark.subtracting(saturating: context.closing(ruler.start(of: last))))
    }
    var first = shape.firstEnd(of: index)
    while context.isOver(ruler.start(of: first), at: mark) { first = shape.end(atLeast: first + 1) }
    let pane = pane(index, from: from(first, index))
    guard first <= fired else {
      add(at, key, to: pane)
      if shape.firstEnd(of: index) <= fired { refresh(key, pane) }
      return
    }

    // Windows that have fired, and what they said of the key.
    let corrected = Corrected(windows: self, key: key, from: first, through: min(last, fired))
    context.settle()
    add(at, key, to: pane)
    refresh(key, pane)
    try corrected.emit(&out)
  }

  /// What windows that have fired were put together of holds the row, too.
  private func refresh(_ key: UInt32, _ pane: Pane) {
    context.settle()
    runs.refresh(key, in: pane.index, from: pane.from, panes, complete: fired)
  }

  private func add(_ at: Int, _ key: UInt32, to pane: Pane) {
    let place = pane[key] ?? pane.add(key, context.keys)
    context.add(at, to: place)
    if context.hasEarly {
      StateRecord.of(place).pointee.isChanged = true
      pane.isChanged = true
    }
  }

  /// From which window on a row counts that is in time for window `first`: from all on, unless one that is still to fire, or may
  /// change, has to do without it.
  private func from(_ first: Int64, _ index: Int64) -> Int64 {
    if first == shape.firstEnd(of: index) { return .min }
    return context.isOver(ruler.start(of: shape.end(before: first)), at: context.watermark) ? .min : first
  }

  /// Windows that have fired and that a row changes.
  private struct Corrected {
    let windows: PaneWindows
    let key: UInt32
    var ends: [Int64] = []

    /// Counts a correction in each window that has had a result of the key.
    init(windows: PaneWindows, key: UInt32, from first: Int64, through last: Int64) {
      self.windows = windows
      self.key = key
      var end = first
      while end <= last {
        if windows.parts(of: end, complete: windows.fired).contains(where: { $0[key] != nil }) {
          windows.corrections[end, default: [:]][key, default: 0] += 1
        }
        ends.append(end)
        end = windows.shape.end(atLeast: end + 1)
      }
    }

    /// Sends the key's results; where all are wanted again, those of other keys as they were.
    func emit(_ out: inout Output) throws {
      for end in ends {
        var firing: Firing
        if windows.context.recomputes {
          firing = windows.collect(end, complete: windows.fired)
        } else {
          firing = windows.firing(end, windows.parts(of: end, complete: windows.fired))
          firing.keys = [key]
        }
        _ = try windows.emit(&firing, .max, &out)
      }
    }
  }
}
