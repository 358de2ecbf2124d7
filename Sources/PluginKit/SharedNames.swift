/// The names of members that the variants of one column share, in the order of their bytes.
///
/// A value with a new name gets a wrong number until `settle` has put the names in order: then it is to be written again.
///
/// ```swift
/// encoder.put(value) { names.rank(of: $0) }
/// if names.hasNew { … send the rows before, names.settle(), builder.setKeys(column, metadata: names.metadata), and once more … }
/// ```
public struct SharedNames {
  /// Beyond, `forgetMany` forgets them.
  private static let most = 2048

  private var ranks: [[UInt8]: UInt32] = [:]
  public private(set) var hasNew = false
  /// The key dictionary, as Parquet's Variant encoding has it.
  public private(set) var metadata = VariantKeys.encoded([])
  private var scratch: [UInt8] = []

  public init() {}

  /// The number by which values refer to a name, which may stand behind a prefix.
  public mutating func rank(of name: UnsafeRawBufferPointer, behind prefix: [UInt8] = []) -> UInt32 {
    scratch.removeAll(keepingCapacity: true)
    scratch.append(contentsOf: prefix)
    scratch.append(contentsOf: name)
    if let known = ranks[scratch] { return known }
    ranks[scratch] = UInt32(ranks.count)
    hasNew = true
    return UInt32(ranks.count - 1)
  }

  /// Takes up the names in a value.
  public mutating func learn(_ value: VariantReader) {
    if value.kind == .array {
      for index in 0..<value.count { learn(value[index]) }
      return
    }
    value.forEachField { name, member in
      _ = rank(of: name)
      learn(member)
    }
  }

  /// Gives new names their numbers, and old ones other ones.
  public mutating func settle() {
    let order = ranks.keys.sorted { $0.lexicographicallyPrecedes($1) }
    for (rank, name) in order.enumerated() { ranks[name] = UInt32(rank) }
    metadata = VariantKeys.encoded(order.map { $0[...] })
    hasNew = false
  }

  /// True when there were so many names that they are forgotten now.
  public mutating func forgetMany() -> Bool {
    guard ranks.count > Self.most else { return false }
    self = SharedNames()
    return true
  }
}
