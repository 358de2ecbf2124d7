import Manifest
import Testing

@Test(arguments: Manifests.all) func `a manifest is answered with exactly these diagnostics`(manifest: Manifest) throws {
  let (plan, says) = try load(manifest.text + "\n")
  #expect(says.map { String($0.description.dropFirst("p.yaml:".count)) }.joined(separator: "\n") == manifest.says)
  #expect((plan != nil) == manifest.hasPlan)
  #expect((plan == nil) == says.contains { $0.severity == .error })
  #expect(says.allSatisfy { $0.file == "p.yaml" && $0.line >= 1 && $0.column >= 1 })
}

@Test func `diagnostics stand in the order of the text`() throws {
  for manifest in Manifests.all {
    let places = try load(manifest.text).says.map(\.location)
    #expect(places == places.sorted(), "\(manifest.title)")
  }
}

@Test func `a source with errors is still resolved as far as it goes, and never planned`() throws {
  let (source, problems) = PipelineSource.parse(
    text: "sorces: 1\nsources: { s: { use: fiel } }\nsinks: { o: { use: drop, from: s } }", file: "p.yaml", environment: [:])
  let (plan, more) = PipelinePlan.resolve(try #require(source), catalog: try FixtureCatalog())
  #expect(problems.map(\.message) == ["'sorces' is not a key of a pipeline"])
  #expect(more.map(\.message) == ["no plugin has a source 'fiel'"])
  #expect(plan == nil)
  #expect(source?.hasErrors == true)
}
