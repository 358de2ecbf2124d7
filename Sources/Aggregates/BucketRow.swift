import PluginKit

/// Counts of the buckets of one sign of a sketch, in pages of neighbours: where values are dense it is an array, and an outlier
/// costs a page. 16 bytes of a state, and blocks of the side heap.
///
/// At most `maxPages` of them: what lies below the highest ones counts as the lowest bucket that stays. Which those are depends
/// on the values, and not on the order in which they came.
struct BucketRow {
  /// 4,096 buckets: values between the greatest and its 10^35th part have their own wherever they are, and more when they leave
  /// gaps.
  static let maxPages = 64
  private static let pageSize = 64
  static var maxBuckets: Int { maxPages * pageSize }

  private struct Page {
    var number: Int
    var counts: UnsafeMutablePointer<UInt64>
  }

  /// Ascending, with room for `capacity`.
  private var pages: UnsafeMutablePointer<Page>?
  private var count: Int32 = 0
  private var capacity: Int32 = 0

  mutating func release(_ heap: SideHeap) {
    guard let pages else { return }
    for index in 0..<Int(count) { heap.deallocate(pages[index].counts, Self.pageSize * 8) }
    heap.deallocate(pages, Int(capacity) * MemoryLayout<Page>.stride)
    self = BucketRow()
  }

  @inline(__always) mutating func add(_ bucket: Int, _ number: UInt64, _ heap: SideHeap) {
    let wanted = bucket >> 6
    if let pages {
      // Pages without a gap are found by their distance from the lowest, and with gaps far below from the highest.
      let last = Int(count) &- 1
      var index = wanted &- pages[0].number
      if index < 0 || index > last || pages[index].number != wanted { index = last &- (pages[last].number &- wanted) }
      if index >= 0, index <= last, pages[index].number == wanted {
        pages[index].counts[bucket & (Self.pageSize - 1)] &+= number
        return
      }
    }
    addApart(bucket, number, heap)
  }

  /// Below the lowest page that stays, the bucket is the first of that one.
  @inline(never) private mutating func addApart(_ bucket: Int, _ number: UInt64, _ heap: SideHeap) {
    let wanted = bucket >> 6
    var (low, high) = (0, Int(count))
    while low < high {
      let middle = (low + high) / 2
      if pages![middle].number < wanted { low = middle + 1 } else { high = middle }
    }
    if low == Int(count) || pages![low].number != wanted {
      if low == 0, Int(count) == Self.maxPages {
        pages![0].counts[0] &+= number
        return
      }
      low = insert(wanted, at: low, heap)
    }
    pages![low].counts[bucket & (Self.pageSize - 1)] &+= number
  }

  /// Gives where the page stands.
  private mutating func insert(_ number: Int, at place: Int, _ heap: SideHeap) -> Int {
    var place = place
    let counts: UnsafeMutablePointer<UInt64>
    if Int(count) == Self.maxPages {
      // The lowest page goes, to the new one if that is now the lowest.
      let pages = pages!
      counts = pages[0].counts
      var sum: UInt64 = 0
      for index in 0..<Self.pageSize { sum &+= counts[index] }
      counts.update(repeating: 0, count: Self.pageSize)
      place -= 1
      pages.update(from: pages + 1, count: place)
      (place == 0 ? counts : pages[0].counts)[0] &+= sum
    } else {
      reserve(heap)
      counts = heap.allocate(Self.pageSize * 8).bindMemory(to: UInt64.self, capacity: Self.pageSize)
      counts.initialize(repeating: 0, count: Self.pageSize)
      (pages! + place + 1).update(from: pages! + place, count: Int(count) - place)
      count += 1
    }
    (pages! + place).initialize(to: Page(number: number, counts: counts))
    return place
  }

  /// Makes room for one more page.
  private mutating func reserve(_ heap: SideHeap) {
    if count < capacity { return }
    let more = max(4, Int(capacity) * 2)
    let made = heap.allocate(more * MemoryLayout<Page>.stride).bindMemory(to: Page.self, capacity: more)
    if let pages {
      made.update(from: pages, count: Int(count))
      heap.deallocate(pages, Int(capacity) * MemoryLayout<Page>.stride)
    }
    (pages, capacity) = (made, Int32(more))
  }

  mutating func add(_ other: BucketRow, _ heap: SideHeap) {
    // The greatest first: what cannot stay is moved once.
    other.forEachDescending { bucket, count in add(bucket, count, heap) }
  }

  /// Buckets that are not empty, with their numbers.
  func forEachDescending(_ body: (Int, UInt64) -> Void) {
    for index in stride(from: Int(count) - 1, through: 0, by: -1) {
      let page = pages![index]
      for place in stride(from: Self.pageSize - 1, through: 0, by: -1) where page.counts[place] > 0 {
        body(page.number << 6 + place, page.counts[place])
      }
    }
  }

  /// The bucket that the value of a rank lies in, counted from 0 at the least; the greatest when there are fewer.
  func bucket(rank: UInt64) -> Int {
    var before: UInt64 = 0
    var last = 0
    for index in 0..<Int(count) {
      for place in 0..<Self.pageSize where pages![index].counts[place] > 0 {
        last = pages![index].number << 6 + place
        before &+= pages![index].counts[place]
        if before > rank { return last }
      }
    }
    return last
  }

  /// Values in all.
  var total: UInt64 {
    var sum: UInt64 = 0
    forEachDescending { sum &+= $1 }
    return sum
  }
}
