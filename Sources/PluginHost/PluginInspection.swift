import PluginManifest

/// What `tidemill plugin inspect` shows of one plugin: all that its manifest says.
public enum PluginInspection {
  public typealias FormatOptions = [ComponentManifest.Codec: [OptionSchema]]

  static let width = 110

  /// For people, in sections: the plugin, then each component with ports, options, fields and example.
  ///
  /// - Parameter formatOptions: the options that the host adds to components with a codec.
  public static func text(_ entry: PluginEntry, formatOptions: FormatOptions = [:]) -> String {
    var text = "Plugin\n" + TextTable.render(facts(entry), indent: 2)
    for note in entry.remarks { text += TextTable.wrapped("note: " + note, width: width, indent: 2) }
    if !entry.problems.isEmpty {
      text += "\nProblems in the manifest\n" + entry.problems.map { "  \($0)\n" }.joined()
    }
    for component in entry.manifest?.components ?? [] {
      text += "\n" + ComponentInspection(component, entry: entry, formatOptions: formatOptions).text
    }
    return text
  }

  /// For a reader of documents: the manifest as a page in Markdown.
  public static func markdown(_ entry: PluginEntry) -> String {
    entry.manifest.map { PluginReference.page($0, entry) } ?? "# \(TerminalText.line(entry.name))\n\nNo manifest.\n"
  }

  /// For programs: the entry as in a listing, with the `manifest` as written and the `format_options` of its components.
  public static func json(_ entry: PluginEntry, formatOptions: FormatOptions = [:]) -> String {
    guard case .map(var members) = PluginListing.value(entry) else { preconditionFailure("an entry is a map") }
    members.append(.init("manifest", entry.document ?? .null))
    let codecs = Set((entry.manifest?.components ?? []).compactMap(\.codec))
    let shared = [ComponentManifest.Codec.decode, .encode].filter { codecs.contains($0) }
    members.append(
      .init("format_options", .map(shared.map { .init($0.rawValue, .list((formatOptions[$0] ?? []).map(schema))) })))
    return ConfigValue.map(members).json + "\n"
  }

  private static func facts(_ entry: PluginEntry) -> [[String]] {
    var rows = [["Name", TerminalText.line(entry.name)]]
    if let manifest = entry.manifest {
      rows.append(["Version", manifest.version])
      if let license = manifest.license { rows.append(["Licence", license]) }
      if let doc = manifest.doc { rows.append(["About", doc]) }
      rows.append(["Interface", "1.\(manifest.abi)"])
    }
    rows.append(["File", TerminalText.line(entry.file)])
    if let files = entry.manifest?.files, !files.isEmpty { rows.append(["With", files.joined(separator: ", ")]) }
    rows.append(["From", entry.directory.origin.label + (entry.isBuiltIn ? ", comes with tidemill" : "")])
    rows.append(["Status", entry.status.word])
    if case .refused(let refusal) = entry.status {
      rows.append(["Reason", refusal.sentence])
      if let fix = refusal.fix { rows.append(["Fix", fix]) }
    }
    if entry.level > 0 { rows.append(["Checked", "level \(entry.level)"]) }
    if let trust = entry.trust { rows.append(["Trust", trust.rawValue]) }
    if let sha256 = entry.sha256 { rows.append(["SHA-256", sha256]) }
    return rows
  }

  /// The schema of an option in the words of the manifest.
  private static func schema(_ option: OptionSchema) -> ConfigValue {
    var members: [ConfigValue.Entry] = [.init("name", .string(option.name)), .init("type", .string(option.type.rawValue))]
    if let format = option.format { members.append(.init("format", .string(format.rawValue))) }
    members.append(.init("doc", .string(option.doc)))
    if let required = option.required { members.append(.init("required", .bool(required))) }
    if let value = option.default { members.append(.init("default", value)) }
    for (name, bound) in [("minimum", option.minimum), ("maximum", option.maximum)] {
      if let bound { members.append(.init(name, Int64(exactly: bound).map { .int($0) } ?? .double(bound))) }
    }
    if let choices = option.choices { members.append(.init("choices", .list(choices))) }
    if let unit = option.unit { members.append(.init("unit", .string(unit))) }
    if let items = option.items { members.append(.init("items", .list(items.map(schema)))) }
    return .map(members)
  }
}
