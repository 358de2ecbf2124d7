import PluginKit

/// What the texts of a column's dictionary hold: each is parsed once in a frame, however many rows have it.
struct ParsedTexts {
  /// Texts of one frame that are kept; the others are parsed for each row.
  private static let most = 64

  private let usesReference: Bool
  /// By number of the entry.
  private var rows: [FoundRow] = []
  private var failures: [ParseFailure?] = []
  /// Entry + 1 by code; 0 = not parsed yet.
  private var entries: [UInt8] = []
  private var used = 0

  init(_ parser: any LineParser) { usesReference = parser.usesReference }

  /// The codes of a column whose texts are to be kept; nil when each row is parsed for itself.
  mutating func begin(_ texts: ColumnView) -> UnsafePointer<UInt16>? {
    guard !usesReference, texts.type == .string, let codes = tide_code_vec(texts.frame, texts.index) else { return nil }
    let count = Int(tide_col(texts.frame, tide_dict(texts.frame, texts.index)).pointee.len)
    entries.removeAll(keepingCapacity: true)
    entries.append(contentsOf: repeatElement(0, count: count))
    used = 0
    return codes
  }

  /// The row of a code as it was parsed, ready for another row, and why it could not be.
  func known(_ code: UInt16) -> (row: FoundRow, failure: ParseFailure?)? {
    let entry = Int(entries[Int(code)])
    if entry == 0 { return nil }
    rows[entry - 1].rewind()
    return (rows[entry - 1], failures[entry - 1])
  }

  /// A row to parse the text of a code into; nil when there are too many.
  mutating func row(for code: UInt16, like row: FoundRow) -> FoundRow? {
    guard used < Self.most else { return nil }
    if used == rows.count {
      rows.append(FoundRow(like: row))
      failures.append(nil)
    }
    used += 1
    entries[Int(code)] = UInt8(used)
    failures[used - 1] = nil
    return rows[used - 1]
  }

  /// Ends the parsing of what `row(for:)` gave last.
  mutating func end(_ failure: ParseFailure?) {
    rows[used - 1].endParsing()
    failures[used - 1] = failure
  }
}
