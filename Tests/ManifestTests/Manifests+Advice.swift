extension Manifests {
  /// Manifests that run, with something to say about them.
  static let advice: [Manifest] = [
    Manifest(
      "nobody reads",
      #"""
      sources: { s: { use: stdin }, t: { use: stdin } }
      operators: { p: { use: pass, from: s }, r: { use: route, from: s, with: { cases: { high: a } } } }
      sinks: { o: { use: drop, from: s.dead } }
      """#,
      says: #"""
        1:31: warning: nobody reads 't': its rows are dropped; add a sink with from: t
        2:14: warning: nobody reads 'p': its rows are dropped; add a sink with from: p
        2:41: warning: nobody reads 'r': its rows are dropped; add a sink with from: r.high
        """#, hasPlan: true),
    Manifest(
      "dead rows unused",
      #"""
      sources: { s: { use: stdin } }
      sinks: { o: { use: drop, from: s } }
      """#,
      says: #"""
        2:1: note: nothing reads the rows that nodes reject: they are counted and logged; to keep them, add a sink with from: "*.dead"
        """#, hasPlan: true),
    Manifest(
      "dead rows unused where errors stop",
      #"""
      sources: { s: { use: stdin, on_error: stop } }
      sinks: { o: { use: drop, from: s, on_error: stop } }
      """#, hasPlan: true),
  ]
}
