import Manifest
import Testing

@Suite struct PipelineGraphTests {
  private func graph() throws -> PipelineGraph {
    PipelineGraph(
      try plan(
        """
        name: factory
        sources: { s: { use: stdin }, g: { use: generate } }
        operators:
          w: { use: window, from: s }
          j: { use: join, from: { left: w, right: g }, with: { on: value } }
        sinks:
          out: { use: stdout, from: j }
          late: { use: drop, from: w.late }
          dead: { use: drop, from: s.dead }
        """))
  }

  @Test func `text names every node and where its rows go`() throws {
    #expect(
      try graph().render(.text) == """
        factory
          source    s     stdio/stdin
                    -> w
                    .dead -> dead
          source    g     generate
                    -> j.right
          operator  w     core/window
                    -> j.left
                    .late -> late
          operator  j     core/join
                    -> out
          sink      out   stdio/stdout
          sink      late  core/drop
          sink      dead  core/drop

        """)
  }

  @Test func `mermaid draws dead rows with dots`() throws {
    #expect(
      try graph().render(.mermaid) == """
        flowchart LR
          n0(["s<br/>stdio/stdin"])
          n1(["g<br/>generate"])
          n2["w<br/>core/window"]
          n3["j<br/>core/join"]
          n4[/"out<br/>stdio/stdout"/]
          n5[/"late<br/>core/drop"/]
          n6[/"dead<br/>core/drop"/]
          n0 --> n2
          n2 -->|to left| n3
          n1 -->|to right| n3
          n3 --> n4
          n2 -->|late| n5
          n0 -.->|dead| n6

        """)
  }

  @Test func `dot draws dead rows with dashes`() throws {
    #expect(
      try graph().render(.dot) == #"""
        digraph "factory" {
          rankdir=LR;
          n0 [shape=oval, label="s\nstdio/stdin"];
          n1 [shape=oval, label="g\ngenerate"];
          n2 [shape=box, label="w\ncore/window"];
          n3 [shape=box, label="j\ncore/join"];
          n4 [shape=parallelogram, label="out\nstdio/stdout"];
          n5 [shape=parallelogram, label="late\ncore/drop"];
          n6 [shape=parallelogram, label="dead\ncore/drop"];
          n0 -> n2;
          n2 -> n3 [label="to left"];
          n1 -> n3 [label="to right"];
          n3 -> n4;
          n2 -> n5 [label="late"];
          n0 -> n6 [label="dead", style=dashed];
        }

        """#)
  }

  @Test func `the same plan gives the same picture`() throws {
    for format in PipelineGraph.Format.allCases { #expect(try graph().render(format) == graph().render(format)) }
  }
}
