import PluginManifest

extension PluginCatalog: ComponentCatalog {
  public func lookup(_ use: String, kind: ComponentManifest.Kind) -> ComponentLookup {
    let found = candidates(use, kind)
    let usable = found.filter { entries[$0.entry].status.isUsable }
    if usable.count == 1 { return .found(usable[0].reference) }
    if usable.count > 1 { return .ambiguous(usable.map(\.reference.plugin)) }
    // Of several that must not run, the one that would come first if it could tells why.
    if let first = found.first { return Self.unavailable(entries[first.entry]) }
    if let slash = use.firstIndex(of: "/"),
      let refused = entries.first(where: { $0.name == use[..<slash] && !$0.status.isUsable })
    {
      return Self.unavailable(refused)
    }
    let id = use.split(separator: "/", maxSplits: 1).last.map(String.init) ?? use
    return .unknown(nearest: Spelling.nearest(to: id, in: ids(of: kind)).map { [$0] } ?? [], refused: refusedCount)
  }

  /// Files that may hold what was asked for: refused, and without a manifest that tells.
  private var refusedCount: Int { entries.count { !$0.status.isUsable && ($0.manifest == nil || !$0.problems.isEmpty) } }

  public func ids(of kind: ComponentManifest.Kind) -> [String] {
    var seen: Set<String> = []
    return entries.filter(\.status.isUsable).flatMap { $0.manifest?.components ?? [] }
      .filter { $0.kind == kind && seen.insert($0.id).inserted }.map(\.id)
  }

  /// The entry and the component that `use` names, to load it; nil unless `lookup` finds exactly one.
  public func component(_ use: String, kind: ComponentManifest.Kind) -> (entry: PluginEntry, index: Int)? {
    let usable = candidates(use, kind).filter { entries[$0.entry].status.isUsable }
    return usable.count == 1 ? (entries[usable[0].entry], usable[0].reference.index) : nil
  }

  private func candidates(_ use: String, _ kind: ComponentManifest.Kind) -> [(entry: Int, reference: ComponentReference)] {
    let parts = use.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    return entries.indices.flatMap { entry -> [(entry: Int, reference: ComponentReference)] in
      guard let manifest = entries[entry].manifest, parts.count == 1 || entries[entry].name == parts[0] else { return [] }
      return manifest.components.enumerated().compactMap { index, component in
        guard component.kind == kind, component.id == parts[parts.count - 1] else { return nil }
        return (entry, ComponentReference(plugin: entries[entry].name, index: index, manifest: component))
      }
    }
  }

  private static func unavailable(_ entry: PluginEntry) -> ComponentLookup {
    if case .refused(let refusal) = entry.status {
      return .unavailable(
        reason: "plugin \(TerminalText.line(entry.name)) (\(TerminalText.line(entry.file))) is refused: \(refusal.sentence)",
        fix: refusal.fix)
    }
    return .unavailable(
      reason: "plugin \(TerminalText.line(entry.name)) is disabled",
      fix: "tidemill plugin enable \(FilePaths.quoted(entry.name))")
  }
}
