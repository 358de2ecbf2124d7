import FoundationEssentials
import PluginKit
import PluginManifest
import TestSupport
import Testing

@Suite struct ManifestOfAPlugin {
  private func decoded(_ json: String) throws -> PluginManifest {
    try JSONDecoder().decode(PluginManifest.self, from: Data(json.utf8))
  }

  @Test func `decodes as the host's manifest type`() throws {
    let manifest = try decoded(samplePlugin.manifest)
    #expect(manifest.name == "samples")
    #expect(manifest.version == "1.2.3")
    #expect(manifest.abi == 0)
    #expect(manifest.license == "none")
    #expect(manifest.files == ["data.bin"])
    #expect(manifest.components.map(\.id) == ["above", "every-option", "failing", "counter"])
    #expect(manifest.components.allSatisfy { $0.kind == .operator })
    #expect(manifest.components[3].stateVersion == 3)
    #expect(manifest.components[3].concurrency == .single)
  }

  @Test func `carries every property of a component`() throws {
    let component = try decoded(samplePlugin.manifest).components[1]
    #expect(component.concurrency == .keyed)
    #expect(component.ports?.in?.map(\.name) == ["side"])
    #expect(component.ports?.out?.map(\.name) == ["out", "cases"])
    #expect(component.ports?.outFrom == "map")
    #expect(component.inputs?.first?.option == "needed")
    #expect(component.inputs?.first?.required == false)
    #expect(component.outputs?.same == true)
    #expect(component.outputs?.fields?.map(\.type) == ["double", "time"])
    #expect(component.outputs?.fields?[1].role == "event_time")
    #expect(component.pollEvery == "100ms")
    #expect(component.blocking == true)
    #expect(component.isolation == "process")
    #expect(component.example == "name: x\n")
  }

  @Test func `carries every property of an option`() throws {
    let options = try #require(try decoded(samplePlugin.manifest).components[1].options)
    let byName = Dictionary(uniqueKeysWithValues: options.map { ($0.name, $0) })
    #expect(byName["text"]?.default == .string("a \"quoted\"\n\u{1}text"))
    #expect(byName["wait"]?.format == .duration)
    #expect(byName["wait"]?.default == .string("1500ms"))
    #expect(byName["size"]?.format == .bytes)
    #expect(byName["size"]?.default == .string("64KiB"))
    #expect(byName["size"]?.unit == "bytes")
    #expect(byName["mode"]?.choices == [.string("fast"), .string("slow")])
    #expect(byName["mode"]?.default == .string("slow"))
    #expect(byName["flag"]?.default == .bool(true))
    #expect(byName["whole"]?.type == .integer)
    #expect(byName["maybe"]?.required == nil)
    #expect(byName["list"]?.type == .list)
    #expect(byName["list"]?.items?.first?.type == .integer)
    #expect(byName["list"]?.default == .list([.int(1), .int(2)]))
    #expect(byName["list"]?.minimum == 1)
    #expect(byName["map"]?.type == .map)
    #expect(byName["needed"]?.required == true)
    #expect(byName["needed"]?.format == .field)
    #expect(byName["password"]?.format == .secret)
  }

  @Test func `is told through the contract's extension`() throws {
    let bench = try PluginBench(samplePlugin.table(0))
    #expect(bench.selfDescription() == samplePlugin.manifest)
    #expect(bench.components.map { String(cString: $0.pointee.id) } == ["above", "every-option", "failing", "counter"])
  }

  @Test(
    arguments: ["tidemill-file", "tidemill-stdio", "tidemill-tcp", "tidemill-generate", "tidemill-system", "tidemill-flow"])
  func `of each plugin in Swift agrees with its table`(library: String) throws {
    let bench = try PluginBench(library: library)
    let manifest = try decoded(try #require(bench.selfDescription()))
    #expect(manifest.components.map(\.id) == bench.components.map { String(cString: $0.pointee.id) })
    for (described, component) in zip(manifest.components, bench.components) {
      #expect(described.example != nil)
      #expect((described.kind == .source) == (component.pointee.process == nil))
    }
  }
}
