import TestSupport
import Testing

/// The reference pages of the plugins that come along are what their manifests say.
struct ReferenceTests {
  private static let folder = "docs/plugins/reference"

  /// The plugins of `Plugins/`, by the names of their pages.
  private static let plugins: [String] = ((try? Files.names(ProjectPaths.path("Plugins"))) ?? []).map { $0.lowercased() }

  @Test(arguments: plugins)
  func `a page is what inspect prints`(plugin: String) throws {
    let printed = try Tidemill.run(["plugin", "inspect", plugin, "--format", "markdown"])
    try #require(printed.exitCode == 0, "\(printed.errors)")
    let page = try Files.text(ProjectPaths.path("\(Self.folder)/\(plugin).md"))
    #expect(page == printed.output, "run scripts/reference")
  }

  @Test func `each plugin has a page, and each page a plugin and a line in the list`() throws {
    #expect(try Files.names(ProjectPaths.path(Self.folder)).sorted() == Self.plugins.map { "\($0).md" }.sorted())
    let list = try Files.text(ProjectPaths.path("docs/plugins/README.md"))
    for plugin in Self.plugins { #expect(list.contains("(reference/\(plugin).md)"), "\(plugin)") }
  }
}
