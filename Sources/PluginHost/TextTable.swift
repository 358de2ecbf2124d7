import PluginManifest

/// Rows of cells as text: columns as wide as their widest cell, two spaces between them, no space at the ends of lines.
public struct TextTable {
  private var rows: [[String]]
  private let rightAligned: Set<Int>

  /// `right`: columns of numbers.
  public init(_ header: [String], right: Set<Int> = []) {
    rows = [header.map(Self.cell)]
    rightAligned = right
  }

  public mutating func add(_ row: [String]) { rows.append(row.map(Self.cell)) }

  public var lines: [String] {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        let blank = String(repeating: " ", count: widths[column] - cell.count)
        return rightAligned.contains(column) ? blank + cell : cell + blank
      }
      return String(cells.joined(separator: "  ").reversed().drop { $0 == " " }.reversed())
    }
  }

  /// The lines, each with its end.
  public var text: String { lines.map { $0 + "\n" }.joined() }

  static func render(_ rows: [[String]], indent: Int = 0) -> String {
    var table = TextTable([])
    table.rows = rows.map { $0.map(cell) }
    let margin = String(repeating: " ", count: indent)
    return table.lines.map { ($0.isEmpty ? "" : margin + $0) + "\n" }.joined()
  }

  /// A cell is one line of harmless text.
  private static func cell(_ text: String) -> String {
    TerminalText.line(text.split(separator: "\n").joined(separator: " "))
  }

  /// Breaks text between words so that lines stay within a width where words allow; lines of the text stay lines.
  static func wrapped(_ text: String, width: Int, indent: Int) -> String {
    let margin = String(repeating: " ", count: indent)
    var lines: [String] = []
    for paragraph in TerminalText.lines(text).split(separator: "\n", omittingEmptySubsequences: false) {
      var line = ""
      for word in paragraph.split(separator: " ") {
        if !line.isEmpty && indent + line.count + 1 + word.count > width {
          lines.append(line)
          line = ""
        }
        line += (line.isEmpty ? "" : " ") + word
      }
      lines.append(line)
    }
    return lines.map { ($0.isEmpty ? "" : margin + $0) + "\n" }.joined()
  }
}
