import ProofBench
import Testing

/// What happens at the edges: of windows, of sessions, of the watermark.
@Suite(.serialized) struct WindowBoundaryTests {
  @Test func `the operator answers as the table says, whatever the size of the frames`() throws {
    for entry in WindowTable.cases {
      for size in [1, 2, 100] {
        let rows = entry.rows
        let steps = stride(from: 0, to: rows.count, by: size).map { start -> LineSource.Step in
          .lines(partition: 0, rows[start..<min(start + size, rows.count)].map(\.line).joined())
        }
        let run = try ManifestRun(entry.test.manifest, inputs: ["in": (1, steps)])
        let found = WindowCheck(test: entry.test, replay: "").found(run)
        let place = "\(entry.name), frames of \(size)"
        #expect(found.map { WindowTable.text($0.span, "\($0.values[0])", $0.corrections) } == entry.out, "\(place)")
        #expect(run.late.map { "\($0.int("row") ?? -1) by \($0.int("lateness") ?? -1)" } == entry.late, "\(place)")
        #expect(run.books.discrepancies().isEmpty, "\(place)")
      }
    }
  }
}
