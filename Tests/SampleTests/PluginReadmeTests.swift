import TestSupport
import Testing

/// The pipelines and commands in the READMEs of the plugins that come along, and of the templates.
struct PluginReadmeTests {
  private static let folders: [String] = ["Plugins", "templates"].flatMap { parent in
    ((try? Files.names(ProjectPaths.path(parent))) ?? []).map { "\(parent)/\($0)" }.filter {
      Files.exists(ProjectPaths.path("\($0)/README.md"))
    }
  }

  @Test(arguments: folders)
  func `every pipeline validates without a warning, and every command runs`(folder: String) throws {
    let place = try TemporaryDirectory()
    var options: [String] = []
    if folder.hasPrefix("templates/") {
      // A template's pipeline needs its plugin.
      let isC = folder.hasPrefix("templates/c-")
      let source = isC ? "my-plugin.c" : "MyPlugin.swift"
      _ = try place.directory("my-plugin")
      try Files.copy(ProjectPaths.path("\(folder)/\(source)"), place.file("my-plugin/\(source)"))
      let built = try Tidemill.run(["plugin", "build", "my-plugin"], in: place.path)
      try #require(built.exitCode == 0, "\(built.errors)")
      options = ["--plugins", "my-plugin"]
    }
    var pipelines = 0
    for block in PipelineDocumentTests.blocks(try Files.text(ProjectPaths.path("\(folder)/README.md"))) {
      switch block.language {
      case "yaml" where block.text.hasPrefix("name:"):
        let file = block.file ?? "pipeline.yaml"
        try place.write(file, block.text)
        let result = try Tidemill.run(["validate", file, "--deny-warnings"] + options, in: place.path)
        #expect(result.exitCode == 0, "\(folder): \(result.errors)")
        pipelines += 1
      case "sh":
        let result = try Shell.run(block.text, in: place.path)
        #expect(result.exitCode == 0, "\(folder): \(block.text)\(result.errors)")
      default: break
      }
    }
    #expect(pipelines > 0, "\(folder)/README.md shows no pipeline")
  }
}
