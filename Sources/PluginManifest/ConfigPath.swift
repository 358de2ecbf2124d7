/// Paths of values in a configuration: `limit`, `to[0]`, `rules[2].where`, `set["odd.name"]`.
///
/// A name that a path would cut, and an empty one, stand in brackets and double quotes, in which `\` takes the next character as it is.
public enum ConfigPath {
  public enum Step: Sendable, Equatable {
    case member(String)
    case element(Int)
  }

  /// The path of a map's entry.
  public static func joined(_ path: String, _ name: String) -> String {
    guard name.isEmpty || name.unicodeScalars.contains(where: { $0 == "." || $0 == "[" }) else {
      return path.isEmpty ? name : "\(path).\(name)"
    }
    var quoted = ""
    for character in name.unicodeScalars {
      if character == "\"" || character == "\\" { quoted += "\\" }
      quoted.unicodeScalars.append(character)
    }
    return "\(path)[\"\(quoted)\"]"
  }

  /// The steps of a path; nil when it is none.
  public static func steps(of path: String) -> [Step]? {
    var steps: [Step] = []
    var rest = path.unicodeScalars[...]
    while let first = rest.first {
      if rest.starts(with: ["[", "\""]) {
        guard let name = quotedName(&rest) else { return nil }
        steps.append(.member(name))
      } else if first == "[" {
        guard let close = rest.firstIndex(of: "]"), let index = Int(String(rest[rest.index(after: rest.startIndex)..<close]))
        else { return nil }
        steps.append(.element(index))
        rest = rest[rest.index(after: close)...]
      } else {
        if first == "." { rest = rest.dropFirst() }
        let name = rest.prefix { $0 != "." && $0 != "[" }
        if name.isEmpty { return nil }
        steps.append(.member(String(name)))
        rest = rest[name.endIndex...]
      }
    }
    return steps
  }

  private static func quotedName(_ rest: inout Substring.UnicodeScalarView) -> String? {
    rest = rest.dropFirst(2)
    var name = String.UnicodeScalarView()
    while let next = rest.popFirst() {
      if next == "\"" { return rest.popFirst() == "]" ? String(name) : nil }
      guard next == "\\" else {
        name.append(next)
        continue
      }
      guard let escaped = rest.popFirst() else { return nil }
      name.append(escaped)
    }
    return nil
  }
}
