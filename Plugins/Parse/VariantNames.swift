import Glibc
import PluginKit

/// The names of members that the variants of a frame share, in the order of their bytes.
///
/// Names are kept from frame to frame. A value with a new one gets a wrong number until `settle` has put the names in
/// order: then what was written is to be written again.
struct VariantNames {
  /// Beyond, the names are forgotten before the next frame.
  private static let most = 2048
  private static let mostBytes = 128 << 10

  private var table = NameTable()
  /// Place in order, of the names that have been put in order.
  private var ranks: [UInt32] = []
  /// The key dictionary, as Parquet's Variant encoding has it.
  private(set) var metadata = VariantKeys.encoded([])

  /// Begins a frame.
  mutating func begin() {
    guard table.count > Self.most || table.byteCount > Self.mostBytes else { return }
    table.removeAll()
    ranks.removeAll(keepingCapacity: true)
    metadata = VariantKeys.encoded([])
  }

  /// The number by which values refer to a name.
  mutating func rank(of name: Bytes) -> UInt32 {
    let number = table.number(of: name)
    return number < ranks.count ? ranks[number] : UInt32(number)
  }

  /// True when there were new names, which have their numbers now.
  mutating func settle() -> Bool {
    guard table.count > ranks.count else { return false }
    let order = (0..<table.count).sorted { Self.isBefore(table[$0], table[$1]) }
    ranks = Array(repeating: 0, count: order.count)
    for (rank, number) in order.enumerated() { ranks[number] = UInt32(rank) }
    metadata = VariantKeys.encoded(order.map { Array(table[$0])[...] })
    return true
  }

  private static func isBefore(_ one: Bytes, _ other: Bytes) -> Bool {
    let shared = min(one.count, other.count)
    let order = shared == 0 ? 0 : memcmp(one.baseAddress!, other.baseAddress!, shared)
    return order == 0 ? one.count < other.count : order < 0
  }
}
