import PluginManifest

/// What `tidemill plugin list` shows of a catalog.
public enum PluginListing {
  /// A table of all plugins, and under it why some are not used, with what to do.
  public static func text(_ catalog: PluginCatalog) -> String {
    guard !catalog.entries.isEmpty else {
      return "No plugins. Searched:\n" + catalog.directories.map { "  \(Self.line($0))\n" }.joined()
    }
    var rows = [["NAME", "VERSION", "STATUS", "LEVEL", "COMPONENTS", "FROM"]]
    for entry in catalog.entries {
      let components = Self.components(of: entry)
      rows.append([
        name(entry), entry.manifest?.version ?? "-", entry.status.word, entry.level > 0 ? "\(entry.level)" : "-",
        components.first ?? "-", entry.directory.origin.label,
      ])
      for more in components.dropFirst() { rows.append(["", "", "", "", more]) }
    }
    var text = TextTable.render(rows)
    for entry in catalog.entries where !entry.notes.isEmpty {
      text += "\n\(TerminalText.line(entry.file))\n"
      for note in entry.notes { text += TextTable.wrapped(note, width: 120, indent: 2) }
      if case .refused(let refusal) = entry.status, let fix = refusal.fix { text += "  fix: \(fix)\n" }
    }
    for directory in catalog.directories where directory.problem != nil { text += "\nnot searched: \(line(directory))\n" }
    return text
  }

  /// What a line of components is long at most, where their names allow.
  private static let componentsWidth = 34

  /// `source file, sink file`; of several of one kind the kind once: `operator batch, sample`. Many take several lines.
  private static func components(of entry: PluginEntry) -> [String] {
    var kinds: [(kind: ComponentManifest.Kind, ids: [String])] = []
    for component in entry.manifest?.components ?? [] {
      if kinds.last?.kind == component.kind {
        kinds[kinds.count - 1].ids.append(component.id)
      } else {
        kinds.append((component.kind, [component.id]))
      }
    }
    let text = kinds.map { "\($0.kind.rawValue) \($0.ids.joined(separator: ", "))" }.joined(separator: ", ")
    return TextTable.wrapped(text, width: componentsWidth, indent: 0).split(separator: "\n").map(String.init)
  }

  /// Several files of one plugin may be refused: their own names tell them apart.
  private static func name(_ entry: PluginEntry) -> String {
    if case .refused = entry.status { return TerminalText.line(FilePaths.name(of: entry.file)) }
    return TerminalText.line(entry.name)
  }

  private static func line(_ directory: PluginDirectory) -> String {
    TerminalText.line("\(directory.path) (\(directory.origin.label))\(directory.problem.map { " " + $0 } ?? "")")
  }

  /// The same for programs: `{"plugins": […], "directories": […]}`.
  public static func json(_ catalog: PluginCatalog) -> String {
    let directories = catalog.directories.map {
      ConfigValue.map([
        .init("path", .string($0.path)), .init("origin", .string($0.origin.rawValue)),
        .init("problem", $0.problem.map { .string($0) } ?? .null),
      ])
    }
    let document = ConfigValue.map([
      .init("plugins", .list(catalog.entries.map { value($0) })), .init("directories", .list(directories)),
    ])
    return document.json + "\n"
  }

  /// One entry; members that do not apply are null.
  static func value(_ entry: PluginEntry) -> ConfigValue {
    var refusal: PluginRefusal?
    if case .refused(let why) = entry.status { refusal = why }
    func text(_ value: String?) -> ConfigValue { value.map { .string($0) } ?? .null }
    let components = (entry.manifest?.components ?? []).map {
      ConfigValue.map([.init("kind", .string($0.kind.rawValue)), .init("id", .string($0.id)), .init("doc", .string($0.doc))])
    }
    let clashes = entry.clashes.map {
      ConfigValue.map([
        .init("kind", .string($0.kind.rawValue)), .init("id", .string($0.id)),
        .init("others", .list($0.others.map { .string($0) })),
      ])
    }
    return .map([
      .init("name", .string(entry.name)), .init("version", text(entry.manifest?.version)), .init("file", .string(entry.file)),
      .init("origin", .string(entry.directory.origin.rawValue)), .init("built_in", .bool(entry.isBuiltIn)),
      .init("status", .string(entry.status.word)), .init("reason", text(refusal?.reason.rawValue)),
      .init("message", text(refusal?.sentence)), .init("fix", text(refusal?.fix)),
      .init("problems", .list(entry.problems.map { .string($0.description) })), .init("sha256", text(entry.sha256)),
      .init("level", .int(Int64(entry.level))), .init("trust", text(entry.trust?.rawValue)),
      .init("clashes", .list(clashes)), .init("components", .list(components)),
    ])
  }
}
