import ProofBench
import Testing

/// Options that mean nothing where they stand are refused, with the option at fault and what to do.
@Suite(.serialized) struct OptionTests {
  private static let refused: [(use: String, with: String, reason: String)] = [
    ("dedupe", "key: k, strict: true", "`strict` is of `by`, and a `key` never errs: leave it out"),
    ("aggregate", "aggregate: {}", "aggregate needs a result: write aggregate: { rows: count() }"),
    ("window", "tumbling: 1s, aggregate: {}", "window needs a result: write aggregate: { rows: count() }"),
    ("reduce", "initial: {}, with: {}", "reduce needs an accumulator: write initial: "),
    ("moving", "count: 2, key: k, set: { k: count() }", "`set` would replace 'k', a field of `key`: choose another name"),
    ("rate", "key: [j, k], set: { k: rate(v) }", "`set` would replace 'k', a field of `key`: choose another name"),
    ("moving", "count: 2, set: {}", "`set` names no field: write set: { mean: avg(value) }"),
    ("rate", "set: {}", "`set` names no field: write set: { rate: rate(value) }"),
    (
      "enrich", #"by: k, table_key: [a, b], rows: "a,b\n1,2\n""#,
      "`table_key` names 2 columns, and `by` gives 1: name as many"
    ),
    ("enrich", #"by: k, rows: "a,b\n1,2\n""#, "`table_key` names no column: with `by` it says which has the key"),
    ("enrich", #"key: k, add: [b, b], rows: "k,b\n1,2\n""#, "`add` names a column twice: leave it out once"),
  ]

  @Test(arguments: refused.indices) func `an option that means nothing in its place is refused`(_ index: Int) throws {
    let (use, with, reason) = Self.refused[index]
    let manifest = """
      name: refused
      sources:
        in: { use: file, with: { path: in.jsonl, time: ts, fields: { k: string, j: string, v: double } }, watermark: monotonic }
      operators:
        op: { use: \(use), from: in, with: { \(with) } }
      sinks:
        out: { use: file, from: op, with: { path: out.jsonl } }

      """
    var found = "nothing"
    do {
      _ = try ManifestRun(manifest, inputs: ["in": (1, [])])
    } catch {
      found = "\(error)"
    }
    #expect(found.contains(reason), "\(use) { \(with) }: \(found)")
  }

  @Test func `keys of two inputs have as many fields`() throws {
    for (keys, reason) in [
      ("key: [k, j], right_key: k", "`right_key` names 1 field, and `key` 2 fields: each of them has a partner"),
      ("key: [k, k]", "`key` names a field twice: leave it out once"),
      ("key: []", "`key` names no field: write key: order_id"),
    ] {
      let manifest = """
        name: refused
        sources:
          left: { use: file, with: { path: l.jsonl, time: ts, fields: { k: string, j: string } }, watermark: monotonic }
          right: { use: file, with: { path: r.jsonl, time: ts, fields: { k: string } }, watermark: monotonic }
        operators:
          op: { use: join, from: { left: left, right: right }, with: { \(keys), tumbling: 1s } }
        sinks:
          out: { use: file, from: op, with: { path: out.jsonl } }

        """
      var found = "nothing"
      do {
        _ = try ManifestRun(manifest, inputs: ["left": (1, []), "right": (1, [])])
      } catch {
        found = "\(error)"
      }
      #expect(found.contains(reason), "\(keys): \(found)")
    }
  }
}
