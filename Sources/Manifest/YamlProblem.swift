import CYaml

/// A syntax error in words that say what to do.
struct YamlProblem {
  var location: SourceLocation
  var message: String
  var fix: String?

  /// Reads the error state of a parser that has just failed on `text`.
  init(_ parser: yaml_parser_t, text: String) {
    let problem = parser.problem.map { String(cString: $0) } ?? ""
    let context = parser.context.map { String(cString: $0) }
    switch parser.error {
    case YAML_READER_ERROR:
      location = SourceText.location(ofByte: Int(parser.problem_offset), in: text)
      message = "a control character stands here"
      fix = "remove it, or write it as an escape in double quotes: \"\(Self.escape(parser.problem_value))\""
      return
    case YAML_MEMORY_ERROR:
      location = .start
      message = "no memory is left to read the manifest"
      return
    default: location = SourceLocation(parser.problem_mark)
    }
    let scalars = SourceText.line(location.line, of: text) ?? []
    let column = location.column - 1
    if scalars.indices.contains(column), scalars[column] == "\t" || problem.contains("tab character") {
      message = "a tab cannot indent YAML"
      fix = "use spaces"
      return
    }
    if let known = Self.known.first(where: { problem.contains($0.problem) && (context ?? "").contains($0.context) }) {
      message = known.message
      fix = known.fix
      // The place where it was opened says more than the place where it was missed.
      if known.atStart { location = SourceLocation(parser.context_mark) }
      if problem.contains("expected ',' or"), column >= 1, scalars.indices.contains(column - 1), scalars[column] == "{",
        scalars[column - 1] == "$"
      {
        location = SourceLocation(line: column >= 1 ? Int(parser.problem_mark.line) + 1 : location.line, column: column)
        message = "'${' inside [ ] or { } starts a map"
        fix = "put it in quotes: \"${NAME}\""
      }
    } else {
      message = "this is not YAML: \(problem.isEmpty ? "it ends too early" : problem)"
      if let context { fix = "look at what starts in line \(parser.context_mark.line + 1) (\(context))" }
    }
  }

  /// `\u0007` for 7 (yaml.org/spec/1.2.2, section 5.7).
  private static func escape(_ character: Int32) -> String {
    let digits = String(max(character, 0), radix: 16, uppercase: true)
    let isShort = digits.count <= 4
    return (isShort ? "\\u" : "\\U") + String(repeating: "0", count: (isShort ? 4 : 8) - digits.count) + digits
  }

  private struct Known {
    var problem: String
    var context = ""
    var message: String
    var fix: String?
    var atStart = false
  }

  private static let known: [Known] = [
    Known(
      problem: "mapping values are not allowed", message: "a ':' cannot stand here",
      fix: "put a text with ': ' in quotes; write a map on lines of its own or in { }"),
    Known(
      problem: "could not find expected ':'", message: "this line has no ':' after its key", fix: "write key: value",
      atStart: true),
    Known(
      problem: "did not find expected key", message: "this does not line up with the keys of its map",
      fix: "give the keys of one map the same indentation"),
    Known(
      problem: "did not find expected '-' indicator", message: "this does not line up with the items of its list",
      fix: "give the items of one list the same indentation and start each with '- '"),
    Known(
      problem: "block sequence entries are not allowed", message: "a list item cannot start here",
      fix: "write the list on lines of its own, or in [ ]"),
    Known(problem: "expected ',' or ']'", message: "this list is not closed", fix: "write [a, b]", atStart: true),
    Known(
      problem: "expected ',' or '}'", message: "this map is not closed",
      fix: "write { a: 1, b: 2 }, with quotes around text that holds { } [ ] or ,",
      atStart: true),
    Known(
      problem: "cannot start any token", message: "a value cannot start with this character",
      fix: "put the text in quotes"),
    Known(
      problem: "unexpected end of stream", context: "quoted scalar", message: "this quote is not closed",
      fix: "close it before the end of the file", atStart: true),
    Known(
      problem: "unexpected document indicator", context: "quoted scalar", message: "this quote is not closed",
      fix: "close it before the '---'", atStart: true),
    Known(
      problem: "unknown escape character", message: "this escape is not known in double quotes",
      fix: "write \\\\ for a backslash, or use single quotes"),
    Known(
      problem: "hexdecimal number", message: "\\x, \\u and \\U take 2, 4 and 8 hexadecimal digits in double quotes",
      fix: "write \\\\ for a backslash, or use single quotes"),
    Known(
      problem: "alphabetic or numeric character", context: "alias",
      message: "'*' starts an alias", fix: "put a text that starts with '*' in quotes: \"*.dead\""),
    Known(
      problem: "alphabetic or numeric character", context: "anchor",
      message: "'&' starts an anchor", fix: "put a text that starts with '&' in quotes"),
    Known(problem: "Maximum nesting level", message: "lists and maps are nested deeper than \(ManifestLimits.depth)"),
    Known(problem: "expected node content", message: "a value is missing here", fix: "put special characters in quotes"),
    Known(problem: "<document start>", message: "the document has ended before this", fix: "a manifest is one map of keys"),
    Known(problem: "undefined tag handle", message: "'!' starts a tag", fix: "put a text that starts with '!' in quotes"),
  ]
}
