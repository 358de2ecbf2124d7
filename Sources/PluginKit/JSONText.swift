/// Writes JSON (RFC 8259) for the manifest: members in the order in which they are added, absent ones left out.
struct JSONText {
  private(set) var text = ""

  /// An object; members are added to the writer that `body` gets.
  static func object(_ body: (inout JSONText) -> Void) -> String {
    var members = JSONText()
    body(&members)
    return "{" + members.text + "}"
  }

  /// An array of values that are JSON already.
  static func array(_ values: [String]) -> String { "[" + values.joined(separator: ",") + "]" }

  /// A member whose value is JSON already; nothing when it is nil.
  mutating func add(_ name: String, json: String?) {
    guard let json else { return }
    if !text.isEmpty { text += "," }
    text += Self.quoted(name) + ":" + json
  }

  mutating func add(_ name: String, _ value: String?) { add(name, json: value.map(Self.quoted)) }
  mutating func add(_ name: String, _ value: Bool?) { add(name, json: value.map { $0 ? "true" : "false" }) }
  mutating func add(_ name: String, _ value: UInt32?) { add(name, json: value.map { String($0) }) }
  mutating func add(_ name: String, _ value: Double?) { add(name, json: value.flatMap(Self.number)) }

  /// Shortest form that reads back as the same double; nil when JSON cannot hold it.
  static func number(_ value: Double) -> String? {
    guard value.isFinite else { return nil }
    return Int64(exactly: value).map { String($0) } ?? "\(value)"
  }

  /// A string literal.
  static func quoted(_ value: String) -> String {
    var text = "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\t": text += "\\t"
      case _ where scalar.value < 0x20:
        let hex = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text + "\""
  }
}
