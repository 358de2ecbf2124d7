/// A text with its `${NAME}` and `${NAME:default}` replaced by environment values; `$${` is the text `${`.
struct EnvironmentText {
  struct Problem {
    /// The piece of the text that is meant.
    var token: String
    var message: String
    var fix: String?
    var isWarning = false
  }

  var text = ""
  /// True when at least one value was put in.
  var substituted = false
  var problems: [Problem] = []

  /// Bytes that were put in.
  private(set) var addedBytes = 0

  /// `room` bounds what is put in, in bytes.
  init(_ written: String, environment: [String: String], room: Int) {
    var rest = Substring(written)
    while let dollar = rest.firstIndex(of: "$") {
      text += rest[..<dollar]
      rest = rest[dollar...]
      if rest.hasPrefix("$${") {
        text += "${"
        rest = rest.dropFirst(3)
      } else if rest.hasPrefix("${") {
        guard let close = rest.firstIndex(of: "}") else {
          problems.append(
            Problem(
              token: String(rest.prefix(16)), message: "'${' is not closed",
              fix: "write ${NAME}, ${NAME:default}, or $${ for the text itself"))
          break
        }
        put(rest[rest.index(rest.startIndex, offsetBy: 2)..<close], token: String(rest[...close]), environment, room)
        rest = rest[rest.index(after: close)...]
      } else {
        text.append("$")
        rest = rest.dropFirst()
      }
    }
    text += rest
  }

  private mutating func put(_ inner: Substring, token: String, _ environment: [String: String], _ room: Int) {
    let parts = inner.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts.first ?? "")
    let fallback = parts.count == 2 ? String(parts[1]) : nil
    guard Self.isName(name) else {
      problems.append(
        Problem(
          token: token, message: "'\(SourceValue.shortened(name))' is not the name of an environment variable",
          fix: "write ${NAME}, ${NAME:default}, or $${ for the text itself"))
      return
    }
    substituted = true
    if let value = environment[name] {
      addedBytes += value.utf8.count
      if addedBytes <= room {
        text += value
      } else if problems.isEmpty {
        problems.append(
          Problem(
            token: token,
            message: "environment values add more than \(ManifestLimits.environmentBytes >> 20) MiB to the manifest"))
      }
    } else if let fallback {
      text += fallback
      if fallback.hasPrefix("-"), Double(fallback) == nil {
        problems.append(
          Problem(
            token: token, message: "the default of ${\(name)} is '\(SourceValue.shortened(fallback))', with its dash",
            fix: "write ${\(name):\(SourceValue.shortened(String(fallback.dropFirst())))}", isWarning: true))
      }
    } else {
      problems.append(
        Problem(
          token: token, message: "the environment variable \(SourceValue.shortened(name)) is not set",
          fix: "set it, or write a default: ${\(SourceValue.shortened(name)):value}"))
    }
  }

  private static func isName(_ name: String) -> Bool {
    guard let first = name.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else { return false }
    return name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "_"):
        true
      default: false
      }
    }
  }
}
