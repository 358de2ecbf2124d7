extension Manifests {
  /// Aggregates, what they make, and what belongs to nodes that keep something by keys.
  static let aggregates: [Manifest] = [
    Manifest(
      "aggregates in every form",
      #"""
      sources: { s: { use: stdin, with: { time: ts } } }
      operators:
        t:
          use: tally
          from: s
          state: { bytes: 64MiB, keys: 1000, when_full: evict_oldest }
          with:
            span: { size: 10s, from: event.time }
            key: site
            make:
              rows: count()
              values: count( value )
              total: { fn: sum(value * 2), filter: 'quality == "good, really (yes)"' }
              mean: avg(double(text))
              best: max([value, 1.5][0])
              p99: "quantile(value, 0.99)"
              low: |
                quantile(
                  value, // as measured
                  1e-3)
              few: top(name)
              many: "top(name, 10)"
        hot: { use: filter, from: t, with: { where: 'total > 10 && site == "a" && window_start < window_end' } }
      sinks: { o: { use: stdout, from: hot }, late: { use: stdout, from: t.late } }
      """#,
      says: #"""
        24:1: note: nothing reads the rows that nodes reject: they are counted and logged; to keep them, add a sink with from: "*.dead"
        """#, hasPlan: true),
    Manifest(
      "aggregates that are none",
      #"""
      sources: { s: { use: stdin, with: { fields: { value: double, name: string, ok: bool, at: time } } } }
      operators:
        t:
          use: tally
          from: s
          with:
            make:
              a: value
              b: summ(value)
              c: median(value)
              d: sum()
              e: sum(value, 2)
              f: avg(name)
              g: avg(valeu)
              h: "quantile(value, 1.5)"
              i: "quantile(value, value)"
              j: "top(name, 2.5)"
              k: max(value
              l: (sum(value))
              m: value.sum()
              n: { fn: sum(value), filter: value }
              o: { fn: 'sum( name )', filter: 'ok == 1' }
              p: |
                sum(
                  valeu)
              q: max([at])
              r: count(*)
              s: sum(value) / 2.0
              t: "top(name, 0)"
      sinks: { o: { use: drop, from: t } }
      """#,
      says: #"""
        8:12: 'make.a': an aggregate is a function over rows, such as count()
        9:12: 'make.b': 'summ' is no aggregate; did you mean 'sum'?
        10:12: 'make.c': 'median' is no aggregate; there are: count, sum, avg, stddev, max, last, quantile, top
        11:12: 'make.d': sum(value) is how it is called, and here it has no argument
        12:23: 'make.e': sum(value) is how it is called, and here it has 2 arguments
        13:16: 'make.f': 'avg' takes numbers, and this is string; double(x) makes a number
        14:16: 'make.g': there is no variable 'valeu'; did you mean 'value'?
        15:29: 'make.h': 'q' of 'quantile' is 1.5; it must be from 0 to 1
        16:29: 'make.i': 'q' of 'quantile' is a number that stands here: quantile(value, q)
        17:23: 'make.j': 'k' of 'top' is a whole number that stands here: top(value[, k])
        18:15: 'make.k': '(' is not closed; ')' is missing
        19:13: 'make.l': an aggregate is a function over rows, such as count()
        20:12: 'make.m': an aggregate is a function over rows, such as count()
        21:38: 'make.n.filter': it gives double, and bool is wanted here; compare it: x > 0
        22:24: 'make.o.fn': 'sum' takes numbers, and this is string; double(x) makes a number
        22:42: 'make.o.filter': 'ok' is a bool and '1' is an int, which '==' does not compare; ok ? 1 : 0 is one
        25:13: 'make.p': there is no variable 'valeu'; did you mean 'value'?
        26:16: 'make.q': 'max' takes what has an order, and this is list(timestamp)
        27:18: 'make.r': '*' stands between two values, but there is none before it
        28:12: 'make.s': an aggregate is a function over rows, such as count()
        29:23: 'make.t': 'k' of 'top' is 0; it must be at least 1
        """#),
    Manifest(
      "aggregates of a wrong form",
      #"""
      sources: { s: { use: stdin } }
      operators:
        t:
          use: tally
          from: s
          with:
            make:
              p: { filter: ok }
              q: { fn: count(), flter: ok }
              r: 5
              s: [count()]
              t: { fn: [count()] }
      sinks: { o: { use: drop, from: t } }
      """#,
      says: #"""
        8:12: 'make.p' needs 'fn'; write fn: count()
        9:27: 'flter' is not an option of 'make.q'; did you mean 'filter'?
        10:12: 'make.r' takes an aggregate, not the number 5; put it in quotes: "5"
        11:12: 'make.s' takes an aggregate, not a list; for example s: count()
        12:18: 'make.t.fn' takes an aggregate, not a list; for example fn: count()
        """#),
    Manifest(
      "a value that a comma cuts",
      #"""
      sources: { s: { use: stdin } }
      operators:
        t: { use: tally, from: s, with: { make: { n: count(), p99: quantile(value, 0.99), k: top(a, 3) } } }
        u: { use: tally, from: s, with: { make: { a.b: count(), "c[0]": count(), "": count() } } }
        v: { use: tally, from: s, with: { make: count() } }
        w: { use: tally, from: s }
      sinks: { o: { use: drop, from: [t, u, v, w] } }
      """#,
      says: #"""
        3:62: 'make.p99' is cut at a comma: a map in one line ends a value there; put it in quotes: p99: "quantile(value, 0.99)"
        3:88: 'make.k' is cut at a comma: a map in one line ends a value there; put it in quotes: k: "top(a, 3)"
        4:76: a result of 'make' has an empty name; name the field that the aggregate becomes
        5:43: 'make' takes a map, not 'count()'; for example make: { name: count() }
        6:13: tally needs 'make'; write make: { name: count() }
        """#),
    Manifest(
      "results of one name",
      #"""
      sources: { s: { use: stdin, with: { fields: { value: double, site: string, window_end: time } } } }
      operators:
        t: { use: tally, from: s, with: { key: [site, site], make: { site: count(), window_start: count() } } }
        u: { use: tally, from: s, with: { key: window_end, make: { n: count() } } }
        v: { use: tally, from: s, with: { key: sites, make: { n: count() } } }
      sinks: { o: { use: drop, from: [t, u, v] } }
      """#,
      says: #"""
        3:49: 'site' is named twice; remove one of them
        3:64: the results have a field 'site' already: 'key' names it; choose another name
        3:79: the results have a field 'window_start' already: tally gives each its own; choose another name
        4:42: the results have a field 'window_end' already: tally gives each its own; rename the field above
        5:42: no field 'sites' comes in here; did you mean 'site'?
        """#),
    Manifest(
      "keys without a name",
      #"""
      sources: { s: { use: stdin, with: { time: "", time_unit: s } } }
      operators:
        t: { use: tally, from: s, with: { key: "", make: { n: count() } } }
        u: { use: tally, from: s, with: { key: [site, "", ""], make: { n: count() } } }
        c: { use: count, from: s, lanes: 2, with: { by: "" } }
        a: { use: above, from: s, with: { field: "${EMPTY}" } }
      sinks: { o: { use: drop, from: [t, u, c, a] } }
      """#,
      says: #"""
        1:43: 'time' names a field with an empty name; write a name, or remove it
        3:42: 'key' names a field with an empty name; write a name, or remove it
        4:49: 'key' names a field with an empty name; write a name, or remove it
        4:53: 'key' names a field with an empty name; write a name, or remove it
        5:51: 'by' names a field with an empty name; write a name, or remove it
        6:44: 'field' names a field with an empty name; write a name, or remove it
        """#),
    Manifest(
      "results are typed further down",
      #"""
      sources: { s: { use: stdin, with: { fields: { value: int, name: string }, time: ts } } }
      operators:
        t: { use: tally, from: s, with: { key: name, make: { n: count(), total: sum(value), mean: avg(value), last: last(name) } } }
        a: { use: filter, from: t, with: { where: 'total == "x"' } }
        b: { use: filter, from: t, with: { where: n > 1 && mean > 0.5 && totl > 1 } }
        c: { use: filter, from: t, with: { where: last > 3 } }
        d: { use: filter, from: t, with: { where: value > 3 } }
        e: { use: filter, from: t.late, with: { where: value > 3 && lateness > duration("1s") } }
      sinks: { o: { use: drop, from: [a, b, c, d, e] } }
      """#,
      says: #"""
        4:46: 'where': 'total' is an int and "x" is a string, which '==' does not compare; string(total) makes a string of it
        5:68: 'where': there is no variable 'totl'; did you mean 'total'?
        6:45: 'where': 'last' is a string and '3' is an int, which '>' does not compare; text stands in quotes: '3'
        7:45: 'where': there is no variable 'value'; text stands in quotes: 'value'; the fields are name, window_start, window_end, n, total, mean, last
        8:63: 'where': 'lateness' is an int and 'duration("1s")' is a duration, which '>' does not compare; a duration is written duration('5s')
        """#),
    Manifest(
      "variables that keep their types",
      #"""
      sources: { s: { use: stdin, with: { fields: { v: double, n: int, s: string, at: time, any: variant } } } }
      operators:
        right:
          use: track
          from: s
          with:
            begin: { a: "0", b: "0.0", c: any, d: "null", e: at, f: "at - at", g: s, h: "0" }
            next: { a: a + v, b: n, c: s, d: "d == null ? s : d", e: at + f, f: "at - e", g: "g + s", h: any }
        wrong:
          use: track
          from: s
          with:
            begin:
              a: s
              b: "0"
              c: "[v]"
              d: "{'v': v}"
              e: at
              f: "0.0"
              g: any
            next:
              a: v
              b: 'b > 0 ? "x" : "y"'
              c: c + [v]
              d: v
              e: n > 0
              f: uint(n)
              g: "[any]"
        sum: { use: filter, from: right, with: { where: a == "x" } }
        last: { use: filter, from: right, with: { where: b == "x" } }
      sinks: { o: { use: drop, from: [right, wrong, sum, last] } }
      """#,
      says: #"""
        16:13: 'begin.c': it gives list(double), and 'c' has one value: keep several, one for each part
        17:13: 'begin.d': it gives map(string, double), and 'd' has one value: keep several, one for each part
        22:12: 'next.a': it gives double, and 'a' stays string, as it begins: let 'begin.a' begin with 0.0, or write string(x) here
        23:13: 'next.b': it gives string, and 'b' stays int, as it begins: let 'begin.b' begin with '', or write int(x) here
        26:12: 'next.e': it gives bool, and 'e' stays timestamp, as it begins: let 'begin.e' begin with false
        27:12: 'next.f': it gives uint, and 'f' stays double, as it begins: let 'begin.f' begin with 0u, or write double(x) here
        28:13: 'next.g': it gives list(dyn), and 'g' has one value: keep several, one for each part
        29:51: 'where': 'a' is a double and "x" is a string, which '==' does not compare; string(a) makes a string of it
        30:52: 'where': 'b' is a double and "x" is a string, which '==' does not compare; string(b) makes a string of it
        """#),
    Manifest(
      "state",
      #"""
      sources: { s: { use: stdin, state: { bytes: 1GiB } } }
      operators:
        a: { use: tally, from: s, state: { bytes: 1KiB, keys: 0, when_full: spill }, with: { make: { n: count() } } }
        b: { use: tally, from: s, state: 1GiB, with: { make: { n: count() } } }
        c: { use: tally, from: s, state: {}, with: { make: { n: count() } } }
        d: { use: tally, from: s, state: { byte: 1GiB, when_full: evict }, with: { make: { n: count() } } }
        e: { use: pass, from: s, state: { keys: 5 } }
      sinks: { o: { use: drop, from: [a, b, c, d, e] } }
      """#,
      says: #"""
        1:29: 'state' does not belong to a source; remove it
        3:45: 'bytes' is 1KiB; it must be from 64KiB to 16TiB
        3:57: 'keys' takes a whole number from 1 to 1000000000000, not the number 0
        3:71: 'when_full: spill' is not built yet in this version of tidemill; write when_full: stop
        4:36: 'state' takes a map, not '1GiB'; write state: { bytes: 1GiB, when_full: stop }
        5:36: 'state' says nothing; write state: { bytes: 1GiB, when_full: stop }
        6:38: 'byte' is not a key of state; did you mean 'bytes'?
        6:61: 'evict' is no value of 'when_full'; one of: stop, evict_oldest
        7:28: pass keeps nothing by keys, which 'state' could limit; remove it
        """#),
    Manifest(
      "watermarks by the clock",
      #"""
      sources:
        a: { use: stdin, with: { time: t }, watermark: { periodic: 1s } }
        b: { use: stdin, with: { time: t }, watermark: { idle: 30s } }
        c: { use: stdin, with: { time: t }, watermark: { delay: 1s, periodic: 0s, idle: 1us } }
        d: { use: stdin, with: { time: t }, watermark: { delay: 1s, periodic: often, idle: 30 } }
        e: { use: stdin, with: { time: t }, watermark: { monotonic: true, periodic: 1s, idle: 500ms } }
        f: { use: stdin, with: { time: t }, watermark: { monotonic: true, periodic: 2h, idle: 400d } }
        g: { use: stdin, with: { time: t }, watermark: { dely: 1s, idle: 1s } }
      sinks: { o: { use: drop, from: [a, b, c, d, e, f, g] } }
      """#,
      says: #"""
        2:52: 'periodic' says nothing without 'delay' or 'monotonic', which make the watermark; add delay: 2s, or monotonic: true where events come in order
        3:52: 'idle' says nothing without 'delay' or 'monotonic', which make the watermark; add delay: 2s, or monotonic: true where events come in order
        4:73: 'periodic' is 0s; it must be from 1ms to 1h
        4:83: 'idle' is 1us; it must be from 1ms to 366d
        5:73: 'periodic' takes a duration, not 'often'; write a number and ns, us, ms, s, m, h or d: 1500ms, 2s, 1h30m
        5:86: 'idle' takes a duration, not the number 30; add a unit: 30ms or 30s
        6:89: 'idle' is 500ms, less than 'periodic'; write at least 1s: before that the watermark cannot tell
        7:79: 'periodic' is 2h; it must be from 1ms to 1h
        7:89: 'idle' is 400d; it must be from 1ms to 366d
        8:52: 'dely' is not a key of a watermark; did you mean 'delay'?
        """#),
  ]
}
