import ProofBench

/// Windows of so many rows: they know no time and no lateness.
extension WindowModel {
  /// The results of one partition: a full window leaves with the row that fills it, the others at the end.
  func counted(_ rows: [ModelRow], size: Int) -> [Result] {
    var open: [[Cell]: [ModelRow]] = [:]
    var results: [Result] = []
    func span(_ rows: [ModelRow]) -> Span {
      Span(start: rows.map(\.time).min()!, end: rows.map(\.time).max()!)
    }
    func send(_ key: [Cell]) {
      guard let rows = open.removeValue(forKey: key) else { return }
      results.append(
        Result(
          key: key, span: span(rows),
          values: test.aggregates.map { $0.expected(over: rows, inOrder: true) }, corrections: 0))
    }
    for row in rows {
      let key = test.keys.map { row[$0] ?? .null }
      open[key, default: []].append(row)
      if open[key]!.count == size { send(key) }
    }
    let left = open.sorted { a, b in
      let (one, other) = (span(a.value), span(b.value))
      return one == other ? Cell.keyBytes(a.key).lexicographicallyPrecedes(Cell.keyBytes(b.key)) : one < other
    }
    for (key, _) in left { send(key) }
    return results
  }
}
