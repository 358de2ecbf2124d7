import Aggregates
import PluginKit

/// Runs of panes that are added up once for all windows that they are in: of 4 panes, of 16, of 64 and so on, each beginning at a
/// multiple of its length. So a window is put together of a few parts, however many panes it has.
///
/// Which runs a window is made of depends on its bounds alone, and what is in a run on its panes alone, in their order: the same
/// additions in the same order, whenever they are done. A run is made when the first window fires that it is in, by then its panes
/// are complete but for late rows, and these are added up anew for their keys.
final class PaneRuns {
  private let context: WindowContext
  private let shape: WindowShape
  private let arena: RecordArena
  private let block: MergeBlock
  /// Of 4 panes, of 16 and so on, each by the number of their first pane.
  private var levels: [PaneList]

  init(_ context: WindowContext, _ shape: WindowShape, _ arena: RecordArena, _ block: MergeBlock) {
    (self.context, self.shape, self.arena, self.block) = (context, shape, arena, block)
    var count = 0
    // Of a window twice as long, one run or more is a part.
    while Self.length(count + 1) * 2 <= shape.size { count += 1 }
    levels = Array(repeating: PaneList(), count: count)
  }

  deinit {
    for run in levels.joined() { run.release(context.aggregates, context.keys) }
    // Before the arena goes.
    levels = []
  }

  private static func length(_ level: Int) -> Int64 { 1 << (2 * Int64(level)) }

  /// What the panes from one on to before another come down to, in order, as the window sees it that ends before pane `seenBy`.
  ///
  /// Runs are made of panes alone that are in a window that ends before pane `complete`, or an earlier one.
  func parts(of panes: PaneList, from start: Int64, to end: Int64, seenBy: Int64, complete: Int64) -> [Pane] {
    var found: [Pane] = []
    var place = panes.position(start)
    while place < panes.endIndex, panes[place].index < end {
      if let run = longest(panes, at: place, from: start, to: end, seenBy: seenBy, complete: complete) {
        found.append(run.pane)
        place = panes.position(run.end)
      } else {
        if panes[place].from <= seenBy, panes[place].count > 0 { found.append(panes[place]) }
        place = panes.index(after: place)
      }
    }
    return found
  }

  /// The longest run around a pane between two others; nil for the pane itself.
  private func longest(
    _ panes: PaneList, at place: PaneList.Index, from start: Int64, to end: Int64, seenBy: Int64, complete: Int64
  ) -> (pane: Pane, end: Int64)? {
    for level in stride(from: levels.count, to: 0, by: -1) {
      let length = Self.length(level)
      let first = panes[place].index & ~(length - 1)
      guard first >= start, first + length <= end, let run = run(level, first, panes, complete), run.from <= seenBy else {
        continue
      }
      return (run, first + length)
    }
    return nil
  }

  /// The run of a level that begins with a pane, made if need be. Nil where it would be no more than one of its parts, or where
  /// more may come.
  private func run(_ level: Int, _ first: Int64, _ panes: PaneList, _ complete: Int64) -> Pane? {
    let length = Self.length(level)
    let place = levels[level - 1].position(first)
    if place < levels[level - 1].endIndex, levels[level - 1][place].index == first { return levels[level - 1][place] }
    guard shape.firstEnd(of: first + length - 1) <= complete, panes.areSeveral(in: first..<first + length) else {
      return nil
    }
    let parts = parts(of: level, first, panes, complete)
    guard parts.count > 1 else { return nil }
    let made = Pane(first, from: parts.reduce(.min) { max($0, $1.from) }, arena)
    for part in parts {
      part.forEach { key, place in block.merge(place, into: made[key] ?? made.add(key, context.keys)) }
      block.settle()
    }
    levels[level - 1].insert(made, at: place)
    return made
  }

  private func parts(of level: Int, _ first: Int64, _ panes: PaneList, _ complete: Int64) -> [Pane] {
    let length = Self.length(level - 1)
    return (0..<4).flatMap { number in
      let start = first + Int64(number) * length
      return parts(of: panes, from: start, to: start + length, seenBy: .max, complete: complete)
    }
  }

  /// Adds up anew what runs hold of a key, to one of whose panes a row has come; `from` is that pane's.
  func refresh(_ key: UInt32, in index: Int64, from: Int64, _ panes: PaneList, complete: Int64) {
    for level in levels.indices.map({ $0 + 1 }) {
      let first = index & ~(Self.length(level) - 1)
      let place = levels[level - 1].position(first)
      guard place < levels[level - 1].endIndex, levels[level - 1][place].index == first else { continue }
      let run = levels[level - 1][place]
      run.from = max(run.from, from)
      let whole = run[key] ?? run.add(key, context.keys)
      context.aggregates.destroy(whole)
      context.aggregates.initialize(whole)
      for part in parts(of: level, first, panes, complete) {
        if let some = part[key] { context.aggregates.merge(some, into: whole) }
      }
    }
  }

  /// Lets go of runs whose windows change no more.
  func release(_ isOver: (Pane) -> Bool) {
    for level in levels.indices {
      levels[level].release(isOver, context)
    }
  }
}
