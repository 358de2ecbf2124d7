extension Manifests {
  /// What a full edge does.
  static let buffers = [
    Manifest(
      "every policy with what belongs to it",
      #"""
      sources: { s: { use: stdin } }
      sinks:
        a: { use: drop, from: s, buffer: { when_full: block } }
        b: { use: drop, from: s, buffer: { frames: 8, when_full: drop_oldest } }
        c: { use: drop, from: s, buffer: { bytes: 1MiB, when_full: drop_newest } }
        d: { use: drop, from: s, buffer: { when_full: sample, sample_by: key } }
        e: { use: drop, from: s, buffer: { when_full: adaptive, target: 250ms, then: drop_oldest } }
        f: { use: drop, from: s, buffer: { when_full: adaptive, then: sample, sample_by: id } }
        g: { use: drop, from: [s, s.dead], buffer: { frames: 2, inputs: { s: { when_full: sample }, s.dead: { frames: 9 } } } }
        h: { use: drop, from: "*.dead", buffer: { inputs: { "*.dead": { when_full: drop_newest } } } }
      """#,
      hasPlan: true),
    Manifest(
      "keys without their policy",
      #"""
      sources: { s: { use: stdin } }
      sinks:
        a: { use: drop, from: s, buffer: { target: 1s } }
        b: { use: drop, from: s, buffer: { when_full: drop_oldest, then: block, target: 1s } }
        c: { use: drop, from: s, buffer: { sample_by: key } }
        d: { use: drop, from: s, buffer: { when_full: adaptive, sample_by: key } }
        e: { use: drop, from: s, buffer: { when_full: sample, inputs: { s: { when_full: block, sample_by: id } } } }
      """#,
      says: #"""
        3:38: 'target' belongs to 'when_full: adaptive', which is not asked for here; add when_full: adaptive, or remove it
        4:62: 'then' belongs to 'when_full: adaptive', which is not asked for here; add when_full: adaptive, or remove it
        5:38: 'sample_by' belongs to 'when_full: sample', which is not asked for here; add when_full: sample, or remove it
        6:59: 'sample_by' belongs to 'when_full: sample', which is not asked for here; add when_full: sample, or remove it
        7:90: 'sample_by' belongs to 'when_full: sample', which is not asked for here; add when_full: sample, or remove it
        """#),
    Manifest(
      "a sample without room to fill",
      #"""
      sources: { s: { use: stdin } }
      sinks:
        a: { use: drop, from: s, buffer: { frames: 1, when_full: sample } }
      """#,
      says: #"""
        3:60: a sample is thinned out while the edge 's -> a' fills, and one frame fills it at once; write frames: 4, or when_full: drop_newest
        """#),
    Manifest(
      "wrong words, times and sizes of policies",
      #"""
      sources: { s: { use: stdin } }
      sinks:
        a: { use: drop, from: s, buffer: { when_full: adaptiv, target: 1s, then: block } }
        b: { use: drop, from: s, buffer: { when_full: drop-newest } }
        c: { use: drop, from: s, buffer: { when_full: sample, sample_by: ky } }
        d: { use: drop, from: s, buffer: { when_full: adaptive, target: 1, then: adaptive } }
        e: { use: drop, from: s, buffer: { when_full: adaptive, target: 0s } }
        f: { use: drop, from: s, buffer: { when_full: adaptive, target: -1s } }
        g: { use: drop, from: s, buffer: { frames: -1, bytes: -5 } }
        h: { use: drop, from: s, buffer: { when_full: [] } }
      """#,
      says: #"""
        3:49: 'adaptiv' is no value of 'when_full'; did you mean 'adaptive'?
        4:49: 'drop-newest' is no value of 'when_full'; did you mean 'drop_newest'?
        5:68: 'ky' is no value of 'sample_by'; did you mean 'key'?
        6:67: 'target' takes a duration, not the number 1; add a unit: 1ms or 1s
        6:76: 'adaptive' is no value of 'then'; one of: block, drop_oldest, drop_newest, sample
        7:67: 'target' is 0s; it must be from 1ms to 1h; write target: 1s
        8:67: 'target' takes a duration, not '-1s'; no duration is negative: write 1s
        9:46: 'frames' takes a whole number from 1 to 65536, not the number -1
        9:57: 'bytes' takes a size, not the number -5; write a number and B, KiB, MiB, GiB, kB, MB or GB: 64MiB
        10:49: 'when_full' takes one of block, drop_oldest, drop_newest, sample, adaptive, not a list
        """#),
    Manifest(
      "inputs of a buffer that are none",
      #"""
      sources: { sensors: { use: stdin }, more: { use: stdin } }
      sinks:
        a: { use: drop, from: sensors, buffer: { inputs: { sensor: { frames: 1 } } } }
        b: { use: drop, from: sensors, buffer: { inputs: { more: { frames: 1 } } } }
        c: { use: drop, from: sensors, buffer: { inputs: { sensors.dead: { frames: 1 } } } }
        d: { use: drop, from: sensors, buffer: { inputs: {} } }
        e: { use: drop, from: sensors, buffer: { inputs: [sensors] } }
        f: { use: drop, from: sensors, buffer: { inputs: { sensors: 64, "a b": { frames: 1 } } } }
        g: { use: drop, from: sensors, buffer: { inputs: { sensors: { inputs: {} } } } }
        h: { use: drop, from: more }
      """#,
      says: #"""
        3:54: 'sensor' under 'inputs' is nothing that 'a' reads; did you mean 'sensors'?
        4:54: 'more' under 'inputs' is nothing that 'b' reads; one of: sensors
        5:54: 'sensors.dead' under 'inputs' is nothing that 'c' reads; one of: sensors
        6:52: 'inputs' names nothing; write inputs: { sensors: { when_full: drop_oldest } }
        7:52: 'inputs' takes a map of what the node reads, not a list; write inputs: { sensors: { when_full: drop_oldest } }
        8:63: 'sensors' takes a map of bounds, not the number 64; write inputs: { sensors: { when_full: drop_oldest } }
        8:67: 'a b' is no name of a node; write node, node.port or "*.dead"
        9:65: 'inputs' is not a key of an input of a buffer; one of: frames, bytes, when_full, sample_by, target, then
        """#),
    Manifest(
      "edges that drop where rows are promised",
      #"""
      delivery: at_least_once
      sources: { s: { use: stdin } }
      operators: { p: { use: pass, from: s, buffer: { when_full: sample }, delivery: at_most_once } }
      sinks:
        a: { use: drop, from: [p, s.dead], buffer: { when_full: drop_newest, inputs: { p: { when_full: block } } } }
        b: { use: drop, from: s, delivery: exactly_once, buffer: { when_full: adaptive, then: drop_oldest } }
      """#,
      says: #"""
        1:11: 'delivery: at_least_once' is not built yet in this version of tidemill; write delivery: at_most_once
        5:59: the edge 's.dead -> a' drops rows when it is full (drop_newest), but line 1 asks for delivery: at_least_once; write when_full: block, or delivery: at_most_once
        6:38: 'delivery: exactly_once' is not built yet in this version of tidemill; write delivery: at_most_once
        6:73: the edge 's -> b' drops rows when it is full (drop_oldest), but line 6 asks for delivery: exactly_once; write when_full: block, or delivery: at_most_once
        """#),
  ]
}
