import EngineBench
import ProofBench
import TestSupport
import Testing

/// Ids of windows' results.
struct WindowIDTests {
  /// Rows of two keys at one time: what begins and ends a window is the same for all of a key.
  private func run(_ ids: [String?], frame size: Int, restoring every: Int = 0) throws -> ManifestRun {
    let lines = ids.enumerated().map { number, id in
      "{\"ts\":5,\"k\":\"\(number % 2)\"\(id.map { ",\"i\":\"\($0)\"" } ?? "")}\n"
    }
    let manifest = """
      name: ids
      sources:
        in: { use: file, with: { path: in.jsonl, time: ts, time_unit: ms\(ids[0] == nil ? "" : ", id: i") } }
      operators:
        win: { use: window, from: in, with: { key: k, count: 10, aggregate: { rows: count() } } }
      sinks:
        out: { use: file, from: win, with: { path: out.jsonl } }

      """
    return try ManifestRun(manifest, inputs: ["in": (1, LineSource.steps(lines, frame: size))]) { node, component in
      node == "win" && every > 0 ? RestoringComponent(component) { $0 % every == 0 }.table : component
    }
  }

  @Test(arguments: [false, true]) func `count windows of one key at one time have each an id of its own`(hasTexts: Bool) throws
  {
    let ids = (0..<100).map { hasTexts ? "row \($0)" : nil }
    let whole = try run(ids, frame: 100).out.map(\.id)
    #expect(whole.count == 10 && Set(whole).count == 10 && !whole.contains(nil))
    for (size, every) in [(1, 0), (7, 0), (7, 2), (1, 3)] {
      let run = try run(ids, frame: size, restoring: every)
      #expect(run.out.map(\.id) == whole, "frames of \(size), restored every \(every) calls")
      #expect(run.out.allSatisfy { $0.int("rows") == 10 } && run.books.discrepancies().isEmpty)
    }
  }
}
