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
    let corrected = Corrected(windows: self, key: key, first: first, last: min(last, fired))
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
    /// Each with the number of the correction.
    var ends: [(end: Int64, number: Int64)] = []

    init(windows: PaneWindows, key: UInt32, first: Int64, last: Int64) {
      self.windows = windows
      self.key = key
      let counted = windows.context.recomputes ? UInt32.max : key
      var end = first
      while end <= last {
        let parts = windows.parts(of: end, complete: windows.fired)
        let hasResult = windows.context.recomputes ? !parts.isEmpty : parts.contains { $0[key] != nil }
        if hasResult { windows.corrections[end, default: [:]][counted, default: 0] += 1 }
        ends.append((end, hasResult ? windows.corrections[end]?[counted] ?? 0 : 0))
        end = windows.shape.end(atLeast: end + 1)
      }
    }

    func emit(_ out: inout Output) throws {
      for (end, number) in ends {
        if windows.context.recomputes {
          var whole = windows.collect(end, number, complete: windows.fired)
          _ = try windows.emit(&whole, .max, &out)
        } else {
          var one = windows.firing(end, number, windows.parts(of: end, complete: windows.fired))
          one.keys = [key]
          _ = try windows.emit(&one, .max, &out)
        }
      }
    }
  }
}
