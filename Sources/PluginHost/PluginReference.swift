import PluginManifest

/// The reference page of a plugin in Markdown, made from its manifest and nothing else.
public enum PluginReference {
  public static func page(_ manifest: PluginManifest, _ entry: PluginEntry) -> String {
    var text = "# \(manifest.name)\n"
    if let doc = manifest.doc { text += "\n\(prose(doc))\n" }
    text += "\nVersion \(manifest.version)"
    if let license = manifest.license { text += ", licence \(license)" }
    text += ", interface 1.\(manifest.abi).\n"
    for component in manifest.components {
      text += "\n" + section(component, ComponentInspection(component, entry: entry, formatOptions: [:]))
    }
    return text
  }

  private static func section(_ component: ComponentManifest, _ inspection: ComponentInspection) -> String {
    var text = "## \(inspection.kindWord) \(component.id)\n\n\(prose(component.doc))\n"
    if let example = component.example {
      let lines = TerminalText.lines(example).split(separator: "\n", omittingEmptySubsequences: false)
      text += "\n```yaml\n" + lines.reversed().drop { $0.isEmpty }.reversed().map { $0 + "\n" }.joined() + "```\n"
    }
    text += table(["Property", ""], inspection.facts.filter { $0[0] != "Use" })
    text += options(component.options ?? [], under: "Option")
    if let codec = component.codec {
      let what = codec == .decode ? "read" : "written"
      text += "\nAnd the options of the format that records are \(what) in: [formats](../../formats.md).\n"
    }
    text += table(["Port", "Direction", ""], inspection.ports.map { [code($0[1]), $0[0], prose($0[2])] })
    text += table(["Field read", "Type", ""], inspection.inputs.map(field))
    text += table(["Field sent", "Type", ""], inspection.outputs.map(field))
    return text
  }

  /// Name, type, and what is said of it; or one remark in place of all.
  private static func field(_ row: [String]) -> [String] {
    guard row.count > 1 else { return [row[0], "", ""] }
    return [code(row[0]), row[1], [row[2], prose(row[3])].filter { !$0.isEmpty }.joined(separator: ": ")]
  }

  private static func options(_ options: [OptionSchema], under title: String) -> String {
    var text = table(
      [title, "Type", "Default", "Range", ""],
      options.map {
        [
          code($0.name), ComponentInspection.type($0), ComponentInspection.standard($0), ComponentInspection.range($0),
          prose($0.doc),
        ]
      })
    for option in options where option.type == .list || option.type == .map {
      if case .map(let members) = option.element { text += self.options(members, under: "Member of \(code(option.name))") }
    }
    return text
  }

  private static func table(_ header: [String], _ rows: [[String]]) -> String {
    guard !rows.isEmpty else { return "" }
    func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |\n" }
    return "\n" + line(header) + line(header.map { _ in "---" })
      + rows.map { line($0.map { $0.replacing("|", with: "\\|") }) }.joined()
  }

  private static func code(_ text: String) -> String { text.isEmpty ? "" : "`\(TerminalText.line(text))`" }

  /// One line of text.
  private static func prose(_ text: String) -> String { TerminalText.line(text.split(separator: "\n").joined(separator: " ")) }
}
