import Glibc
import PluginKit

/// The names of members that the variants of one column share, in the order of their bytes.
///
/// A value with a new name gets a wrong number until `settle` has put the names in order: then it is to be written again.
struct SharedNames {
  /// Beyond, names are forgotten before the next frame.
  private static let most = 2048

  /// Places in order, of names that have been put in order; `newcomer` of others.
  private var ranks: [[UInt8]: UInt32] = [:]
  private(set) var hasNew = false
  /// The key dictionary, as Parquet's Variant encoding has it.
  private(set) var metadata = VariantKeys.encoded([])
  private var scratch: [UInt8] = []

  /// The number by which values refer to a name.
  mutating func rank(of name: UnsafeRawBufferPointer, behind prefix: [UInt8] = []) -> UInt32 {
    scratch.removeAll(keepingCapacity: true)
    scratch.append(contentsOf: prefix)
    scratch.append(contentsOf: name)
    if let known = ranks[scratch] { return known }
    ranks[scratch] = UInt32(ranks.count)
    hasNew = true
    return UInt32(ranks.count - 1)
  }

  /// Gives new names their numbers, and old ones other ones.
  mutating func settle() {
    let order = ranks.keys.sorted { $0.lexicographicallyPrecedes($1) }
    for (rank, name) in order.enumerated() { ranks[name] = UInt32(rank) }
    metadata = VariantKeys.encoded(order.map { $0[...] })
    hasNew = false
  }

  /// True when there were so many names that they are forgotten now.
  mutating func forgetMany() -> Bool {
    guard ranks.count > Self.most else { return false }
    self = SharedNames()
    return true
  }
}
