import Glibc
import TestSupport
import Testing

/// Clients and files that come and go while a pipeline runs: what is read of them, and the watermark, which goes on without
/// those that have left.
struct PartitionTests {
  private static let pipeline = """
    name: guests
    sources:
      brief: { use: file, with: { path: brief.jsonl, time: t, time_unit: s }, watermark: { delay: 0s } }
      peers: { use: tcp, with: { listen: "127.0.0.1:0", time: t, time_unit: s }, watermark: { delay: 0s } }
      logs: { use: file, with: { path: "logs/*.jsonl", follow: true, time: t, time_unit: s }, watermark: { delay: 0s } }
    operators:
      merged: { use: filter, from: [brief, peers, logs], with: { where: "n >= 0" }, buffer: { frames: 4 } }
      seconds: { use: window, from: merged, with: { tumbling: 1s, aggregate: { rows: count() } } }
    sinks:
      out: { use: stdout, from: seconds, with: { time_format: s } }
      all: { use: file, from: merged, with: { path: all.jsonl } }
      each:
        use: file
        from: [brief, peers, logs]
        with: { path: each.jsonl }
        buffer: { frames: 2, inputs: { peers: { when_full: drop_oldest } } }
      late: { use: file, from: seconds.late, with: { path: late.jsonl } }

    """

  /// What was sent so far, and the run that takes it.
  private final class Guests {
    let story: Story
    let child: Child
    let port: UInt16
    private(set) var lines: [String] = []
    private(set) var fromPeers = 0
    private var seconds: [Int: Int] = [:]

    init() throws {
      story = try Story()
      try story.file("guests.yaml", PartitionTests.pipeline)
      _ = try story.directory.directory("logs")
      lines = ["{\"n\":0,\"t\":0}", "{\"n\":1,\"t\":1}"]
      seconds = [0: 1, 1: 1]
      try story.file("brief.jsonl", lines.map { $0 + "\n" }.joined())
      child = try story.start("run", "guests.yaml", "--books", "books.json")
      try child.waitForErrors { $0.contains("listening at 127.0.0.1:") && $0.hasSuffix("\n") }
      port = UInt16(child.errorText.split(separator: "listening at 127.0.0.1:").last!.prefix { $0.isNumber })!
    }

    /// Three rows of every second.
    func rows(_ span: ClosedRange<Int>) -> String {
      span.flatMap { second in
        (0..<3).map { _ in
          let line = "{\"n\":\(lines.count),\"t\":\(second)}"
          lines.append(line)
          seconds[second, default: 0] += 1
          return line + "\n"
        }
      }.joined()
    }

    func send(_ span: ClosedRange<Int>, by peer: TcpEnd) throws {
      let text = rows(span)
      fromPeers += 3 * span.count
      try peer.send(text)
    }

    func log(_ span: ClosedRange<Int>, to file: String) throws {
      try Files.append(story.directory.file("logs/\(file)"), rows(span))
    }

    /// Waits until all that was sent is on its way: who comes holds the watermark from its first row on.
    func arrive() throws {
      let isThere = repeats({}, until: { story.directory.read("all.jsonl")?.split(separator: "\n").count == lines.count })
      #expect(isThere, "\(child.errorText)")
    }

    /// What the windows that end by this second say.
    func results(until end: Int) -> String {
      seconds.sorted { $0.key < $1.key }.filter { $0.key < end }
        .map { "{\"window_start\":\($0.key),\"window_end\":\($0.key + 1),\"rows\":\($0.value),\"corrections\":0}\n" }.joined()
    }

    /// Waits until the watermark is there, which the windows tell that it has closed, and no further.
    func reaches(_ second: Int, _ why: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
      let expected = results(until: second)
      try child.wait { $0.output.count >= expected.utf8.count }
      #expect(child.outputText == expected, "\(why)", sourceLocation: sourceLocation)
    }
  }

  @Test func `clients and files that come are read, and those that have left hold nothing back`() throws {
    let guests = try Guests()
    let logs = guests.story.directory.file("logs")
    // A source that has ended, a client and a file: the file is behind.
    let first = try TcpEnd(port: guests.port)
    try guests.send(0...9, by: first)
    try guests.log(0...5, to: "a.jsonl")
    try guests.reaches(5, "the file holds the client back")
    first.endWriting()
    try guests.log(6...20, to: "a.jsonl")
    try guests.reaches(20, "the client that has left holds nothing back")

    // Another file comes, and goes on when the first one is taken away.
    try guests.log(20...30, to: "b.jsonl")
    try guests.arrive()
    try guests.log(21...25, to: "a.jsonl")
    try guests.reaches(25, "the file that grows least holds the other one back")
    #expect(rename("\(logs)/a.jsonl", "\(logs)/a.done") == 0)
    try guests.reaches(30, "the file that was taken away holds nothing back")

    // Two more clients, of which one takes the place of the first; it breaks off, the other one stays.
    let second = try TcpEnd(port: guests.port), third = try TcpEnd(port: guests.port)
    try guests.send(30...40, by: second)
    try guests.send(30...50, by: third)
    try guests.arrive()
    try guests.log(31...50, to: "b.jsonl")
    try guests.reaches(40, "the slower client holds the others back")
    second.reset()
    try guests.reaches(50, "the client that broke off holds nothing back")

    // The last file is deleted, a new one takes its name.
    #expect(unlink("\(logs)/b.jsonl") == 0)
    try guests.send(51...60, by: third)
    try guests.reaches(60, "without a file the client goes on")
    try guests.log(60...70, to: "b.jsonl")
    try guests.arrive()
    try guests.send(61...65, by: third)
    try guests.reaches(65, "the new file counts again")

    guests.child.signal(SIGINT)
    #expect(try guests.child.finish() == .exit(0), "\(guests.child.errorText)")
    #expect(guests.child.outputText == guests.results(until: .max))
    let books = try guests.story.text("books.json")
    #expect(books.contains("\"balanced\":true"))
    #expect(BooksText.sent(by: "brief", books) == 2 && BooksText.sent(by: "peers", books) == guests.fromPeers)
    #expect(BooksText.sent(by: "logs", books) == guests.lines.count - 2 - guests.fromPeers)
    func lines(_ file: String) throws -> [String] {
      try guests.story.text(file).split(separator: "\n").map { String($0) }.sorted()
    }
    #expect(try lines("all.jsonl") == guests.lines.sorted())
    #expect(try lines("late.jsonl").isEmpty)
    let (edge, into) = ("peers.out -> each", try lines("each.jsonl").count)
    let dropped = try #require(BooksText.counter("dropped", ofEdge: edge, books))
    #expect(BooksText.counter("popped", ofEdge: edge, books) == guests.fromPeers - dropped)
    #expect(into == guests.lines.count - dropped)
  }
}
