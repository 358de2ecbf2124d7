import Aggregates
import PluginKit

/// Tumbling, sliding and cumulating windows: time is cut into panes, a row is added to one of them, and a window is put together of
/// its panes when it fires. So a row costs the same however many windows it is in.
final class PaneWindows: WindowStore {
  typealias Place = UnsafeMutableRawPointer

  let context: WindowContext
  let ruler: Ruler
  let shape: WindowShape
  let arena: RecordArena
  @exclusivity(unchecked) var panes = PaneList()
  let runs: PaneRuns
  /// Windows that end before the pane of this number have fired.
  var fired = Int64.min
  /// How often results of windows that still change were corrected: by window, by key.
  var corrections: [Int64: [UInt32: Int64]] = [:]
  var firing: Firing?
  /// Where the aggregates of several panes come together.
  let block: MergeBlock
  /// By key: the last collection that it was part of.
  @exclusivity(unchecked) var stamps: [UInt32] = []
  @exclusivity(unchecked) var stamp: UInt32 = 0
  private let near = NearPanes()
  /// Nil where the panes of rows are not found by it.
  private let division: PaneDivision?

  init(_ context: WindowContext, ruler: Ruler, shape: WindowShape) {
    self.context = context
    self.ruler = ruler
    self.shape = shape
    arena = RecordArena(context.aggregates)
    block = MergeBlock(context.aggregates)
    runs = PaneRuns(context, shape, arena, block)
    division = ruler.isUniform ? PaneDivision(by: ruler.length) : nil
  }

  deinit {
    for pane in panes { pane.release(context.aggregates, context.keys) }
    // Before the arena goes.
    panes = PaneList()
  }

  var byteCount: Int {
    arena.byteCount + near.byteCount + stamps.capacity * 4 + (firing?.keys.capacity ?? 0) * 4
      + corrections.values.reduce(0) { $0 + WindowContext.bytes(of: $1) }
  }

  // MARK: Rows

  func take(_ batch: Batch, _ keys: UnsafePointer<UInt32>, _ times: RowTimes, _ out: inout Output) throws {
    let first = ruler.pane(of: times.least)
    // A row that is not behind belongs to windows that have not fired, unless its partition had been idle.
    guard !times.areSomeBehind, fired < shape.firstEnd(of: first) else { return try takeEach(batch, keys, times, &out) }
    let last = ruler.pane(of: times.greatest)
    if first == last { return addAll(batch.count, keys, to: first) }
    let start = ruler.start(of: first)
    let (_, isFar) = times.greatest.subtractingReportingOverflow(start)
    guard let division, start > .min, !isFar, last - first < NearPanes.limit else {
      return try takeEach(batch, keys, times, &out)
    }
    near.begin(panes[panes.position(first)...], from: first, through: last, below: context.keys.limit)
    addAll(batch.count, keys, times.times, start, division, from: first)
    if context.hasEarly { for pane in panes[panes.position(first)...] where pane.index <= last { pane.isChanged = true } }
  }

  /// The common case: all rows into one pane.
  private func addAll(_ count: Int, _ keys: UnsafePointer<UInt32>, to index: Int64) {
    let (pane, places) = (pane(index), context.places)
    var rows = 0..<0
    while rows.upperBound < count {
      rows = context.block(after: rows.upperBound, of: count, panes: 1)
      var at = rows.lowerBound
      // The pane may get a place for each key meanwhile.
      while at < rows.upperBound, pane.places(below: context.keys.limit) == nil {
        let key = keys[at]
        places[at &- rows.lowerBound] = pane[key] ?? pane.add(key, context.keys)
        at &+= 1
      }
      if at < rows.upperBound, let table = pane.places(below: context.keys.limit) {
        find(at..<rows.upperBound, keys, in: table, of: pane, places - rows.lowerBound)
      }
      if context.hasEarly { mark(rows.count) }
      context.add(rows)
    }
    if context.hasEarly { pane.isChanged = true }
  }

  /// Finds the places of some rows in a pane that has one for each key.
  private func find(
    _ rows: Range<Int>, _ keys: UnsafePointer<UInt32>, in table: UnsafeMutablePointer<Place?>, of pane: Pane,
    _ places: UnsafeMutablePointer<Place>
  ) {
    let end = rows.upperBound
    var at = rows.lowerBound
    while at < end {
      let key = keys[at]
      places[at] = table[Int(key)] ?? add(key, to: pane)
      at &+= 1
    }
  }

  @inline(never)
  private func add(_ key: UInt32, to pane: Pane) -> Place { pane.add(key, context.keys) }

  /// Rows into several panes of one length, of which the first begins at `start`.
  private func addAll(
    _ count: Int, _ keys: UnsafePointer<UInt32>, _ times: UnsafePointer<Int64>, _ start: Int64, _ division: PaneDivision,
    from first: Int64
  ) {
    let (tables, places) = (near.tables, context.places)
    var rows = 0..<0
    while rows.upperBound < count {
      rows = context.block(after: rows.upperBound, of: count, panes: 2)
      let end = rows.upperBound
      let found = places - rows.lowerBound
      var at = rows.lowerBound
      while at < end {
        let key = keys[at]
        let column = division(UInt64(bitPattern: times[at] &- start))
        found[at] = tables[column][Int(key)] ?? find(key, first, column)
        at &+= 1
      }
      if context.hasEarly { mark(rows.count) }
      context.add(rows)
    }
  }

  /// The aggregates of a key in a pane of the batch: of a new key, or in a pane that has no place for each key.
  @inline(never)
  private func find(_ key: UInt32, _ first: Int64, _ column: Int) -> Place {
    guard let pane = near.pane(column) else {
      let made = pane(first &+ Int64(column))
      near.set(made, at: column)
      if let table = made.places(below: context.keys.limit) { near.tables[column] = table }
      return made[key] ?? made.add(key, context.keys)
    }
    if let place = pane[key] { return place }
    let place = pane.add(key, context.keys)
    if let table = pane.places(below: context.keys.limit) { near.tables[column] = table }
    return place
  }

  /// Notes for early results which places so many rows change.
  private func mark(_ count: Int) {
    for at in 0..<count { StateRecord.of(context.places[at]).pointee.isChanged = true }
  }

  // MARK: Panes

  /// The pane of a number, a new one if need be.
  func pane(_ index: Int64, from: Int64 = .min) -> Pane {
    let place = panes.position(index, from)
    if place < panes.endIndex, panes[place].index == index, panes[place].from == from { return panes[place] }
    let made = Pane(index, from: from, arena)
    // Where most keys have rows in a pane, most will in the next one.
    if place > panes.startIndex, panes[panes.index(before: place)].count * 2 >= context.keys.limit {
      made.expectAll(below: context.keys.limit)
    }
    panes.insert(made, at: place)
    return made
  }

  /// What a window is put together of, in order. What windows hold is complete where they end before the pane of a number.
  func parts(of end: Int64, complete: Int64) -> [Pane] {
    runs.parts(of: panes, from: shape.start(of: end), to: end, seenBy: end, complete: complete)
  }

  /// Lets go of panes whose windows change no more.
  func release() {
    let isOver = { [context, ruler, shape] (pane: Pane) in
      context.isOver(ruler.start(of: shape.lastEnd(of: pane.index)), at: context.watermark)
    }
    if let first = panes.first, isOver(first) {
      panes.release(isOver, context)
      runs.release(isOver)
      context.sweepKeys()
    }
    if !corrections.isEmpty {
      corrections = corrections.filter { !context.isOver(ruler.start(of: $0.key), at: context.watermark) }
    }
  }

  var outputWatermark: Int64? { context.heldWatermark }
}
