import FoundationEssentials
import TestSupport
import Testing

/// The pipelines that `plugin inspect` shows run as they stand.
struct InspectExampleTests {
  private struct Inspection: Decodable {
    struct Manifest: Decodable {
      var components: [Component]
    }
    struct Component: Decodable {
      var id: String
      var kind: String
      var example: String?
    }
    var manifest: Manifest
  }

  private static let builtIn = ["file", "flow", "generate", "parse", "rolling", "stdio", "system", "threshold", "transform"]

  @Test(arguments: builtIn) func `every example of a plugin that comes along runs in an empty directory`(plugin: String) throws
  {
    let inspected = try Story().run("plugin", "inspect", plugin, "--format", "json")
    try #require(inspected.exitCode == 0, "\(inspected.errors)")
    let components = try JSONDecoder().decode(Inspection.self, from: Data(inspected.output.utf8)).manifest.components
    #expect(!components.isEmpty)
    for component in components {
      let story = try Story()
      try story.file("pipeline.yaml", try #require(component.example, "\(component.kind) \(component.id) has no example"))
      let result = try story.run("run", "pipeline.yaml", input: (1...500).map { "{\"n\":\($0)}\n" }.joined())
      #expect(result.exitCode == 0, "\(component.kind) \(component.id): \(result.errors)")
      let written = try Files.names(story.directory.path).filter { $0 != "pipeline.yaml" }
      #expect(!result.output.isEmpty || !written.isEmpty, "\(component.kind) \(component.id) writes nothing")
    }
  }
}
