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
  /// In the order of `index`, then `from`.
  var panes: [Pane] = []
  /// Windows that end before the pane of this number have fired.
  var fired = Int64.min
  /// How often results of windows that still change were corrected: by window, by key.
  var corrections: [Int64: [UInt32: Int64]] = [:]
  var firing: Firing?
  /// A pane that is among `panes`.
  private var recent: Pane?
  /// Where the aggregates of several panes come together.
  let block: ResultBlock
  /// By key: the last collection that it was part of.
  var stamps: [UInt32] = []
  var stamp: UInt32 = 0

  /// Panes of a batch that are reached without a search.
  private static let near: Int64 = 4096
  /// By pane, from the first one of a batch: its places by key.
  private let tables: UnsafeMutablePointer<UnsafeMutablePointer<Place?>>
  /// Places of a pane that does not exist: none.
  private var nothing: UnsafeMutablePointer<Place?>
  private var nothingCapacity = 1024

  init(_ context: WindowContext, ruler: Ruler, shape: WindowShape) {
    self.context = context
    self.ruler = ruler
    self.shape = shape
    arena = RecordArena(context.aggregates)
    block = ResultBlock(recordBytes: context.aggregates.recordBytes)
    tables = .allocate(capacity: Int(Self.near))
    nothing = .allocate(capacity: nothingCapacity)
    nothing.initialize(repeating: nil, count: nothingCapacity)
  }

  deinit {
    for pane in panes { pane.release(context.aggregates, context.keys) }
    tables.deallocate()
    nothing.deallocate()
  }

  var byteCount: Int { arena.byteCount + panes.reduce(0) { $0 + $1.byteCount } }

  // MARK: Rows

  func take(_ batch: Batch, _ keys: UnsafePointer<UInt32>, _ times: RowTimes, _ out: inout Output) throws {
    let first = ruler.pane(of: times.least)
    // A row that is not behind belongs to windows that have not fired, unless its partition had been idle.
    guard !times.areSomeBehind, fired < shape.firstEnd(of: first) else { return try takeEach(batch, keys, times, &out) }
    let last = ruler.pane(of: times.greatest)
    if first == last { return addAll(batch.count, keys, to: first) }
    guard ruler.isUniform, last - first < Self.near, ruler.start(of: first) > .min else {
      return try takeEach(batch, keys, times, &out)
    }
    addAll(batch.count, keys, times.times, from: first, through: last)
  }

  /// The common case: all rows into one pane.
  private func addAll(_ count: Int, _ keys: UnsafePointer<UInt32>, to index: Int64) {
    let pane = pane(index)
    pane.reserve(context.keys.limit)
    let (table, places) = (pane.places, context.places)
    var at = 0
    while at < count {
      let key = keys[at]
      places[at] = table[Int(key)] ?? pane.add(key, context.keys)
      at &+= 1
    }
    if context.hasEarly { mark(count, [pane]) }
    context.addAll()
  }

  /// Rows into several panes of one length.
  private func addAll(
    _ count: Int, _ keys: UnsafePointer<UInt32>, _ times: UnsafePointer<Int64>, from first: Int64, through last: Int64
  ) {
    let limit = context.keys.limit
    if limit > nothingCapacity {
      nothing.deallocate()
      nothingCapacity = max(limit, nothingCapacity * 2)
      nothing = .allocate(capacity: nothingCapacity)
      nothing.initialize(repeating: nil, count: nothingCapacity)
    }
    tables.initialize(repeating: nothing, count: Int(last - first) + 1)
    for pane in panes[position(first, .min)...] where pane.from == .min {
      if pane.index > last { break }
      pane.reserve(limit)
      tables[Int(pane.index - first)] = pane.places
    }
    let (tables, places) = (tables, context.places)
    // Multiplied by 2^64 / length, rounded up: the quotient is right or one too much (Granlund and Montgomery 1994).
    let (start, length) = (ruler.start(of: first), UInt64(ruler.length))
    let inverse = UInt64.max / length &+ 1
    var at = 0
    while at < count {
      let key = keys[at]
      let distance = UInt64(bitPattern: times[at] &- start)
      let quotient = distance.multipliedFullWidth(by: inverse).high
      let column = Int(truncatingIfNeeded: quotient &- (quotient &* length > distance ? 1 : 0))
      places[at] = tables[column][Int(key)] ?? add(key, first, column)
      at &+= 1
    }
    if context.hasEarly { mark(count, panes[position(first, .min)...].filter { $0.index <= last }) }
    context.addAll()
  }

  /// Makes aggregates for a key in a pane of the batch.
  @inline(never)
  private func add(_ key: UInt32, _ first: Int64, _ column: Int) -> Place {
    let index = first &+ Int64(column)
    // The pane that the last key was added to, most often.
    let pane = recent.flatMap { $0.index == index && $0.from == .min ? $0 : nil } ?? self.pane(index)
    recent = pane
    if tables[column] != pane.places {
      pane.reserve(context.keys.limit)
      tables[column] = pane.places
    }
    return pane.add(key, context.keys)
  }

  /// Notes for early results what the rows of a batch changed.
  private func mark(_ count: Int, _ changed: [Pane]) {
    for at in 0..<count { StateRecord.of(context.places[at]).pointee.isChanged = true }
    for pane in changed { pane.isChanged = true }
  }

  // MARK: Panes

  /// Where a pane stands among the panes, or would.
  func position(_ index: Int64, _ from: Int64) -> Int {
    var (low, high) = (0, panes.count)
    while low < high {
      let middle = (low + high) / 2
      let pane = panes[middle]
      if pane.index < index || (pane.index == index && pane.from < from) { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The pane of a number, a new one if need be.
  func pane(_ index: Int64, from: Int64 = .min) -> Pane {
    let place = position(index, from)
    if place < panes.count, panes[place].index == index, panes[place].from == from { return panes[place] }
    let made = Pane(index, from: from, arena: arena, capacity: context.keys.limit)
    panes.insert(made, at: place)
    return made
  }

  /// Panes that a window sees.
  func panes(of end: Int64) -> [Pane] {
    var seen: [Pane] = []
    var place = position(shape.start(of: end), .min)
    while place < panes.count, panes[place].index < end {
      if panes[place].from <= end, panes[place].count > 0 { seen.append(panes[place]) }
      place += 1
    }
    return seen
  }

  /// Lets go of panes whose windows change no more.
  func release() {
    var gone = 0
    while gone < panes.count, context.isOver(ruler.start(of: shape.lastEnd(of: panes[gone].index)), at: context.watermark) {
      panes[gone].release(context.aggregates, context.keys)
      gone += 1
    }
    if gone > 0 {
      panes.removeFirst(gone)
      recent = nil
      context.sweepKeys()
    }
    if !corrections.isEmpty {
      corrections = corrections.filter { !context.isOver(ruler.start(of: $0.key), at: context.watermark) }
    }
  }

  var outputWatermark: Int64? {
    guard context.allowed > 0 else { return nil }
    let (held, overflow) = context.watermark.subtractingReportingOverflow(context.allowed)
    return overflow ? .min : held
  }
}
