extension Manifests {
  /// Event times and watermarks that nodes need or wait for.
  static let times: [Manifest] = [
    Manifest(
      "event times that rows lack",
      #"""
      sources:
        a: { use: stdin }
        b: { use: stdin, with: { time: t } }
        x: { use: stdin, with: { format: text } }
        f: { use: stdin, with: { format: frame } }
      operators:
        h: { use: hold, from: a }
        i: { use: hold, from: [b, a], with: { clock: event } }
        j: { use: hold, from: x, with: { clock: processing, ttl: 1h } }
        k: { use: pass, from: [a, b] }
        l: { use: hold, from: k }
        m: { use: dated, from: x }
        n: { use: hold, from: m }
        p: { use: dated, from: x, with: { time: at } }
        q: { use: hold, from: p }
        r: { use: hold, from: f }
        s: { use: pass, from: a, order: event_time }
        u: { use: hold, from: a.dead }
        v: { use: count, from: b, with: { by: [k] } }
        w: { use: hold, from: v }
        y: { use: dated, from: [x, b], with: { time: at } }
      sinks:
        o: { use: drop, from: [h, i, j, l, n, q, r, s, u, w, y] }
        d: { use: drop, from: "*.dead" }
      """#,
      says: #"""
        7:13: hold needs event times, and the rows of 'a' have none; name the field that holds them in 'a': with: { time: FIELD }, or write clock: processing
        8:48: hold needs event times, and the rows of 'a' have none; name the field that holds them in 'a': with: { time: FIELD }, or write clock: processing
        9:60: hold needs event times, and the rows of 'x' have none; have an operator before it make them
        11:13: warning: hold needs event times, and the rows of 'a' have none; name the field that holds them in 'a': with: { time: FIELD }, or write clock: processing
        13:13: hold needs event times, and the rows of 'x' have none; have an operator before it make them, or write clock: processing
        17:28: order: event_time needs event times, and the rows of 'a' have none; name the field that holds them in 'a': with: { time: FIELD }, or leave it out
        20:13: warning: hold needs event times, and 'v' names none among the fields that it makes; write clock: processing
        21:48: 'time' makes event times, and the rows of 'b' have some already; leave time out, or let the source give them none
        """#),
    Manifest(
      "watermarks that sources lack",
      #"""
      sources:
        a: { use: generate }
        b: { use: generate, watermark: monotonic }
        c: { use: ticker }
        x: { use: stdin, with: { format: text } }
        y: { use: stdin }
        z: { use: generate }
      operators:
        h: { use: hold, from: [a, b] }
        i: { use: hold, from: a, with: { rows: 5, ttl: 1h } }
        j: { use: hold, from: [b, c] }
        k: { use: hold, from: z, with: { rows: 5 } }
        l: { use: hold, from: z, with: { clock: processing } }
        p: { use: dated, from: [x, y], with: { time: at } }
        q: { use: hold, from: p }
      sinks:
        o: { use: drop, from: [h, i, j, k, l, q] }
        e: { use: drop, from: z, order: event_time }
        d: { use: drop, from: "*.dead" }
      """#,
      says: #"""
        2:3: warning: 'a' has no watermark, so 'h' sends its rows only at the end of the input, and 1 more waits as long; write watermark: { delay: 5s }, for as long as rows may be late
        5:3: warning: 'x' has no watermark, so 'q' sends its rows only at the end of the input; read records with a field that holds their time: a watermark follows event times that the source has
        6:3: warning: 'y' has no watermark, so 'q' sends its rows only at the end of the input; name the field that holds event times, with: { time: FIELD }, and write watermark: { delay: 5s }
        7:3: warning: 'z' has no watermark, so 'e' takes its rows only at the end of the input; write watermark: { delay: 5s }, for as long as rows may be late
        """#, hasPlan: true),
    Manifest(
      "watermarks without event times",
      #"""
      sources:
        a: { use: stdin, watermark: monotonic }
        b: { use: stdin, with: { format: frame }, watermark: { delay: 1s } }
      sinks: { o: { use: drop, from: [a, b] }, d: { use: drop, from: "*.dead" } }
      """#,
      says: #"""
        2:31: 'a' has no event times that a watermark could follow; name the field that holds them: with: { time: FIELD }
        """#),
  ]
}
