import TestSupport
import Testing

/// The tables of docs/expressions.md: every example has the result that stands beside it.
struct ExpressionPageTests {
  /// A row of a table whose head has "Expression" or "Example", and "Result", and perhaps "Event".
  private struct Example {
    var line: Int
    var event: String?
    var expression: String
    /// Nil: an error.
    var result: String?
  }

  private static func examples() throws -> [Example] {
    let page = try Files.text(ProjectPaths.path("docs/expressions.md")).split(separator: "\n", omittingEmptySubsequences: false)
    var examples: [Example] = []
    var head: [String] = []
    for (number, line) in page.enumerated() {
      guard line.hasPrefix("|") else {
        head = []
        continue
      }
      let cells = Self.cells(line)
      if head.isEmpty {
        head = cells
        continue
      }
      guard let result = head.firstIndex(of: "Result"), cells.count == head.count, !cells[result].hasPrefix("-"),
        let expression = head.firstIndex(where: { $0 == "Expression" || $0 == "Example" })
      else { continue }
      examples.append(
        Example(
          line: number + 1, event: head.firstIndex(of: "Event").map { code(cells[$0]) }, expression: code(cells[expression]),
          result: cells[result] == "error" ? nil : code(cells[result])))
    }
    return examples
  }

  private static func code(_ cell: String) -> String {
    precondition(cell.count > 1 && cell.hasPrefix("`") && cell.hasSuffix("`"), "an example that is no code: \(cell)")
    return String(cell.dropFirst().dropLast())
  }

  /// The cells of a row; a bar within one is written with a backslash.
  private static func cells(_ line: Substring) -> [String] {
    var cells = [""]
    var isEscaped = false
    for character in line.dropFirst() {
      if character == "|" && !isEscaped {
        cells.append("")
      } else {
        if character == "|" { cells[cells.count - 1].removeLast() }
        cells[cells.count - 1].append(character)
      }
      isEscaped = character == "\\"
    }
    return cells.dropLast().map { cell in
      String(cell.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
  }

  /// The value of an expression, as JSON with its type; an event, where there is one, on standard input.
  private static func value(_ expression: String, _ event: String?) throws -> String {
    try Tidemill.run(["eval", "--format", "json", "--", expression], input: event.map { $0 + "\n" } ?? "").output
  }

  @Test func `every example of the page on expressions has the result that it shows`() throws {
    let examples = try Self.examples()
    for example in examples {
      let place = "docs/expressions.md:\(example.line): \(example.expression)"
      let value = try Self.value(example.expression, example.event)
      if let result = example.result {
        let expected = try Self.value(result, nil)
        #expect(!expected.isEmpty && !expected.hasPrefix("{\"error\""), "\(place): \(result) is no value: \(expected)")
        #expect(value == expected, "\(place)")
      } else {
        #expect(value.isEmpty || value.hasPrefix("{\"error\""), "\(place): \(value)")
      }
    }
    #expect(examples.count > 120)
  }
}
