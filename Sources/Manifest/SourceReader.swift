import PluginManifest

extension PipelineSource {
  /// Reads a manifest: `file` is its name in diagnostics, `environment` answers `${NAME}`. The source is nil when the text is no
  /// YAML map; otherwise it holds all that could be read. All problems are reported at once, in the order of the text.
  public static func parse(
    text: String, file: String, environment: [String: String]
  ) -> (PipelineSource?, [Diagnostic]) {
    var reader = SourceReader(file: file)
    reader.read(text, environment: environment)
    return (reader.source, reader.diagnostics.sorted())
  }

  /// Reads a manifest from the bytes of a file, which must be UTF-8.
  public static func parse(
    bytes: some Collection<UInt8>, file: String, environment: [String: String]
  ) -> (PipelineSource?, [Diagnostic]) {
    if bytes.count <= ManifestLimits.bytes, let text = String(validating: bytes, as: UTF8.self) {
      return parse(text: text, file: file, environment: environment)
    }
    let diagnostics = DiagnosticList(file: file)
    if bytes.count > ManifestLimits.bytes {
      diagnostics.error(.start, "the manifest is longer than 1 MiB")
    } else {
      // What replaces the first bad byte stands where it stood.
      let repaired = String(decoding: bytes, as: UTF8.self)
      var offset = 0
      for (written, read) in zip(bytes, repaired.utf8) {
        if written != read { break }
        offset += 1
      }
      diagnostics.error(
        SourceText.location(ofByte: offset, in: repaired), "the manifest is not UTF-8 from here on", "save it as UTF-8")
    }
    return (nil, diagnostics.sorted())
  }
}

/// Turns located YAML into a `PipelineSource`.
struct SourceReader {
  let diagnostics: DiagnosticList
  private(set) var source: PipelineSource?
  private var names: [String: SourceLocation] = [:]

  init(file: String) {
    diagnostics = DiagnosticList(file: file)
  }

  mutating func read(_ text: String, environment: [String: String]) {
    guard text.utf8.count <= ManifestLimits.bytes else {
      diagnostics.error(.start, "the manifest is longer than 1 MiB")
      return
    }
    guard let root = YamlReader.read(text, environment: environment, into: diagnostics) else { return }
    if root.content == .null, root.text.isEmpty || root.text == "~" || root.text == "null" {
      diagnostics.error(root.location, "the manifest is empty", YamlReader.emptyFix)
      return
    }
    guard let entries = root.entries else {
      diagnostics.error(
        root.location, "a manifest is a map of keys, not \(root.described)", YamlReader.emptyFix)
      return
    }
    var source = PipelineSource(file: diagnostics.file)
    for entry in known(entries, in: Grammar.pipeline, of: "a pipeline") { read(entry, into: &source) }
    for kind in [ComponentManifest.Kind.source, .sink] where source.sections[kind] == nil {
      diagnostics.error(
        root.location, "the pipeline has no \(kind.rawValue)s",
        "add, for example: \(Grammar.pipeline.first { $0.name == kind.rawValue + "s" }?.example ?? "")")
    }
    source.text = text
    source.hasErrors = diagnostics.hasErrors
    source.unreadable = diagnostics.silenced
    self.source = source
  }

  private mutating func read(_ entry: SourceEntry, into source: inout PipelineSource) {
    switch entry.name {
    case "name": source.name = name(entry.value, of: "the pipeline")
    case "sources": section(entry, .source, into: &source)
    case "operators": section(entry, .operator, into: &source)
    case "sinks": section(entry, .sink, into: &source)
    case "delivery": source.delivery = delivery(entry)
    case "max_memory": source.maxMemoryBytes = size(entry, range: (1 << 20)...(1 << 44))
    default: isolation(entry)
    }
  }

  private mutating func section(_ entry: SourceEntry, _ kind: ComponentManifest.Kind, into source: inout PipelineSource) {
    source.sections[kind] = entry.location
    guard let entries = entry.value.entries else {
      if case .null = entry.value.content, kind == .operator { return }
      source.isPartial = true
      diagnostics.error(
        entry.value.location, "'\(entry.name)' takes a map of names, not \(entry.value.described)",
        "write \(Grammar.pipeline.first { $0.name == entry.name }?.example ?? "")")
      return
    }
    if entries.isEmpty, kind != .operator {
      diagnostics.error(entry.value.location, "the pipeline has no \(entry.name)")
    }
    for node in entries {
      guard source.nodes.count < ManifestLimits.nodes else {
        source.isPartial = true
        diagnostics.error(node.location, "the pipeline has more than \(ManifestLimits.nodes) nodes")
        return
      }
      if checkName(node.name, at: node.location, of: "a node") {
        if let first = names[node.name] {
          diagnostics.error(
            node.location, "a node named '\(node.name)' stands already in line \(first.line)",
            "sources, operators and sinks share their names: rename one")
          continue
        }
        names[node.name] = node.location
      }
      source.nodes.append(self.node(node, kind))
    }
  }
}
