extension Manifests {
  /// Names of nodes and what stands in a node.
  static let nodes: [Manifest] = [
    Manifest(
      "names that cannot be",
      #"""
      name: my pipeline
      sources: { "a b": { use: stdin }, "": { use: stdin }, aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa: { use: stdin } }
      sinks: { "o.p": { use: drop, from: "a b" } }
      """#,
      says: #"""
        1:7: 'my pipeline' cannot be the name of the pipeline: names hold letters, digits, '_' and '-'; write my_pipeline
        2:12: 'a b' cannot be the name of a node: names hold letters, digits, '_' and '-'; write a_b
        2:35: the name of a node is empty
        2:55: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...' cannot be the name of a node: it is longer than 64 characters; write aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...
        3:10: 'o.p' cannot be the name of a node: names hold letters, digits, '_' and '-'; write o_p
        3:36: 'a b' is no name of a node; write node, node.port or "*.dead"
        """#),
    Manifest(
      "names in another script",
      #"""
      name: погода
      sources: { "温度": { use: stdin }, größe: { use: stdin } }
      sinks: { o: { use: drop, from: "*" } }
      """#,
      says: #"""
        1:7: 'погода' cannot be the name of the pipeline: names hold letters, digits, '_' and '-'
        2:12: '温度' cannot be the name of a node: names hold letters, digits, '_' and '-'
        2:34: 'größe' cannot be the name of a node: names hold letters, digits, '_' and '-'; write gr__e
        """#),
    Manifest(
      "words that are not built are refused and never proposed",
      #"""
      sources: { s: { use: stdin, timeout: 1s, watermark: { delay: 1s }, with: { time: t } } }
      sinks: { o: { use: drop, from: s, buffer: { when_full: drop_oldst } } }
      """#,
      says: #"""
        1:29: 'timeout' is not a key of a source; one of: use, with, watermark, on_error, isolation, lanes, delivery
        2:56: 'drop_oldst' is no value of 'when_full'; did you mean 'drop_oldest'?
        """#),
    Manifest(
      "one name twice",
      #"""
      sources: { s: { use: stdin } }
      operators: { s: { use: pass, from: s } }
      sinks: { s: { use: drop, from: s } }
      """#,
      says: #"""
        2:14: a node named 's' stands already in line 1; sources, operators and sinks share their names: rename one
        3:10: a node named 's' stands already in line 1; sources, operators and sinks share their names: rename one
        """#),
    Manifest(
      "one key twice",
      #"""
      name: a
      name: b
      sources:
        s: { use: stdin, use: file }
        s: { use: stdin }
      sinks: { o: { use: drop, from: s } }
      name: c
      """#,
      says: #"""
        2:1: 'name' is written twice; the first is in line 1; remove one of them
        4:20: 'use' is written twice; the first is in line 4; remove one of them
        5:3: 's' is written twice; the first is in line 4; remove one of them
        7:1: 'name' is written twice; the first is in line 1; remove one of them
        """#),
    Manifest(
      "a node that is no map",
      #"""
      sources: { s: stdin }
      sinks: { o: [drop], p: }
      """#,
      says: #"""
        1:15: 's' takes a map, not 'stdin'; write { use: file, with: { path: data.jsonl } }
        2:13: 'o' takes a map, not a list; write { use: stdout, from: sensors }
        2:24: 'p' takes a map, not nothing; write { use: stdout, from: sensors }
        """#),
    Manifest(
      "a node without use or from",
      #"""
      sources: { s: {} }
      operators: { p: { from: s } }
      sinks: { o: { use: drop } }
      """#,
      says: #"""
        1:12: 's' does not say which component it uses; add 'use' with the id of a component
        2:14: 'p' does not say which component it uses; add 'use' with the id of a component
        3:10: 'o' reads nothing; add 'from' with the name of a source or operator
        """#),
    Manifest(
      "keys at the wrong kind of node",
      #"""
      sources: { s: { use: stdin, from: o, buffer: { frames: 4 }, lanes: 1, function: {} } }
      sinks: { o: { use: drop, from: s, watermark: { delay: 1s }, function: {} } }
      """#,
      says: #"""
        1:29: a source reads nothing from the pipeline, so it has no 'from'; remove it
        1:38: 'buffer' bounds what waits in front of a node, and nothing does in front of a source; remove it
        1:71: 'function' does not belong to a source; remove it
        2:35: 'watermark' belongs to sources, not to a sink; remove it
        2:61: 'function' does not belong to a sink; remove it
        """#),
    Manifest(
      "with of a wrong kind",
      #"""
      sources: { s: { use: stdin, with: [a] } }
      sinks: { o: { use: drop, from: s, with: text } }
      """#,
      says: #"""
        1:35: 'with' takes a map of options, not a list; write with: { option: value }
        2:41: 'with' takes a map of options, not 'text'; write with: { option: value }
        """#),
    Manifest(
      "watermarks",
      #"""
      sources:
        a: { use: stdin, watermark: 2s }
        b: { use: stdin, watermark: { delay: 2 } }
        c: { use: stdin, watermark: { delay: soon } }
        d: { use: stdin, watermark: { delay: 1s, monotonic: true } }
        e: { use: stdin, watermark: { monotonic: false } }
        f: { use: stdin, watermark: {} }
        g: { use: stdin, watermark: { dealy: 1s } }
        h: { use: stdin, watermark: { delay: -1s } }
        i: { use: stdin, watermark: { delay: 99999999999999d } }
        j: { use: stdin, watermark: { delay: 1m1h } }
        k: { use: stdin, watermark: { delay: } }
      sinks: { o: { use: drop, from: [a, b, c, d, e, f, g, h, i, j, k] } }
      """#,
      says: #"""
        2:31: 'watermark' takes a map, not '2s'; write watermark: { delay: 2s }
        3:40: 'delay' takes a duration, not the number 2; add a unit: 2ms or 2s
        4:40: 'delay' takes a duration, not 'soon'; write a number and ns, us, ms, s, m, h or d: 1500ms, 2s, 1h30m
        5:44: a watermark is either 'delay' or 'monotonic'; the other stands in line 5; remove one of them: monotonic is a delay of 0s
        6:44: 'monotonic' takes true, not false; write monotonic: true, or delay: 2s for events that come out of order
        7:31: 'watermark' says nothing; write watermark: { delay: 2s }
        8:33: 'dealy' is not a key of a watermark; did you mean 'delay'?
        9:40: 'delay' takes a duration, not '-1s'; no duration is negative: write 1s
        10:40: 'delay' takes a duration, not '99999999999999d'; it is too long: the most is 106751d
        11:40: 'delay' takes a duration, not '1m1h'; write a number and ns, us, ms, s, m, h or d: 1500ms, 2s, 1h30m
        12:40: 'delay' takes a duration, not nothing
        """#),
    Manifest(
      "buffers and memory",
      #"""
      max_memory: 1KiB
      sources: { s: { use: stdin } }
      sinks:
        a: { use: drop, from: s, buffer: 64 }
        b: { use: drop, from: s, buffer: { frames: 0 } }
        c: { use: drop, from: s, buffer: { frames: 1.5, bytes: 4M } }
        d: { use: drop, from: s, buffer: { bytes: 1B, when: block } }
        e: { use: drop, from: s, buffer: { frames: 100000, bytes: lots } }
      """#,
      says: #"""
        1:13: 'max_memory' is 1KiB; it must be from 1MiB to 16TiB
        4:36: 'buffer' takes a map, not the number 64; write buffer: { frames: 64, bytes: 4MiB }
        5:46: 'frames' takes a whole number from 1 to 65536, not the number 0
        6:46: 'frames' takes a whole number from 1 to 65536, not the number 1.5
        6:58: 'bytes' takes a size, not '4M'; write a number and B, KiB, MiB, GiB, kB, MB or GB: 64MiB
        7:45: 'bytes' is 1B; it must be from 64KiB to 1TiB
        7:49: 'when' is not a key of a buffer; did you mean 'then'?
        8:46: 'frames' takes a whole number from 1 to 65536, not the number 100000
        8:61: 'bytes' takes a size, not 'lots'; write a number and B, KiB, MiB, GiB, kB, MB or GB: 64MiB
        """#),
    Manifest(
      "memory without a unit that is known",
      #"""
      max_memory: 4 potatoes
      sources: { s: { use: stdin } }
      sinks: { a: { use: drop, from: s } }
      """#,
      says: #"""
        1:13: 'max_memory' takes a size, not '4 potatoes'; write a number and B, KiB, MiB, GiB, kB, MB or GB: 64MiB
        """#),
  ]
}
