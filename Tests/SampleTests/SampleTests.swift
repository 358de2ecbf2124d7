import TestSupport
import Testing

/// The samples do what their folders say, byte for byte.
struct SampleTests {
  @Test func `the samples are there`() {
    #expect(Set(["clickstream", "log-errors", "sensors"]).isSubset(of: PipelineSample.all))
  }

  @Test(arguments: PipelineSample.all)
  func `a sample writes what is expected, and its books hold`(name: String) throws {
    let sample = PipelineSample(name: name)
    let copy = try sample.copy()
    let result = try Tidemill.run(["run", "pipeline.yaml", "--plugins", ".", "--books", "books.json"], in: copy.path)
    try #require(result.exitCode == 0, "\(result.errors)")
    let expected = try sample.expected()
    #expect(try Files.names(copy.file("out")) == expected.map(\.name))
    for (file, text) in expected { #expect(try sample.written(file, in: copy) == text, "\(name)/out/\(file)") }
    #expect(result.errors.contains("the books hold to the row"))
    let books = try Files.text(copy.file("books.json"))
    #expect(books.contains("\"balanced\":true"), "\(books)")
    #expect(books.contains("\"rows_read\":\(try sample.inputLines()),"), "\(books)")
  }

  @Test(arguments: PipelineSample.all)
  func `a sample gives the same again, also over older output`(name: String) throws {
    let sample = PipelineSample(name: name)
    let copy = try sample.copy()
    for (file, _) in try sample.expected() { try copy.write("out/\(file)", "left over from before\n") }
    for _ in 0..<2 {
      let result = try Tidemill.run(["run", "pipeline.yaml", "--plugins", ".", "--quiet"], in: copy.path)
      #expect(result.exitCode == 0, "\(result.errors)")
      for (file, text) in try sample.expected() { #expect(try sample.written(file, in: copy) == text, "\(name)/out/\(file)") }
    }
  }
}
