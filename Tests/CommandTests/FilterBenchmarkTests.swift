import TestSupport
import Testing

/// The manifest that the benchmarks measure a filter by, on a small input.
struct FilterBenchmarkTests {
  @Test func `the lines that pass are those of the input, byte by byte`() throws {
    let seed: UInt64 = 0x0F11_7E12
    var random = SplitMix(seed: seed)
    let story = try Story()
    var (input, wanted) = ("", "")
    for row in 0..<20_000 {
      let cents = random.below(10_000)
      let sensor = random.below(100)
      let value = "\(cents / 100).\(cents % 100 < 10 ? "0" : "")\(cents % 100)"
      let number = "\(sensor < 10 ? "000" : "00")\(sensor)"
      let line =
        "{\"ts\":\(1_700_000_000_000 + row - random.below(2000)),\"source\":\"sensor_\(number)\",\"type\":\"sensor_data\","
        + "\"value\":\(value),\"unit\":\"celsius\",\"quality\":\"good\",\"zone\":\"zone_\(sensor % 10)\"}\n"
      input += line
      if cents > 6000 { wanted += line }
    }
    try story.file("ev.jsonl", input)
    try story.file("w3.yaml", try Files.text(ProjectPaths.path("Benchmarks/filter/expression.yaml")))
    let result = try story.run("run", "w3.yaml")
    #expect(result.exitCode == 0 && result.errors.contains("the books hold to the row"), "\(result.errors)")
    #expect(try story.text("w3.out") == wanted, "seed \(seed)")
  }
}
