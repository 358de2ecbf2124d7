import PluginKit

/// Joins the rows of a key and a window: all pairs, sent when the watermark passes the window's end.
///
/// Rows stand in panes, which windows are put together of; a pane goes with the last window that it is in.
final class WindowJoin: RowStore {
  private struct Pane {
    let start: Int64
    var keys: [[UInt32]] = [[], []]
  }

  /// A window whose rows are being sent.
  private struct Firing {
    let window: JoinedRows.Window
    let keys: [UInt32]
    var done = 0
    /// Of the key in progress; nil before it begins.
    var places: [Range<Int>]?
    var hasRows = [false, false]
    var left = 0, right = 0
  }

  private let context: JoinContext
  private let size: Int64
  private let every: Int64
  private let paneSize: Int64
  let rows: [KeyedRows]
  /// By their starts.
  private var panes: [Pane] = []
  private var last = 0
  /// The end of the last window that was sent.
  private var fired = Int64.min
  private var firing: Firing?

  init(_ context: JoinContext, size: Int64, every: Int64) {
    self.context = context
    self.size = size
    self.every = every
    var (one, other) = (size, every)
    while other > 0 { (one, other) = (other, one % other) }
    paneSize = one
    rows = [KeyedRows(context.arena, byID: true), KeyedRows(context.arena, byID: true)]
  }

  var byteCount: Int {
    rows[0].byteCount + rows[1].byteCount
      + panes.reduce(0) { $0 + 64 + 4 * ($1.keys[0].capacity + $1.keys[1].capacity) }
  }

  // MARK: Windows

  /// The last multiple of `step` that is not above a time; the least time where there is none.
  private static func floor(_ time: Int64, _ step: Int64) -> Int64 {
    let rest = time % step
    return JoinContext.earlier(time, by: rest < 0 ? rest + step : rest)
  }

  /// The end of the first window that a time is in and that ends behind a mark; nil when none does.
  private func firstEnd(_ time: Int64, behind mark: Int64) -> Int64? {
    let lastEnd = JoinContext.later(Self.floor(time, every), by: size)
    guard lastEnd > mark else { return nil }
    // So many windows before that one are still to come, and hold the time.
    let least = max(JoinContext.later(mark, by: 1), JoinContext.later(time, by: 1))
    return lastEnd - (lastEnd - least) / every * every
  }

  // MARK: Rows

  func take(
    _ batch: Batch, _ side: Int, _ keys: UnsafePointer<UInt32>, _ times: ColumnView, _ out: inout Output
  ) throws -> Bool {
    let hasMarks = batch.frame.hasRowWatermark
    let keepsUnmatched = context.kind.keepsUnmatched(side)
    for at in 0..<batch.count {
      let row = batch.selection.map { Int($0[at]) } ?? at
      let (time, key) = (times.time(row), keys[at])
      let mark = hasMarks ? max(batch.frame.rowWatermark(row), context.watermark) : context.watermark
      guard let end = firstEnd(time, behind: mark) else {
        let closed = JoinContext.later(Self.floor(time, every), by: size)
        let (lateness, overflow) = mark.subtractingReportingOverflow(closed)
        context.lateRows.add(at, of: batch, by: overflow ? .max : lateness)
        continue
      }
      if !keepsUnmatched, context.isNull(key) { continue }
      hold(context.inputs[side].keep(row, time: time, key: key, mark: end, in: context.arena), side)
    }
    try context.lateRows.send(batch, &out)
    return true
  }

  private func hold(_ row: KeptRow.Reference, _ side: Int) {
    context.keys.uses[Int(row.pointee.key)] += 1
    rows[side].insert(row)
    panes[pane(at: row.pointee.time)].keys[side].append(row.pointee.key)
  }

  private func pane(at time: Int64) -> Int {
    let start = Self.floor(time, paneSize)
    if last < panes.count, panes[last].start == start { return last }
    var (low, high) = (0, panes.count)
    while low < high {
      let middle = (low + high) / 2
      if panes[middle].start < start { low = middle + 1 } else { high = middle }
    }
    if low == panes.count || panes[low].start != start { panes.insert(Pane(start: start), at: low) }
    last = low
    return low
  }

  // MARK: Results

  func advance(_ out: inout Output) throws -> Bool {
    while true {
      if firing == nil { firing = nextDue() }
      guard firing != nil else { return true }
      guard try send(&out) else { return false }
      fired = firing!.window.end
      firing = nil
      release()
    }
  }

  /// The first window that has rows and was not sent, once the watermark has passed it.
  private func nextDue() -> Firing? {
    guard let first = panes.first, let end = firstEnd(first.start, behind: fired) else { return nil }
    guard context.watermark == .max || end <= context.watermark else { return nil }
    let start = JoinContext.earlier(end, by: size)
    var seen: Set<UInt32> = []
    for pane in panes {
      guard pane.start < end else { break }
      for keys in pane.keys { seen.formUnion(keys) }
    }
    var keys = Array(seen)
    context.keys.sort(&keys)
    return Firing(window: (start, end), keys: keys)
  }

  /// Sends rows of the window in progress: by key, left row, right row. False when that takes another call.
  private func send(_ out: inout Output) throws -> Bool {
    while firing!.done < firing!.keys.count {
      let key = firing!.keys[firing!.done]
      if firing!.places == nil { begin(key) }
      let places = firing!.places!
      if firing!.hasRows[0] {
        guard try sendLeft(key, places, &out) else { return false }
      }
      if context.kind.keepsUnmatched(1), !firing!.hasRows[0] || context.isNull(key) {
        guard try sendRight(key, places[1], &out) else { return false }
      }
      firing!.done += 1
      firing!.places = nil
    }
    return true
  }

  private func begin(_ key: UInt32) {
    let window = firing!.window
    let places = rows.map { $0.places(key, from: window.start, through: window.end - 1) }
    firing!.places = places
    firing!.hasRows = (0..<2).map { side in places[side].contains { isIn(rows[side].row(key, $0)) } }
    if context.isNull(key) { firing!.hasRows[1] = false }
    (firing!.left, firing!.right) = (places[0].lowerBound, places[1].lowerBound)
  }

  /// True when a row takes part in the window in progress.
  private func isIn(_ row: KeptRow.Reference) -> Bool { row.pointee.mark <= firing!.window.end }

  private func sendLeft(_ key: UInt32, _ places: [Range<Int>], _ out: inout Output) throws -> Bool {
    let window = firing!.window
    while firing!.left < places[0].upperBound {
      let left = rows[0].row(key, firing!.left)
      if !isIn(left) {
        firing!.left += 1
        continue
      }
      if !firing!.hasRows[1] {
        guard context.kind.keepsUnmatched(0) else { break }
        guard context.results.sent < JoinContext.framesPerCall else { return false }
        try context.results.append((left, nil), key: context.keys.key(key), window: window, &out)
      } else {
        while firing!.right < places[1].upperBound {
          guard context.results.sent < JoinContext.framesPerCall else { return false }
          let right = rows[1].row(key, firing!.right)
          if isIn(right) {
            try context.results.append((left, right), key: context.keys.key(key), window: window, &out)
          }
          firing!.right += 1
        }
        firing!.right = places[1].lowerBound
      }
      firing!.left += 1
    }
    return true
  }

  private func sendRight(_ key: UInt32, _ places: Range<Int>, _ out: inout Output) throws -> Bool {
    while firing!.right < places.upperBound {
      guard context.results.sent < JoinContext.framesPerCall else { return false }
      let right = rows[1].row(key, firing!.right)
      if isIn(right) {
        try context.results.append((nil, right), key: context.keys.key(key), window: firing!.window, &out)
      }
      firing!.right += 1
    }
    return true
  }

  /// Gives back panes that no window to come holds.
  private func release() {
    var gone = 0
    while gone < panes.count, firstEnd(panes[gone].start, behind: fired) == nil {
      for side in 0..<2 { for key in panes[gone].keys[side] { context.dropFirst(rows[side], key, side) } }
      gone += 1
    }
    panes.removeFirst(gone)
    last = 0
  }

  /// Results have the last time of their window, and windows that the watermark has passed are gone.
  var outputWatermark: Int64 { context.watermark }

  // MARK: Snapshots

  func restore(_ row: KeptRow.Reference, _ side: Int) -> Bool {
    let time = row.pointee.time
    guard let end = firstEnd(time, behind: .min), row.pointee.mark >= end,
      row.pointee.mark <= JoinContext.later(Self.floor(time, every), by: size), (row.pointee.mark - end) % every == 0
    else { return false }
    hold(row, side)
    return true
  }

  var progress: Int64 {
    get { fired }
    set { fired = newValue }
  }
}
