extension Manifests {
  /// What stands after `from`.
  static let graph: [Manifest] = [
    Manifest(
      "from of a wrong kind",
      #"""
      sources: { s: { use: stdin } }
      operators:
        a: { use: pass, from: }
        b: { use: pass, from: [] }
        c: { use: pass, from: {} }
        d: { use: pass, from: [s, s] }
        e: { use: pass, from: [[s]] }
        f: { use: pass, from: { in: [s, s] } }
        g: { use: pass, from: "s.a.b" }
        h: { use: pass, from: "s.*" }
        i: { use: pass, from: "s p" }
        j: { use: pass, from: "." }
        k: { use: pass, from: "s." }
        l: { use: pass, from: { in: { a: b } } }
      sinks: { o: { use: drop, from: [a, b, c, d, e, f, g, h, i, j, k, l] } }
      """#,
      says: #"""
        3:25: 'from' takes the name of a node, not nothing
        4:25: 'from' names no node
        5:25: 'from' names no input port; write from: { left: a, right: b }
        6:29: 's' is named twice under one 'from', so that its rows would come twice; remove one of them
        7:26: 'from' takes the name of a node, not a list
        8:35: 's' is named twice under one 'from', so that its rows would come twice; remove one of them
        9:25: 's.a.b' is no name of a node; write node, node.port or "*.dead"
        10:25: 's.*' is no name of a node; '*' stands for names of nodes, not of ports: write "*.dead"
        11:25: 's p' is no name of a node; write node, node.port or "*.dead"
        12:25: '.' is no name of a node; write node, node.port or "*.dead"
        13:25: 's.' is no name of a node; write node, node.port or "*.dead"
        14:31: 'from' takes the name of a node, not a map
        """#),
    Manifest(
      "names that no node has",
      #"""
      sources: { sensors: { use: stdin } }
      operators: { good: { use: pass, from: sensor } }
      sinks: { o: { use: drop, from: [god, zzzzzz, good.ded, good.late, p.dead] }, p: { use: drop, from: o } }
      """#,
      says: #"""
        2:39: no node is named 'sensor'; did you mean 'sensors'?
        3:33: no node is named 'god'; did you mean 'good'?
        3:38: no node is named 'zzzzzz'; there are: sensors, good
        3:46: 'ded' is not a port of 'good'; did you mean 'dead'?
        3:56: 'late' is not a port of 'good'; one of: out, dead
        3:100: 'o' is a sink: nothing comes out of it; read what it reads, or o.dead for the rows it rejects
        """#),
    Manifest(
      "a port that must be named",
      #"""
      sources: { s: { use: stdin } }
      operators: { r: { use: route, from: s, with: { cases: { high: a, low: b } } }, e: { use: route, from: s, with: { cases: {} } } }
      sinks: { o: { use: drop, from: r }, p: { use: drop, from: r.hihg }, q: { use: drop, from: e }, t: { use: drop, from: [r.high, r.low] } }
      """#,
      says: #"""
        3:32: 'r' has no output of its own name; name one of its ports: r.high, r.low
        3:59: 'hihg' is not a port of 'r'; did you mean 'high'?
        3:91: 'e' has no output but e.dead
        """#),
    Manifest(
      "ports that cannot be",
      #"""
      sources: { s: { use: stdin } }
      operators: { r: { use: split, from: s, with: { names: [out, dead, a, a, "b c"] } } }
      sinks: { o: { use: drop, from: r } }
      """#,
      says: #"""
        2:56: 'r' has a port 'out' already; choose another name
        2:61: every node has a port 'dead' already: it gets the rejected rows; choose another name
        2:70: 'r' has a port 'a' already; choose another name
        2:73: 'b c' cannot be the name of a port: names hold letters, digits, '_' and '-'
        """#),
    Manifest(
      "input ports",
      #"""
      sources: { s: { use: stdin } }
      operators:
        a: { use: join, from: s, with: { on: id } }
        b: { use: join, from: { left: s }, with: { on: id } }
        c: { use: join, from: { lfet: s, right: s }, with: { on: id } }
        d: { use: pass, from: { left: s } }
      sinks: { o: { use: drop, from: [a, b, c, d] } }
      """#,
      says: #"""
        3:25: join has 2 input ports: left, right; write from: { left: ..., right: ... }
        4:25: nothing is connected to the input port 'right' of join; add right: ...
        5:27: 'lfet' is not an input port of join; did you mean 'left'?
        6:27: 'left' is not an input port of pass; it has one: write from: name, or from: [a, b] to merge
        """#),
    Manifest(
      "circles",
      #"""
      sources: { s: { use: stdin } }
      operators:
        a: { use: pass, from: [s, c] }
        b: { use: pass, from: a }
        c: { use: pass, from: b }
        d: { use: pass, from: d }
        e: { use: pass, from: f.dead }
        f: { use: pass, from: e }
      sinks: { o: { use: drop, from: [c, d, f] } }
      """#,
      says: #"""
        3:29: the nodes run in a circle: a -> b -> c -> a; a node cannot read what comes from itself or from a node below it
        6:25: 'd' reads itself; a node cannot read what comes from itself or from a node below it
        7:25: the nodes run in a circle: e -> f -> e; a node cannot read what comes from itself or from a node below it
        """#),
    Manifest(
      "patterns that fit nothing",
      #"""
      sources: { s: { use: stdin } }
      operators: { a: { use: pass, from: "x*" }, b: { use: pass, from: "*.late" }, c: { use: pass, from: "c*" } }
      sinks: { o: { use: drop, from: [s, a, b, c] }, dead: { use: drop, from: "d*.dead" } }
      """#,
      says: #"""
        2:36: no node fits 'x*'
        2:66: no node that fits '*' has a port 'late'
        2:100: no node fits 'c*'
        3:73: no node fits 'd*.dead'
        """#),
  ]
}
