import TestSupport
import Testing

/// The sample of two pipelines, one of which sends to the other.
struct RelaySampleTests {
  @Test(arguments: [true, false])
  func `the collector writes what is expected, whichever of the two starts first`(receiverFirst: Bool) throws {
    let sample = PipelineSample(name: "relay")
    let copy = try sample.copy()
    let reserved = try TcpPort()
    let environment = ["PORT": "\(reserved.number)"]
    func start(_ name: String) throws -> Child { try Tidemill.start(["run", name], in: copy.path, environment: environment) }
    let first = try start(receiverFirst ? "receive.yaml" : "send.yaml")
    try first.waitForErrors { $0.contains(receiverFirst ? "listening at" : "the next attempt is in") }
    let second = try start(receiverFirst ? "send.yaml" : "receive.yaml")
    for child in [first, second] {
      #expect(try child.finish() == .exit(0), "\(child.errorText)")
      #expect(child.errorText.contains("the books hold to the row"))
    }
    for (file, text) in try sample.expected() { #expect(try sample.written(file, in: copy) == text, "relay/out/\(file)") }
    #expect(try Files.text(copy.file("out/refused.jsonl")) == "")
  }
}
