import ProofBench
import Testing

/// What the plan knows of joined rows, and which names and values they have.
@Suite(.serialized) struct JoinFieldTests {
  private func manifest(
    _ options: String, left: String = "", right: String = "", below: String = "true", sink: String = ""
  ) -> String {
    """
    name: proof
    sources:
      left: { use: file, with: { path: l.jsonl, time: ts, time_unit: ns\(left) }, watermark: monotonic }
      right: { use: file, with: { path: r.jsonl, time: ts, time_unit: ns\(right) }, watermark: monotonic }
    operators:
      both: { use: join, from: { left: left, right: right }, with: { \(options) } }
      below: { use: filter, from: both, with: { where: '\(below)' } }
    sinks:
      out: { use: file, from: below, with: { path: out.jsonl\(sink) } }

    """
  }

  private func run(_ manifest: String, _ left: [String], _ right: [String]) throws -> ManifestRun {
    func steps(_ lines: [String]) -> [LineSource.Step] { lines.map { .lines(partition: 0, $0 + "\n") } }
    return try ManifestRun(manifest, inputs: ["left": (1, steps(left)), "right": (1, steps(right))])
  }

  private func refusal(_ manifest: String) -> String {
    do {
      _ = try run(manifest, [], [])
      return "nothing"
    } catch {
      return "\(error)"
    }
  }

  private static let orders = ", fields: { ts: time, order: int, item: string }"
  private static let payments = ", fields: { ts: time, id: int, amount: double, item: string }"

  @Test func `fields below a join are checked with their types`() {
    let keys = "key: order, right_key: id, tumbling: 1s"
    let typo = refusal(
      manifest(keys, left: Self.orders, right: Self.payments, below: "right_amout > 1.0"))
    #expect(typo.contains("right_amout") && typo.contains("right_amount"), "\(typo)")
    let type = refusal(
      manifest(keys, left: Self.orders, right: Self.payments, below: "right_item > 1.0"))
    #expect(type.contains("proof.yaml:7:"), "\(type)")
    let gone = refusal(manifest(keys, left: Self.orders, right: Self.payments, below: "right_id == 1"))
    #expect(gone.contains("right_id"), "the key comes out once: \(gone)")
  }

  @Test func `keys that are not there, of two types, or of two lengths are refused where they stand`() {
    let missing = refusal(manifest("key: orde, right_key: id, tumbling: 1s", left: Self.orders, right: Self.payments))
    #expect(missing.contains("no field 'orde' comes in at left") && missing.contains("'order'"), "\(missing)")
    let other = refusal(manifest("key: order, tumbling: 1s", left: Self.orders, right: Self.payments))
    #expect(other.contains("no field 'order' comes in at right"), "\(other)")
    let types = refusal(
      manifest("key: order, right_key: item, tumbling: 1s", left: Self.orders, right: Self.payments))
    #expect(types.contains("never equal"), "\(types)")
    let lengths = refusal(
      manifest("key: [order], right_key: [id, item], tumbling: 1s", left: Self.orders, right: Self.payments))
    #expect(lengths.contains("right_key"), "\(lengths)")
    let kinds = refusal(
      manifest(
        "key: order, right_key: id, tumbling: 1s, within: { after: 1s }", left: Self.orders, right: Self.payments))
    #expect(kinds.contains("within"), "\(kinds)")
  }

  @Test func `two fields that would have one name are refused`() {
    let double = refusal(
      manifest(
        "key: order, right_key: id, tumbling: 1s, right_prefix: ''", left: Self.orders, right: Self.payments))
    #expect(double.contains("'item'") && double.contains("right_prefix"), "\(double)")
  }

  @Test func `integers and doubles are equal keys, and a type that one side declares holds for the other`() throws {
    let numbers = try run(
      manifest(
        "key: k, tumbling: 1s", left: ", fields: { ts: time, k: int, a: int }",
        right: ", fields: { ts: time, k: double, b: int }"),
      [#"{"ts":1,"k":2,"a":1}"#], [#"{"ts":2,"k":2.0,"b":5}"#, #"{"ts":3,"k":2.5,"b":6}"#])
    #expect(numbers.out.map { $0.int("a") } == [1] && numbers.out.first?["right_b"] == .int(5))
    let texts = try run(
      manifest("key: k, tumbling: 1s", left: ", fields: { ts: time, k: string, a: int }", below: "right_b > 0"),
      [#"{"ts":1,"k":"x","a":1}"#], [#"{"ts":2,"k":"x","b":5}"#])
    #expect(texts.out.map { $0.int("a") } == [1])
  }

  @Test func `a value that nothing declares is equal to the same one of a known type`() throws {
    let inside = manifest("key: k, tumbling: 1s", left: ", fields: { ts: time, k: double, a: int }")
      .replacing("operators:\n", with: "operators:\n  inner: { use: map, from: right, with: { set: { k: x.k } } }\n")
      .replacing("right: right", with: "right: inner")
    let found = try run(
      inside, [#"{"ts":1,"k":2,"a":1}"#, #"{"ts":2,"k":0.5,"a":2}"#, #"{"ts":3,"k":7,"a":3}"#],
      [#"{"ts":4,"x":{"k":2.0}}"#, #"{"ts":5,"x":{"k":0.5}}"#, #"{"ts":6,"x":{"k":"7"}}"#, #"{"ts":7,"x":{"k":2}}"#])
    #expect(found.out.map { $0.int("a") }.sorted { ($0 ?? 0) < ($1 ?? 0) } == [1, 1, 2], "\(found.out) \(found.log)")
    #expect(found.log.isEmpty, "\(found.log)")
  }

  @Test func `a row with many partners sends all of them, over many calls`() throws {
    let left = (0..<300).map { #"{"ts":\#($0),"k":1,"a":\#($0)}"# }
    let right = (0..<300).map { #"{"ts":\#($0),"k":1,"b":\#($0)}"# }
    for bounds in ["tumbling: 1s", "within: { before: 1s, after: 1s }"] {
      let found = try run(
        manifest(
          "key: k, \(bounds)", left: ", fields: { ts: time, k: int, a: int }", right: ", fields: { ts: time, k: int, b: int }"),
        left, right)
      #expect(found.out.count == 90_000)
      #expect(Set(found.out.map { "\($0["a"]),\($0["right_b"])" }).count == 90_000)
    }
  }

  @Test func `rows that are kept stay within the limits of state`() {
    let more = manifest(
      "key: k, tumbling: 1h", left: ", fields: { ts: time, k: int }", right: ", fields: { ts: time, k: int }"
    ).replacing("with: { key: k", with: "state: { keys: 100 }, with: { key: k")
    let lines = (0..<300).map { #"{"ts":\#($0),"k":\#($0)}"# }
    do {
      _ = try run(more, lines, [])
      Issue.record("300 keys were kept")
    } catch {
      #expect("\(error)".contains("`state` allows 100"), "\(error)")
    }
  }
}
