import Engine
import Runtime
import Testing

/// What is told of watermarks.
struct TimeReportTests {
  @Test func `a node to which only the end of its input came has ended, and is not said to have no watermark`() {
    var done = EventTimes.Node(name: "done")
    (done.isSource, done.hasEnded, done.sent) = (true, true, 1_700_000_000_000_000_000)
    var empty = EventTimes.Node(name: "empty")
    (empty.isSource, empty.hasEnded) = (true, true)
    var open = EventTimes.Node(name: "open")
    open.isSource = true
    var out = EventTimes.Node(name: "out")
    out.hasEnded = true
    let table = TimeReport(EventTimes(nodes: [done, empty, open, out])).table(WatermarkWatch())
    #expect(
      table.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") } == [
        "watermark of last held others late rows p50 p99 most", "done 2023-11-14T22:13:20.000Z 0", "empty ended 0",
        "open none 0", "out ended",
      ])
  }
}
