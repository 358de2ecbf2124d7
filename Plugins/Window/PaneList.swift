/// Panes in the order of `index`, then `from`; in pieces, so that one that goes or comes in between does not move all others.
struct PaneList: BidirectionalCollection {
  struct Index: Comparable {
    fileprivate let piece: Int
    fileprivate let place: Int

    static func < (one: Index, other: Index) -> Bool { (one.piece, one.place) < (other.piece, other.place) }
  }

  /// None of them is empty.
  private var pieces: [[Pane]] = []
  private(set) var count = 0

  /// Most panes of a piece: two of a page of memory.
  private static let most = 512

  var isEmpty: Bool { pieces.isEmpty }
  var startIndex: Index { Index(piece: 0, place: 0) }
  var endIndex: Index { Index(piece: pieces.count, place: 0) }

  subscript(index: Index) -> Pane { pieces[index.piece][index.place] }

  func index(after index: Index) -> Index {
    index.place + 1 < pieces[index.piece].count
      ? Index(piece: index.piece, place: index.place + 1) : Index(piece: index.piece + 1, place: 0)
  }

  func index(before index: Index) -> Index {
    index.place > 0
      ? Index(piece: index.piece, place: index.place - 1)
      : Index(piece: index.piece - 1, place: pieces[index.piece - 1].count - 1)
  }

  /// The first pane for which a condition holds that holds for all behind it, too.
  func position(where holds: (Pane) -> Bool) -> Index {
    let piece = pieces.partition { holds($0[$0.count - 1]) }
    return piece == pieces.count ? endIndex : Index(piece: piece, place: pieces[piece].partition(holds))
  }

  /// Where a pane stands, or would.
  func position(_ index: Int64, _ from: Int64 = .min) -> Index {
    position { $0.index > index || ($0.index == index && $0.from >= from) }
  }

  /// True when two panes or more have numbers in a range.
  func areSeveral(in range: Range<Int64>) -> Bool {
    let first = position(range.lowerBound)
    guard first < endIndex else { return false }
    let second = index(after: first)
    return second < endIndex && self[second].index < range.upperBound
  }

  mutating func insert(_ pane: Pane, at index: Index) {
    count += 1
    guard index < endIndex else {
      // The usual case; pieces that are behind stay full.
      if pieces.isEmpty || pieces[pieces.count - 1].count == Self.most { pieces.append([]) }
      return pieces[pieces.count - 1].append(pane)
    }
    pieces[index.piece].insert(pane, at: index.place)
    if pieces[index.piece].count > Self.most {
      let half = Self.most / 2
      pieces.insert(Array(pieces[index.piece][half...]), at: index.piece + 1)
      pieces[index.piece].removeSubrange(half...)
    }
  }

  /// Removes all panes before an index.
  mutating func removeAll(before index: Index) {
    for piece in pieces[..<index.piece] { count -= piece.count }
    pieces.removeFirst(index.piece)
    guard index.place > 0 else { return }
    pieces[0].removeFirst(index.place)
    count -= index.place
  }

  /// Lets go of panes that are over; of two, the first is if the second is.
  mutating func release(_ isOver: (Pane) -> Bool, _ context: WindowContext) {
    let stay = position { !isOver($0) }
    for pane in self[..<stay] { pane.release(context.aggregates, context.keys) }
    removeAll(before: stay)
  }
}

extension Array {
  /// How many elements there are before the first one for which a condition holds that holds for all behind it, too.
  fileprivate func partition(_ holds: (Element) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if holds(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
