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
              p: { filter: ok }
              q: { fn: count(), flter: ok }
              r: 5
              s: [count()]
              t: |
                sum(
                  valeu)
              u: max([at])
              v: count(*)
      sinks: { o: { use: drop, from: t } }
      """#, says: ""),
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
      """#, says: ""),
    Manifest(
      "results of one name",
      #"""
      sources: { s: { use: stdin, with: { fields: { value: double, site: string, window_end: time } } } }
      operators:
        t: { use: tally, from: s, with: { key: [site, site], make: { site: count(), window_start: count() } } }
        u: { use: tally, from: s, with: { key: window_end, make: { n: count() } } }
        v: { use: tally, from: s, with: { key: sites, make: { n: count() } } }
      sinks: { o: { use: drop, from: [t, u, v] } }
      """#, says: ""),
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
      """#, says: ""),
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
      """#, says: ""),
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
      """#, says: ""),
  ]
}
