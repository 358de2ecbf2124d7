/// What the books that a run prints say.
enum BooksText {
  /// What the books say that a node took.
  static func taken(_ books: String, by node: String) -> Int? {
    let rows = books.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    guard let header = rows.first(where: { $0.first == "node" }), let row = rows.first(where: { $0.first == node }) else {
      return nil
    }
    return header.firstIndex(of: "taken").flatMap { row.indices.contains($0) ? Int(row[$0].replacing(",", with: "")) : nil }
  }

  /// A counter of an edge in the books as JSON.
  static func counter(_ counter: String, ofEdge edge: String, _ books: String) -> Int? {
    guard let place = books.firstRange(of: "{\"name\":\"\(edge)\",\"pushed\":") else { return nil }
    return number("\"\(counter)\":", in: books[place.lowerBound...].prefix { $0 != "}" })
  }

  /// The rows that a node sent from its port `out`, in the books as JSON.
  static func sent(by node: String, _ books: String) -> Int? {
    guard let place = books.firstRange(of: "{\"name\":\"\(node)\",\"in\":") else { return nil }
    return number("\"out\":{\"out\":", in: books[place.lowerBound...].prefix { $0 != "}" })
  }

  private static func number(_ key: String, in text: Substring) -> Int? {
    text.firstRange(of: key).flatMap { Int(text[$0.upperBound...].prefix { $0.isNumber }) }
  }
}
