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
}
