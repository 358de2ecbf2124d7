import PluginKit

/// A text that is one JSON object: its members are fields.
struct JSONLine: LineParser {
  let fields: [MadeField] = []
  let isOpen = true
  let isTyped = true

  mutating func parse(_ text: Bytes, into row: FoundRow) throws(ParseFailure) {
    var reader = JSONReader(text)
    reader.skipBlanks()
    guard reader.next == UInt8(ascii: "{") else { throw reader.failure("it is no object") }
    var goesOn = reader.open(closing: UInt8(ascii: "}"))
    while goesOn {
      let name = try reader.name(row.scratch)
      row.set(name, try reader.value(row.scratch, depth: 1))
      goesOn = try reader.goesOn(closing: UInt8(ascii: "}"))
    }
    reader.skipBlanks()
    guard reader.isAtEnd else { throw reader.failure("something stands behind the object") }
  }
}
