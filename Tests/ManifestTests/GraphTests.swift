import Manifest
import TestSupport
import Testing

/// The edges of a plan, `from.port>to.input`.
private func edges(_ text: String) throws -> [String] {
  let plan = try plan(text)
  for edge in plan.edges { #expect(edge.from < edge.to) }
  for (index, node) in plan.nodes.enumerated() {
    #expect(node.index == index)
    for (port, input) in node.inputs.enumerated() {
      for edge in input.edges { #expect(plan.edges[edge].to == index && plan.edges[edge].inputPort == port) }
    }
    #expect(plan.edges(into: index).count == node.inputs.reduce(0) { $0 + $1.edges.count })
  }
  return plan.edges.map { edge in
    let port =
      switch edge.outputPort {
      case .dead: "dead"
      case .index(let number): plan.nodes[edge.from].outputPorts[number]
      }
    return
      "\(plan.nodes[edge.from].name).\(port)>\(plan.nodes[edge.to].name).\(plan.nodes[edge.to].inputs[edge.inputPort].name)"
  }
}

private func order(_ text: String) throws -> [String] { try plan(text).nodes.map(\.name) }

@Suite struct GraphTests {
  @Test func `nodes are ordered so that each stands after what it reads, first written first`() throws {
    #expect(
      try order(
        """
        operators:
          c: { use: pass, from: [b, a] }
          a: { use: pass, from: s }
          b: { use: pass, from: t }
        sinks: { o: { use: drop, from: c } }
        sources: { t: { use: stdin }, s: { use: stdin } }
        """) == ["t", "b", "s", "a", "c", "o"])
  }

  @Test func `names merge, fan out and pick ports`() throws {
    #expect(
      try edges(
        """
        sources: { s: { use: stdin }, t: { use: stdin } }
        operators:
          both: { use: pass, from: [s, t] }
          win: { use: window, from: both }
          pair: { use: join, from: { right: [win, t], left: win.late }, with: { on: id } }
        sinks:
          o: { use: drop, from: [pair, win.out, s.out] }
        """)
        == [
          "s.out>both.in", "t.out>both.in", "both.out>win.in", "win.late>pair.left", "t.out>pair.right", "win.out>pair.right",
          "s.out>o.in",
          "win.out>o.in", "pair.out>o.in",
        ])
  }

  @Test func `a node's own options can name its ports`() throws {
    #expect(
      try edges(
        """
        sources: { s: { use: stdin } }
        operators:
          r: { use: route, from: s, with: { cases: { high: a, low: b } } }
          n: { use: split, from: s, with: { names: [x, y] } }
        sinks:
          o: { use: drop, from: [r.high, n] }
          p: { use: drop, from: [r.low, n.y] }
        """) == ["s.out>r.in", "s.out>n.in", "r.high>o.in", "n.out>o.in", "r.low>p.in", "n.y>p.in"])
  }

  @Test func `a star leaves out the node itself and all below it`() throws {
    #expect(
      try edges(
        """
        sources: { s: { use: stdin } }
        operators:
          fix: { use: pass, from: "*.dead" }
          again: { use: pass, from: fix }
        sinks: { o: { use: drop, from: [s, again] } }
        """) == ["s.dead>fix.in", "fix.out>again.in", "s.out>o.in", "again.out>o.in"])
    let stars = try edges(
      """
      sources: { s1: { use: stdin }, s2: { use: stdin }, t: { use: stdin } }
      operators: { a: { use: pass, from: "s*" }, b: { use: pass, from: "*1" } }
      sinks: { o: { use: drop, from: "*" } }
      """)
    #expect(
      stars == [
        "s1.out>a.in", "s2.out>a.in", "s1.out>b.in", "s1.out>o.in", "s2.out>o.in", "t.out>o.in", "a.out>o.in", "b.out>o.in",
      ])
  }

  @Test func `two readers of all dead rows do not read each other`() throws {
    #expect(
      try edges(
        """
        sources: { s: { use: stdin } }
        sinks:
          o: { use: drop, from: s }
          d: { use: drop, from: "*.dead" }
          e: { use: drop, from: "*.dead" }
        """) == ["s.out>o.in", "s.dead>d.in", "o.dead>d.in", "s.dead>e.in", "o.dead>e.in"])
  }

  @Test func `a star for a port takes the nodes that have it, and other readers of stars still reject`() throws {
    #expect(
      try edges(
        """
        sources: { s: { use: stdin } }
        operators: { w: { use: window, from: s }, v: { use: window, from: s } }
        sinks:
          o: { use: drop, from: [w, v] }
          l: { use: drop, from: "*.late" }
          d: { use: drop, from: ["*.dead", s.dead] }
        """)
        == [
          "s.out>w.in", "s.out>v.in", "w.out>o.in", "v.out>o.in", "w.late>l.in", "v.late>l.in", "s.dead>d.in", "w.dead>d.in",
          "v.dead>d.in",
          "o.dead>d.in", "l.dead>d.in",
        ])
  }

  @Test func `rejected rows of a sink can be read`() throws {
    #expect(
      try edges("sources: { s: { use: stdin } }\nsinks: { o: { use: drop, from: s }, d: { use: drop, from: o.dead } }")
        == ["s.out>o.in", "o.dead>d.in"])
  }

  @Test(arguments: [
    ("*", "anything", true), ("a*", "a", true), ("a*", "ba", false), ("*a", "ba", true), ("*a", "ab", false),
    ("a*b", "ab", true), ("a*b", "a-x-b", true),
    ("a*b", "aXc", false), ("*a*", "bab", true), ("*a*", "bbb", false), ("a*b*c", "abbc", true), ("a*b*c", "acb", false),
    ("aa*aa", "aaa", false),
    ("a*ab", "aab", true), ("*ab*ab", "abab", true), ("*ab*ab", "aab", false), ("**", "x", true), ("abc", "abc", true),
    ("abc", "abd", false),
  ]) func `a star stands for any characters`(pattern: String, name: String, fits: Bool) {
    #expect(NodeReference(node: pattern, port: nil, location: .start).matches(name) == fits)
  }

  @Test func `any graph that is drawn downwards is planned in order`() throws {
    let seed: UInt64 = 11
    var random = SplitMix(seed: seed)
    for _ in 0..<50 {
      let count = 2 + random.below(30)
      var text = "sources: { n0: { use: stdin } }\nsinks: { o: { use: drop, from: \"n*\" } }\noperators:\n"
      for node in (1..<count).reversed() {
        let above = Set((0..<1 + random.below(3)).map { _ in random.below(node) }).sorted()
        text += "  n\(node): { use: pass, from: [\(above.map { "n\($0)" }.joined(separator: ", "))] }\n"
      }
      #expect(try edges(text).count >= count, "seed \(seed)")
    }
  }
}
