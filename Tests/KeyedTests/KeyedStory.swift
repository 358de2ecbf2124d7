import ProofBench

/// What came out of a pipeline, key by key and to the last bit: what lanes leave as it is, and frames behind an order.
struct KeyedStory {
  /// By sink, then by the bytes of the key.
  private let rows: [String: [[UInt8]: [String]]]

  /// - Parameters:
  ///   - keys: fields of the key, as the sinks have them; none: all rows are one sequence.
  ///   - fields: those that are compared; all when left out.
  ///   - unordered: sinks whose rows may come in any order.
  init(_ run: ManifestRun, by keys: [String], sinks: [String], fields: [String]? = nil, unordered: Set<String> = []) {
    var rows: [String: [[UInt8]: [String]]] = [:]
    for sink in sinks {
      rows[sink] = Dictionary(grouping: run.rows[sink] ?? []) { row in Cell.keyBytes(keys.map { row[$0] }) }
        .mapValues { own in
          let texts = own.map { Self.text($0, fields) }
          return unordered.contains(sink) ? texts.sorted() : texts
        }
    }
    self.rows = rows
  }

  /// A field without a value is like one that is not there: which columns a frame has may be a matter of its lane.
  private static func text(_ row: RowCollector.Row, _ fields: [String]?) -> String {
    let named = row.fields.filter { $0.value != .null && fields?.contains($0.name) ?? true }
    let texts = named.map { "\($0.name)=\($0.value)" }.sorted()
    return "\(texts.joined(separator: " ")) @\(row.time ?? 0) #\(row.id ?? 0)"
  }

  /// The first row of a key that is another one, on both sides; nil when there is none.
  func difference(from other: Self) -> String? {
    for sink in rows.keys.sorted() {
      let (own, others) = (rows[sink] ?? [:], other.rows[sink] ?? [:])
      for key in Set(own.keys).union(others.keys) where own[key] != others[key] {
        let (one, two) = (own[key] ?? [], others[key] ?? [])
        let same = zip(one, two).prefix { $0 == $1 }.count
        return "row \(same) of a key in '\(sink)' is \(one.dropFirst(same).first ?? "not there")\nand was "
          + (two.dropFirst(same).first ?? "not there")
      }
    }
    return nil
  }
}
