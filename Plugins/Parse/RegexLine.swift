import CRegex
import PluginKit

/// A text that a regular expression matches, anywhere unless it is anchored: its named groups are fields.
struct RegexLine: LineParser {
  let fields: [MadeField]
  let isOpen = false
  let isTyped = false
  private let program: Program
  /// Numbers of the named groups.
  private let groups: [Int]

  init(_ pattern: String) throws {
    let program = try Program(Self.withLongNames(pattern))
    let named = (1...max(program.groups, 1)).compactMap { group in
      tide_regex_group_name(program.regex, Int32(group)).map { (group, String(cString: $0)) }
    }
    groups = named.map(\.0)
    fields = named.map { MadeField(name: $0.1, type: .string) }
    self.program = program
    if named.isEmpty {
      throw PluginError.config("the pattern has no group with a name, such as (?P<status>\\d+)", at: "pattern")
    }
  }

  /// The pattern with `(?P<name>` for each `(?<name>`, which most others write and RE2 has in its youngest versions only.
  private static func withLongNames(_ pattern: String) -> String {
    var made = ""
    var rest = pattern.unicodeScalars[...]
    var isInClass = false
    while let next = rest.first {
      if next == "\\" {
        let length = rest.starts(with: "\\Q".unicodeScalars) ? quotedLength(rest) : 2
        made.unicodeScalars.append(contentsOf: rest.prefix(length))
        rest = rest.dropFirst(length)
        continue
      }
      if !isInClass, rest.starts(with: "(?<".unicodeScalars), let letter = rest.dropFirst(3).first, letter != "=", letter != "!"
      {
        made += "(?P<"
        rest = rest.dropFirst(3)
        continue
      }
      made.unicodeScalars.append(next)
      rest = rest.dropFirst()
      if isInClass {
        if next == "[", rest.first == ":", let end = rest.firstIndex(of: "]") {
          made.unicodeScalars.append(contentsOf: rest[...end])
          rest = rest[rest.index(after: end)...]
        } else if next == "]" {
          isInClass = false
        }
      } else if next == "[" {
        isInClass = true
        // A bracket that comes first is one of the class.
        for first in ["^", "]"] as [Unicode.Scalar] where rest.first == first {
          made.unicodeScalars.append(first)
          rest = rest.dropFirst()
        }
      }
    }
    return made
  }

  /// Of what begins with `\Q`, up to behind `\E`, or to the end.
  private static func quotedLength(_ text: Substring.UnicodeScalarView) -> Int {
    var length = 2
    var rest = text.dropFirst(2)
    while !rest.isEmpty, !rest.starts(with: "\\E".unicodeScalars) {
      length += 1
      rest = rest.dropFirst()
    }
    return length + min(2, rest.count)
  }

  mutating func parse(_ text: Bytes, into row: FoundRow) throws(ParseFailure) {
    let start = text.baseAddress?.assumingMemoryBound(to: CChar.self)
    guard tide_regex_find(program.regex, start, UInt64(text.count), 0, program.spans, Int32(program.groups + 1)) else {
      throw ParseFailure("the pattern does not match", at: 0)
    }
    for (cell, group) in groups.enumerated() {
      let span = program.spans[group]
      guard span.start >= 0 else { continue }
      row.cells[cell] = .text(text.part(Int(span.start), Int(span.end)), at: Int(span.start))
    }
  }

  /// The compiled pattern, and room for what it finds.
  private final class Program {
    let regex: OpaquePointer
    let groups: Int
    let spans: UnsafeMutablePointer<tide_regex_span>

    init(_ pattern: String) throws {
      var error = [CChar](repeating: 0, count: 256)
      let found = pattern.utf8.withContiguousStorageIfAvailable { text in
        text.withMemoryRebound(to: CChar.self) {
          tide_regex_new($0.baseAddress, UInt64($0.count), &error, UInt64(error.count))
        }
      }
      guard let regex = found ?? nil else {
        let reason = String(decoding: error.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        throw PluginError.config("'pattern' is no regular expression: \(reason)", at: "pattern")
      }
      self.regex = regex
      groups = Int(tide_regex_groups(regex))
      spans = .allocate(capacity: groups + 1)
      spans.initialize(repeating: tide_regex_span(start: -1, end: -1), count: groups + 1)
    }

    deinit {
      tide_regex_free(regex)
      spans.deallocate()
    }
  }
}
