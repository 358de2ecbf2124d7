/// Columns of text, aligned.
public struct TextTable {
  private var rows: [[String]]
  private let rightAligned: Set<Int>

  /// `right`: columns of numbers.
  public init(_ header: [String], right: Set<Int> = []) {
    rows = [header]
    rightAligned = right
  }

  public mutating func add(_ row: [String]) { rows.append(row) }

  /// Lines without trailing blanks; two blanks between columns.
  public var lines: [String] {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
    return rows.map { row in
      var line = ""
      for (column, cell) in row.enumerated() {
        let blank = String(repeating: " ", count: widths[column] - cell.count)
        line += (column > 0 ? "  " : "") + (rightAligned.contains(column) ? blank + cell : cell + blank)
      }
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
  }

  public var text: String { lines.map { $0 + "\n" }.joined() }
}
