/// Windows of so many rows: they know no time and no lateness.
extension WindowModel {
  /// The results of one partition: a full window leaves with the row that fills it, the others at the end.
  func counted(_ rows: [ModelRow], size: Int) -> [Result] {
    var open: [[Cell]: [ModelRow]] = [:]
    var results: [Result] = []
    func send(_ key: [Cell]) {
      guard let rows = open.removeValue(forKey: key) else { return }
      let times = rows.map(\.time)
      results.append(
        Result(
          key: key, span: Span(start: times.min()!, end: times.max()!),
          values: test.aggregates.map { $0.expected(over: rows, inOrder: true) }, corrections: 0))
    }
    for row in rows {
      let key = test.keys.map { row[$0] ?? .null }
      open[key, default: []].append(row)
      if open[key]!.count == size { send(key) }
    }
    for key in open.keys.sorted(by: { Cell.keyBytes($0).lexicographicallyPrecedes(Cell.keyBytes($1)) }) { send(key) }
    return results
  }
}
