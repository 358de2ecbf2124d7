import Manifest
import PluginHost
import PluginManifest

extension PluginCatalog {
  /// The plugins that a word of a person may mean: a plugin's name or file, else those that have a component of that id; a file
  /// outside of the search path is looked at by itself.
  public func inspectable(_ word: String) -> [PluginEntry] {
    let named = entries(named: word)
    if !named.isEmpty { return named }
    let owning = entries.filter { entry in entry.manifest?.components.contains { $0.id == word } ?? false }
    if !owning.isEmpty { return owning }
    return word.hasSuffix(".so") ? [PluginCatalog.examine(word, settings)] : []
  }

  /// The plugin's or component's name that looks most like the word.
  public func nearest(_ word: String) -> String? {
    let names = entries.flatMap { entry in [entry.name] + (entry.manifest?.components.map(\.id) ?? []) }
    return Spelling.nearest(to: word, in: names)
  }
}
