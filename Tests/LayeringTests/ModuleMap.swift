import TestSupport

/// The modules of the project and what each may depend on, read from two places that have to agree.
struct ModuleMap {
  /// Direct dependencies inside the project, by module.
  var dependencies: [String: Set<String>] = [:]

  /// The table of docs/ARCHITECTURE.md: rows `| `Module` | `A`, `B` | ... |`.
  static func documented() throws -> ModuleMap {
    var map = ModuleMap()
    let lines = try Files.text(ProjectPaths.path("docs/ARCHITECTURE.md")).split(separator: "\n")
    guard let header = lines.firstIndex(where: { $0.hasPrefix("| Module | Depends on |") }) else { return map }
    for line in lines[(header + 2)...].prefix(while: { $0.hasPrefix("|") }) {
      let cells = line.split(separator: "|").map { $0.split(separator: "`").map(String.init) }
      let module = cells[0].first { !$0.allSatisfy(\.isWhitespace) } ?? ""
      let named = cells[1].filter { $0.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" } }
      map.dependencies[module] = Set(named)
    }
    return map
  }

  /// The targets of Package.swift, tests and plugins left out; products of other packages are not part of it.
  static func declared() throws -> ModuleMap {
    var map = ModuleMap()
    let text = try Files.text(ProjectPaths.path("Package.swift"))
    for kind in [".target(", ".executableTarget(", ".systemLibrary("] {
      for piece in text.components(after: kind) {
        let declaration = piece.balanced()
        guard let name = declaration.quoted(after: "name:"), isPartOfTheHost(name, declaration) else { continue }
        let listed = declaration.components(after: "dependencies: [").first.map { $0.prefix { $0 != "]" } } ?? ""
        map.dependencies[name] = Set(listed.split(separator: ",").compactMap { String($0).quoted(after: "") })
      }
    }
    return map
  }

  private static func isPartOfTheHost(_ name: String, _ declaration: String) -> Bool {
    guard let path = declaration.quoted(after: "path:") else { return true }
    return !path.hasPrefix("Tests") && !path.hasPrefix("Plugins")
  }

  /// What a module may import: what it depends on, and what stands below that.
  func reachable(from module: String) -> Set<String> {
    var found: Set<String> = []
    var open = Array(dependencies[module] ?? [])
    while let next = open.popLast() {
      if found.insert(next).inserted { open += dependencies[next] ?? [] }
    }
    return found
  }
}

extension String {
  /// What follows each place where `mark` stands.
  func components(after mark: String) -> [String] {
    var pieces: [String] = []
    var rest = self[...]
    while let range = rest.firstRange(of: mark) {
      rest = rest[range.upperBound...]
      pieces.append(String(rest))
    }
    return pieces
  }

  /// The beginning up to the parenthesis that closes one opened before it.
  func balanced() -> String {
    var depth = 1
    return String(
      prefix { character in
        if character == "(" { depth += 1 }
        if character == ")" { depth -= 1 }
        return depth > 0
      })
  }

  /// The first quoted text after a mark, nil when there is none.
  func quoted(after mark: String) -> String? {
    let rest: Substring
    if mark.isEmpty {
      rest = self[...]
    } else if let range = firstRange(of: mark) {
      rest = self[range.upperBound...]
    } else {
      return nil
    }
    guard let open = rest.firstIndex(of: "\"") else { return nil }
    return String(rest[rest.index(after: open)...].prefix { $0 != "\"" })
  }
}
