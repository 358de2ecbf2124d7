/// Numbers, smallest out first.
struct MinHeap {
  private var items: [Int] = []

  /// Takes ascending numbers.
  init(_ ascending: [Int]) {
    items = ascending
  }

  mutating func push(_ item: Int) {
    items.append(item)
    var child = items.count - 1
    while child > 0, items[child] < items[(child - 1) / 2] {
      items.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func pop() -> Int? {
    guard let least = items.first else { return nil }
    let last = items.removeLast()
    guard !items.isEmpty else { return least }
    items[0] = last
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < items.count && items[child] < items[least] { least = child }
      if least == parent { break }
      items.swapAt(parent, least)
      parent = least
    }
    return least
  }
}
