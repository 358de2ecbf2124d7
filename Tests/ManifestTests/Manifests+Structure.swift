extension Manifests {
  /// The skeleton of a manifest: sections, keys, words.
  static let structure: [Manifest] = [
    Manifest(
      "an empty file",
      #"""

      """#,
      says: #"""
        1:1: the manifest is empty; a manifest has at least the keys 'sources' and 'sinks'
        """#),
    Manifest(
      "only a comment",
      #"""
      # nothing
      """#,
      says: #"""
        1:1: the manifest is empty; a manifest has at least the keys 'sources' and 'sinks'
        """#),
    Manifest(
      "only null",
      #"""
      ~
      """#,
      says: #"""
        1:1: the manifest is empty; a manifest has at least the keys 'sources' and 'sinks'
        """#),
    Manifest(
      "a list",
      #"""
      - a
      - b
      """#,
      says: #"""
        1:1: a manifest is a map of keys, not a list; a manifest has at least the keys 'sources' and 'sinks'
        """#),
    Manifest(
      "a word",
      #"""
      pipeline
      """#,
      says: #"""
        1:1: a manifest is a map of keys, not 'pipeline'; a manifest has at least the keys 'sources' and 'sinks'
        """#),
    Manifest(
      "no sections",
      #"""
      name: x
      """#,
      says: #"""
        1:1: the pipeline has no sources; add, for example: sources: { sensors: { use: file, with: { path: sensors.jsonl } } }
        1:1: the pipeline has no sinks; add, for example: sinks: { out: { use: stdout, from: good } }
        """#),
    Manifest(
      "empty sections",
      #"""
      sources: {}
      operators:
      sinks: {}
      """#,
      says: #"""
        1:10: the pipeline has no sources
        3:8: the pipeline has no sinks
        """#),
    Manifest(
      "sections of a wrong kind",
      #"""
      sources: [a]
      operators: 5
      sinks: text
      """#,
      says: #"""
        1:10: 'sources' takes a map of names, not a list; write sources: { sensors: { use: file, with: { path: sensors.jsonl } } }
        2:12: 'operators' takes a map of names, not the number 5; write operators: { good: { use: filter, from: sensors } }
        3:8: 'sinks' takes a map of names, not 'text'; write sinks: { out: { use: stdout, from: good } }
        """#),
    Manifest(
      "an unknown key",
      #"""
      sorces: { s: { use: stdin } }
      sources: { s: { use: stdin } }
      sinks: { o: { use: drop, from: s } }
      """#,
      says: #"""
        1:1: 'sorces' is not a key of a pipeline; did you mean 'sources'?
        """#),
    Manifest(
      "a key of another program",
      #"""
      sources: { s: { use: stdin } }
      transforms: {}
      sinks: { o: { type: drop, inputs: s } }
      """#,
      says: #"""
        2:1: 'transforms' is not a key of a pipeline; did you mean 'operators'?
        3:15: 'type' is not a key of a sink; did you mean 'use'?
        3:27: 'inputs' is not a key of a sink; did you mean 'from'?
        """#),
    Manifest(
      "a far key",
      #"""
      sources: { s: { use: stdin } }
      sinks: { o: { use: drop, from: s } }
      zzzzzzzz: 1
      """#,
      says: #"""
        3:1: 'zzzzzzzz' is not a key of a pipeline; one of: name, sources, operators, sinks, delivery, max_memory, isolation
        """#),
    Manifest(
      "every key that is not built yet",
      #"""
      sources: { s: { use: stdin, with: { time: t }, watermark: { delay: 1s, periodic: 1s, idle: 30s }, timeouts: { open: 1s } } }
      operators:
        p: { use: pass, from: s, lanes: 2, isolation: process, order: event_time, state: { bytes: 1GiB } }
        f: { use: pass, from: p }
      sinks:
        o: { use: drop, from: f, buffer: { when_full: drop_oldest }, delivery: exactly_once }
        q: { use: drop, from: f, buffer: { when_full: adaptive } }
      checkpoint: { every: 10s }
      tests: []
      delivery: at_least_once
      state: { bytes: 1GiB }
      timeouts: { open: 30s }
      order: event_time
      isolation: process
      """#,
      says: #"""
        1:99: 'timeouts' is not built yet in this version of tidemill; remove it
        3:35: pass runs as one instance: what it knows is of all rows together; remove 'lanes'
        3:49: 'isolation: process' is not built yet in this version of tidemill; write isolation: thread
        3:77: pass keeps nothing by keys, which 'state' could limit; remove it
        6:49: the edge 'f -> o' drops rows when it is full (drop_oldest), but line 6 asks for delivery: exactly_once; write when_full: block, or delivery: at_most_once
        6:74: 'delivery: exactly_once' is not built yet in this version of tidemill; write delivery: at_most_once
        8:1: 'checkpoint' is not built yet in this version of tidemill; remove it
        9:1: 'tests' is not built yet in this version of tidemill; remove it
        10:11: 'delivery: at_least_once' is not built yet in this version of tidemill; write delivery: at_most_once
        11:1: 'state' is not built yet in this version of tidemill; remove it
        12:1: 'timeouts' is not built yet in this version of tidemill; remove it
        13:1: 'order' is not built yet in this version of tidemill; remove it
        14:12: 'isolation: process' is not built yet in this version of tidemill; write isolation: thread
        """#),
    Manifest(
      "wrong words",
      #"""
      delivery: at_most_onc
      isolation: threads
      sources: { s: { use: stdin, on_error: dead-letter } }
      sinks: { o: { use: drop, from: s, buffer: { when_full: blok } } }
      """#,
      says: #"""
        1:11: 'at_most_onc' is no value of 'delivery'; did you mean 'at_most_once'?
        2:12: 'threads' is no value of 'isolation'; did you mean 'thread'?
        3:39: 'dead-letter' is no value of 'on_error'; did you mean 'dead_letter'?
        4:56: 'blok' is no value of 'when_full'; did you mean 'block'?
        """#),
    Manifest(
      "failures that are tried again",
      #"""
      sources: { s: { use: stdin, on_error: { then: stop } } }
      sinks:
        a: { use: drop, from: s, on_error: { retry: often } }
        b: { use: drop, from: s, on_error: { retry: { limit: 0, backoff: 5, jitter: 20% } } }
        c: { use: drop, from: s, on_error: { retry: { backoff: 2s, max_backoff: 1s }, then: retry } }
        d: { use: drop, from: s, on_error: { retry: { tries: 2, backoff: 1us } } }
      """#,
      says: #"""
        1:39: 'on_error' as a map says how failures are tried again, and there is no 'retry' in it; add retry: { limit: 8 }, or write on_error: stop
        3:47: 'retry' takes a map, not 'often'; write retry: { limit: 8, backoff: 10ms, max_backoff: 10s, jitter: 0.2 }
        4:56: 'limit' takes a whole number from 1 to 1000, not the number 0
        4:68: 'backoff' takes a duration, not the number 5; add a unit: 5ms or 5s
        4:79: 'jitter' takes a number from 0 to 1, not '20%'
        5:75: 'max_backoff' is 1s, less than the first wait; write at least 2s
        5:87: 'retry' is no value of 'then'; one of: dead_letter, stop
        6:49: 'tries' is not a key of retry; one of: limit, backoff, max_backoff, jitter
        6:68: 'backoff' is 1us; it must be from 1ms to 1h
        """#),
    Manifest(
      "words of a wrong kind",
      #"""
      delivery: [at_most_once]
      isolation: { a: b }
      max_memory: []
      name: {}
      sources: { s: { use: [stdin], on_error: { a: 1 } } }
      sinks: { o: { use: {}, from: s, lanes: two } }
      """#,
      says: #"""
        1:11: 'delivery' takes one of at_most_once, not a list
        2:12: 'isolation' takes one of thread, in-process, not a map
        3:13: 'max_memory' takes a size, not a list
        4:7: the name of the pipeline is a word, not a map
        5:22: 'use' takes the id of a component, not a list
        5:43: 'a' is not a key of on_error; one of: retry, then
        6:20: 'use' takes the id of a component, not a map
        6:40: 'lanes' takes 'auto', or a whole number from 1 to 128, not 'two'
        """#),
  ]
}
