import ProofBench
import TestSupport

/// A table, rows that ask for its keys, and what comes out of them by a slow model.
struct EnrichCase {
  enum Layout: String, CaseIterable { case csv, json, lines, object }

  struct TableRow {
    var key: [Cell]
    /// Nil = no value.
    var name: String?
    var price: Double?
    var isNew: Bool?
  }

  var layout: Layout
  var missing: String
  var prefix: String
  var isDeclared: Bool
  var keys: Int
  var isNumber: Bool
  var table: [TableRow]
  /// Keys of rows, nil = not there.
  var rows: [[Cell?]]

  private static let texts = ["a", "ä", "日本", "a b", "x,y", "q\"q", "\u{1F30A}", "7up"]

  init(seed: UInt64) {
    var random = SplitMix(seed: seed)
    layout = Layout.allCases[random.below(4)]
    missing = ["null", "drop", "dead"][random.below(3)]
    prefix = ["", "t_"][random.below(2)]
    isDeclared = random.below(2) == 0
    keys = layout == .object ? 1 : 1 + random.below(2)
    isNumber = layout != .object && random.below(3) == 0
    func key(_ random: inout SplitMix, _ isNumber: Bool) -> Cell {
      isNumber ? .int(Int64(random.below(40)) - 5) : .text(Self.texts[random.below(Self.texts.count)])
    }
    table = []
    for number in 0..<random.below(40) + 1 {
      table.append(
        TableRow(
          key: (0..<keys).map { [isNumber] place in key(&random, isNumber && place == 0) },
          // A table of which no row has a column has no such column.
          name: number > 0 && random.below(5) == 0 ? nil : Self.texts[random.below(Self.texts.count)],
          price: number > 0 && random.below(5) == 0 ? nil : Double(random.below(1000)) / 8 + 0.0625,
          isNew: number > 0 && random.below(5) == 0 ? nil : random.below(2) == 0))
    }
    rows = (0..<random.below(120)).map { [keys, isNumber] _ in
      (0..<keys).map { place in random.below(9) == 0 ? nil : key(&random, isNumber && place == 0) }
    }
  }

  // MARK: As it is written

  private var keyNames: [String] { (0..<keys).map { "k\($0)" } }

  private static func quoted(_ text: String) -> String {
    "\"" + text.map { $0 == "\"" ? "\\\"" : String($0) }.joined() + "\""
  }

  private static func json(_ cell: Cell) -> String {
    if case .text(let text) = cell { return quoted(text) }
    return "\(cell)"
  }

  private static func member(_ name: String, _ value: String?) -> String? { value.map { "\"\(name)\": \($0)" } }

  private func object(_ row: TableRow, withKey: Bool) -> String {
    let key = withKey ? zip(keyNames, row.key).map { Self.member($0, Self.json($1)) } : []
    let all =
      key + [
        Self.member("name", row.name.map(Self.quoted)), Self.member("price", row.price.map { "\($0)" }),
        Self.member("is_new", row.isNew.map { "\($0)" }),
      ]
    return "{" + all.compactMap { $0 }.joined(separator: ", ") + "}"
  }

  private static func cell(_ text: String) -> String {
    text.contains { ",\"\n".contains($0) } ? "\"" + text.map { $0 == "\"" ? "\"\"" : String($0) }.joined() + "\"" : text
  }

  var text: String {
    switch layout {
    case .csv:
      let lines = table.map { row in
        let key = row.key.map { cell -> String in
          if case .text(let text) = cell { return Self.cell(text) }
          return "\(cell)"
        }
        let values = [row.name.map(Self.cell) ?? "", row.price.map { "\($0)" } ?? "", row.isNew.map { "\($0)" } ?? ""]
        return (key + values).joined(separator: ",") + "\n"
      }
      return (keyNames + ["name", "price", "is_new"]).joined(separator: ",") + "\n" + lines.joined()
    case .lines: return table.map { object($0, withKey: true) + "\n" }.joined()
    case .json: return "[\n" + table.map { "  " + object($0, withKey: true) }.joined(separator: ",\n") + "\n]\n"
    case .object:
      let members = table.map { Self.json($0.key[0]) + ":\n  " + object($0, withKey: false) }
      return "{ " + members.joined(separator: ",\n") + " }"
    }
  }

  var lines: [String] {
    rows.enumerated().map { number, key in
      let members = zip(keyNames, key).compactMap { Self.member($0, $1.map(Self.json)) }
      return "{" + (["\"n\": \(number)"] + members).joined(separator: ", ") + "}"
    }
  }

  /// - Parameter lanes: rows are dealt to them by their first key, the event's; the source gives it where it knows the type.
  func manifest(table path: String, lanes: Int? = nil) -> String {
    let types = keyNames.enumerated().map { "\($1): \(isNumber && $0 == 0 ? "int" : "string")" }.joined(separator: ", ")
    let format = layout == .object ? "object" : layout == .csv ? "csv" : "json"
    let (isGiven, isMade) = (lanes != nil && isDeclared, lanes != nil && !isDeclared)
    let declared = isDeclared ? "\(isGiven ? ", key: k0" : ""), fields: { n: int, \(types) }" : ""
    return """
      name: proof
      sources:
        in: { use: file, with: { path: in.jsonl\(declared) } }
      operators:
      \(isMade ? "  keyed: { use: key_by, from: in, with: { key: k0 } }" : "")
        rich:
          use: enrich
          from: \(isMade ? "keyed" : "in")
          lanes: \(lanes ?? 1)
          with:
            table: "\(path)"
            format: \(format)
            key: [\(keyNames.joined(separator: ", "))]
            fields: { \(types), name: string, price: double, is_new: bool }
            add: [name, price, is_new]
            prefix: "\(prefix)"
            missing: "\(missing)"
        seen: { use: filter, from: rich, with: { where: 'n >= 0' } }
      sinks:
        out: { use: file, from: seen, with: { path: out.jsonl } }
        dead: { use: file, from: "*.dead", with: { path: dead.jsonl } }

      """
  }

  // MARK: The model

  /// Rows that come out, with what the table has; and how many are dead.
  func expected() -> (rows: [(number: Int64, found: TableRow?)], dead: Int) {
    var found: [(Int64, TableRow?)] = []
    var dead = 0
    for (number, key) in rows.enumerated() {
      let match = key.contains { $0 == nil } ? nil : table.last { $0.key == key.map { $0! } }
      if match == nil, missing != "null" {
        dead += missing == "dead" ? 1 : 0
      } else {
        found.append((Int64(number), match))
      }
    }
    return (found, dead)
  }
}
