/// What a pipeline manifest can use: the components of all plugins that are known here. No code of a plugin runs to answer.
public protocol ComponentCatalog {
  /// Finds the component that `use` names: `id`, or `plugin/id` where two plugins share an id.
  func lookup(_ use: String, kind: ComponentManifest.Kind) -> ComponentLookup
  /// The ids of all usable components of a kind, each once; for suggestions.
  func ids(of kind: ComponentManifest.Kind) -> [String]
  /// Finds a function by name in the library that `library` means: a path, counted from `directory`, or a name for the dynamic linker's
  /// search. No code of the library runs.
  func lookup(function symbol: String, library: String, directory: String) -> FunctionLookup
}

/// One component of one plugin.
public struct ComponentReference: Sendable, Equatable {
  /// Name of the plugin.
  public var plugin: String
  /// Position in the plugin's table of components.
  public var index: Int
  public var manifest: ComponentManifest

  public init(plugin: String, index: Int, manifest: ComponentManifest) {
    self.plugin = plugin
    self.index = index
    self.manifest = manifest
  }
}

/// The answer to a look-up.
public enum ComponentLookup: Sendable, Equatable {
  case found(ComponentReference)
  /// Several plugins have it; their names.
  case ambiguous([String])
  /// It is there and must not run: the plugin is disabled, changed, broken. `reason` continues "... cannot be used: ", `fix` says
  /// what to do ("accept it with: tidemill plugin enable x").
  case unavailable(reason: String, fix: String?)
  /// No plugin has it; the ids that look most like it, best first (empty: the caller compares with `ids(of:)`). `refused`
  /// counts the plugin files that are there and of which nobody knows what they would offer.
  case unknown(nearest: [String], refused: Int = 0)
}

/// A catalog over plugin manifests alone: every plugin in it is usable.
public struct ManifestCatalog: ComponentCatalog, Sendable {
  public var plugins: [PluginManifest]

  public init(_ plugins: [PluginManifest]) {
    self.plugins = plugins
  }

  public func lookup(_ use: String, kind: ComponentManifest.Kind) -> ComponentLookup {
    let parts = use.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let found = plugins.flatMap { plugin -> [ComponentReference] in
      if parts.count == 2, plugin.name != parts[0] { return [] }
      return plugin.components.enumerated().compactMap { index, component in
        guard component.kind == kind, component.id == parts[parts.count - 1] else { return nil }
        return ComponentReference(plugin: plugin.name, index: index, manifest: component)
      }
    }
    switch found.count {
    case 0: return .unknown(nearest: Spelling.nearest(to: parts[parts.count - 1], in: ids(of: kind)).map { [$0] } ?? [])
    case 1: return .found(found[0])
    default: return .ambiguous(found.map(\.plugin))
    }
  }

  public func ids(of kind: ComponentManifest.Kind) -> [String] {
    var seen = Set<String>()
    return plugins.flatMap(\.components).filter { $0.kind == kind && seen.insert($0.id).inserted }.map(\.id)
  }
}
