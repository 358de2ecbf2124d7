import PluginKit

/// The options of `enrich`.
enum EnrichOptions {
  /// How the table is written.
  enum Layout: String, CaseIterable, Sendable {
    case csv, json, object
  }

  /// What becomes of a row whose key the table does not have.
  enum Missing: String, CaseIterable, Sendable {
    case null, drop, dead
  }

  enum Duplicates: String, CaseIterable, Sendable {
    case last, error
  }

  /// Types of fields, by the words of `fields`.
  enum FieldKind: String, CaseIterable, Sendable {
    case bool, int, double, time, string, binary, variant
  }

  static let table = Option(optional: "table", .path, doc: "The file. It is read whole, and kept in memory.")
  static let rows = Option(
    optional: "rows", .string, doc: "The table itself, in the place of `table`: as it would stand in the file, csv unless said."
  )
  static let format = Option(
    optional: "format", .choice(Layout.self),
    doc:
      "`csv`: under a header row. `json`: one object a line, or a list of them. `object`: one object whose members are the rows, by "
      + "their key. By the file's name when left out: csv for `.csv`, else json.")
  static let delimiter = Option(
    "delimiter", .string, doc: "What stands between the cells of `csv`: one character, or `tab`.", default: ",")
  static let key = Option(
    optional: "key", .list(.key), doc: "A field of the rows, or several: what the table is asked for.")
  static let by = Option(
    optional: "by", .expression(of: nil), doc: "An expression in the place of `key`: its value is what the table is asked for.")
  static let tableKey = Option(
    optional: "table_key", .list(.string),
    doc: "The columns of the table that hold the key. Those named as `key` when left out.")
  static let add = Option(
    optional: "add", .list(.string), doc: "The columns that rows get. All but the key when left out.")
  static let fields = Option(
    "fields", .map(.choice(FieldKind.self)),
    doc: "Types of the table's columns. Of others they are found out: the narrowest that takes every value.", default: [])
  static let prefix = Option("prefix", .string, doc: "Stands before the names of the fields that rows get.", default: "")
  static let missing = Option(
    "missing", .choice(Missing.self),
    doc: "What becomes of a row whose key the table does not have: it gets nulls, is dropped, or goes to `dead`.",
    default: .null)
  static let duplicates = Option(
    "duplicates", .choice(Duplicates.self),
    doc: "Of rows of the table with one key the `last` counts, or the table is refused: `error`.", default: .last)
  static let reload = Option(
    optional: "reload", .duration, doc: "Looks this often whether the file has changed. Never when left out.",
    minimum: 1_000_000)
  static let maxBytes = Option("max_bytes", .bytes, doc: "Longest file that is read.", default: 64 << 20, minimum: 1)
  static let maxRows = Option("max_rows", .int, doc: "Most rows of the table.", default: 1_000_000, minimum: 1)

  static var all: [any DeclaredOption] {
    [table, rows, format, delimiter, key, by, tableKey, add, fields, prefix, missing, duplicates, reload, maxBytes, maxRows]
  }
}
