import PluginKit

/// Joins rows that are near in time: a pair is sent as soon as both are there.
///
/// A row is kept until the other input's watermark says that no partner of it can come.
final class IntervalJoin: RowStore {
  private let context: JoinContext
  /// How far a partner may lie before a row and behind it, by side.
  private let before: [Int64]
  private let after: [Int64]
  let rows: [KeyedRows]
  private var due = [DueRows(), DueRows()]
  /// Rows that were taken so far.
  private var taken: Int64 = 0
  /// Rows of the batch in progress that are done.
  private var done = 0
  /// The row in progress, and its partners that are to come.
  private var pending: (row: KeptRow.Reference, partners: Range<Int>)?

  init(_ context: JoinContext, _ within: JoinOptions.Within) {
    self.context = context
    before = [within.before, within.after]
    after = [within.after, within.before]
    rows = [KeyedRows(context.arena, byID: false), KeyedRows(context.arena, byID: false)]
  }

  deinit { if let pending { give(pending.row) } }

  var byteCount: Int { rows[0].byteCount + rows[1].byteCount + due[0].byteCount + due[1].byteCount }

  // MARK: Rows

  func take(
    _ batch: Batch, _ side: Int, _ keys: UnsafePointer<UInt32>, _ times: ColumnView, _ out: inout Output
  ) throws -> Bool {
    let others = rows[1 - side]
    let keepsUnmatched = context.kind.keepsUnmatched(side)
    let watermark = context.inputWatermarks[side]
    let hasMarks = batch.frame.hasRowWatermark
    while done < batch.count {
      let row = batch.selection.map { Int($0[done]) } ?? done
      let (time, key) = (times.time(row), keys[done])
      if pending == nil {
        let mark = hasMarks ? max(batch.frame.rowWatermark(row), watermark) : watermark
        if mark > time {
          let (lateness, overflow) = mark.subtractingReportingOverflow(time)
          context.lateRows.add(done, of: batch, by: overflow ? .max : lateness)
          done &+= 1
          continue
        }
        let isAlone = context.isNull(key)
        let partners =
          isAlone
          ? 0..<0
          : others.places(
            key, from: JoinContext.earlier(time, by: before[side]), through: JoinContext.later(time, by: after[side]))
        if partners.isEmpty, !keepsUnmatched, isAlone || isOver(time, side) {
          done &+= 1
          continue
        }
        let kept = context.inputs[side].keep(row, time: time, key: key, mark: taken, in: context.arena)
        taken &+= 1
        pending = (kept, partners)
      }
      guard try sendPairs(of: pending!.row, side, &out) else { return false }
      let kept = pending!.row
      pending = nil
      done &+= 1
      if isOver(time, side) || context.isNull(key) {
        if keepsUnmatched, !kept.pointee.isMatched { try sendAlone(kept, side, &out) }
        give(kept, side)
      } else {
        hold(kept, side)
      }
    }
    done = 0
    try context.lateRows.send(batch, &out)
    return true
  }

  /// Sends the pairs of the row in progress that are still to come. False when that takes another call.
  private func sendPairs(of row: KeptRow.Reference, _ side: Int, _ out: inout Output) throws -> Bool {
    let (others, key) = (rows[1 - side], row.pointee.key)
    while let at = pending?.partners.first {
      guard context.results.sent < JoinContext.framesPerCall else { return false }
      let other = others.row(key, at)
      other.pointee.isMatched = true
      row.pointee.isMatched = true
      try context.results.append(
        side == 0 ? (row, other) : (other, row), key: context.keys.key(key), window: nil, &out)
      pending!.partners.removeFirst()
    }
    return true
  }

  private func sendAlone(_ row: KeptRow.Reference, _ side: Int, _ out: inout Output) throws {
    try context.results.append(
      side == 0 ? (row, nil) : (nil, row), key: context.keys.key(row.pointee.key), window: nil, &out)
  }

  /// True when no partner of a row of this time can come any more.
  private func isOver(_ time: Int64, _ side: Int) -> Bool {
    let watermark = context.inputWatermarks[1 - side]
    return watermark == .max || watermark > JoinContext.later(time, by: after[side])
  }

  private func hold(_ row: KeptRow.Reference, _ side: Int) {
    context.keys.uses[Int(row.pointee.key)] += 1
    rows[side].insert(row)
    due[side].push(row)
  }

  private func give(_ row: KeptRow.Reference, _ side: Int? = nil) {
    if let side { context.inputs[side].release(row) }
    context.arena.give(row, KeptRow.size(cells: Int(row.pointee.length)))
  }

  // MARK: Time

  func advance(_ out: inout Output) throws -> Bool {
    for side in 0..<2 {
      while let row = due[side].first, isOver(row.pointee.time, side) {
        guard context.results.sent < JoinContext.framesPerCall else { return false }
        if context.kind.keepsUnmatched(side), !row.pointee.isMatched { try sendAlone(row, side, &out) }
        due[side].pop()
        context.dropFirst(rows[side], row.pointee.key, side)
      }
    }
    return true
  }

  /// A row without a partner leaves so long after its time, and has it.
  var outputWatermark: Int64 {
    guard context.watermark != .max else { return .max }
    let held = max(
      context.kind.keepsUnmatched(0) ? after[0] : 0, context.kind.keepsUnmatched(1) ? after[1] : 0)
    return JoinContext.earlier(context.watermark, by: held)
  }

  // MARK: Snapshots

  func restore(_ row: KeptRow.Reference, _ side: Int) -> Bool {
    row.pointee.mark = taken
    taken += 1
    hold(row, side)
    return true
  }

  var progress: Int64 {
    get { 0 }
    set {}
  }
}
