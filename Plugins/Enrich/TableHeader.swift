/// The header row of CSV, which says what columns a table has even where it has no rows.
enum TableHeader {
  private static let quote = UInt8(ascii: "\""), newline = UInt8(ascii: "\n"), carriageReturn = UInt8(ascii: "\r")

  /// The names, in the order of the columns. Nil for a row that is broken: decoding it says how.
  static func names(of bytes: [UInt8], delimiter: UInt8) -> [String]? {
    // An empty line is no row.
    var at = bytes.firstIndex { $0 != newline && $0 != carriageReturn } ?? bytes.count
    var names: [String] = []
    while true {
      guard let name = cell(bytes, &at, delimiter) else { return nil }
      names.append(String(decoding: name, as: UTF8.self))
      guard at < bytes.count, bytes[at] != newline else { return names }
      guard bytes[at] == delimiter else { return nil }
      at += 1
    }
  }

  /// The cell at `at`, which moves to what stands behind it: a delimiter, a line end, or nothing.
  private static func cell(_ bytes: [UInt8], _ at: inout Int, _ delimiter: UInt8) -> [UInt8]? {
    var cell: [UInt8] = []
    guard at < bytes.count, bytes[at] == quote else {
      let end = bytes[at...].firstIndex { $0 == delimiter || $0 == newline } ?? bytes.count
      cell += bytes[at..<end]
      at = end
      // It is part of the line end.
      if cell.last == carriageReturn, end == bytes.count || bytes[end] == newline { cell.removeLast() }
      return cell
    }
    at += 1
    while at < bytes.count {
      let isDoubled = bytes[at] == quote && at + 1 < bytes.count && bytes[at + 1] == quote
      if bytes[at] == quote, !isDoubled {
        at += 1
        if at < bytes.count, bytes[at] == carriageReturn { at += 1 }
        return cell
      }
      cell.append(bytes[at])
      at += isDoubled ? 2 : 1
    }
    return nil
  }
}
