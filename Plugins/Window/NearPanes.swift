/// The panes that a batch's rows may be in, one next to the other from the first on, so that a row finds its pane without a search.
final class NearPanes {
  typealias Place = UnsafeMutableRawPointer

  /// Most panes.
  static let limit: Int64 = 4096

  /// By pane, from the first one of the batch: its places by key. Where there is no pane, or one that has no place for each key,
  /// places that are none.
  let tables: UnsafeMutablePointer<UnsafeMutablePointer<Place?>>
  private let panes: UnsafeMutablePointer<Unmanaged<Pane>?>
  @exclusivity(unchecked) private var nothing: UnsafeMutablePointer<Place?>
  @exclusivity(unchecked) private var nothingCapacity = 1024

  init() {
    tables = .allocate(capacity: Int(Self.limit))
    panes = .allocate(capacity: Int(Self.limit))
    nothing = .allocate(capacity: nothingCapacity)
    nothing.initialize(repeating: nil, count: nothingCapacity)
  }

  deinit {
    tables.deallocate()
    panes.deallocate()
    nothing.deallocate()
  }

  var byteCount: Int { Int(Self.limit) * 16 + nothingCapacity * 8 }

  /// Takes those of some panes, from the first one of a batch on, that its rows may be in; keys are below a number.
  func begin(_ existing: Slice<PaneList>, from first: Int64, through last: Int64, below keys: Int) {
    if keys > nothingCapacity {
      nothing.deallocate()
      nothingCapacity = max(keys, nothingCapacity * 2)
      nothing = .allocate(capacity: nothingCapacity)
      nothing.initialize(repeating: nil, count: nothingCapacity)
    }
    let count = Int(last - first) + 1
    tables.initialize(repeating: nothing, count: count)
    panes.initialize(repeating: nil, count: count)
    for pane in existing where pane.from == .min {
      if pane.index > last { break }
      set(pane, at: Int(pane.index - first))
      if let places = pane.places(below: keys) { tables[Int(pane.index - first)] = places }
    }
  }

  /// A pane of the batch, counted from its first.
  func pane(_ column: Int) -> Pane? { panes[column]?.takeUnretainedValue() }

  func set(_ pane: Pane, at column: Int) { panes[column] = Unmanaged.passUnretained(pane) }
}
