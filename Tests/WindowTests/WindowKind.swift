/// A stretch of event time, `end` not in it.
struct Span: Hashable, Comparable, CustomStringConvertible {
  var start: Int64
  var end: Int64

  /// The order in which windows leave.
  static func < (a: Span, b: Span) -> Bool { (a.end, a.start) < (b.end, b.start) }
  var description: String { "[\(start), \(end))" }
}

/// Which windows there are. Times and lengths are nanoseconds.
enum WindowKind {
  case tumbling(Int64, offset: Int64)
  case sliding(size: Int64, every: Int64, offset: Int64)
  case cumulate(size: Int64, step: Int64, offset: Int64)
  /// Whole days, as the clocks of a place count them.
  case days(Int64, ModelZone)
  case session(gap: Int64)
  /// So many rows of a key.
  case count(Int)
  /// From the event time rounded down to so many seconds, to `length` seconds later; for times from 1970 on.
  case custom(unit: Int64, length: Int64)

  private static let second: Int64 = 1_000_000_000

  /// The options of the component.
  var options: String {
    switch self {
    case .tumbling(let size, let offset): "tumbling: \(size)ns\(Self.text(offset))"
    case .sliding(let size, let every, let offset): "sliding: { size: \(size)ns, every: \(every)ns }\(Self.text(offset))"
    case .cumulate(let size, let step, let offset): "cumulate: { size: \(size)ns, step: \(step)ns }\(Self.text(offset))"
    case .days(let count, let zone): "tumbling: \(count)d, timezone: \(zone.name)"
    case .session(let gap): "session: { gap: \(gap)ns }"
    case .count(let rows): "count: \(rows)"
    case .custom(let unit, let length):
      "custom: { start: 'timestamp(int(ts) / \(unit) * \(unit))', end: 'timestamp(int(ts) / \(unit) * \(unit) + \(length))' }"
    }
  }

  private static func text(_ offset: Int64) -> String { offset == 0 ? "" : ", offset: \(offset)ns" }

  /// Windows of fixed place that an event time is in, in their order; none for sessions and counts, which depend on other rows.
  func spans(at time: Int64) -> [Span] {
    switch self {
    case .tumbling(let size, let offset):
      let start = Self.floor(time, size, offset)
      return [Span(start: start, end: start + size)]
    case .sliding(let size, let every, let offset):
      var spans: [Span] = []
      var start = Self.floor(time, every, offset)
      while start > time - size {
        spans.append(Span(start: start, end: start + size))
        start -= every
      }
      return spans.sorted()
    case .cumulate(let size, let step, let offset):
      let start = Self.floor(time, size, offset)
      return stride(from: step, through: size, by: Int(step)).map { Span(start: start, end: start + $0) }
        .filter { $0.end > time }
    case .days(let count, let zone): return [zone.days(count, at: time)]
    case .custom(let unit, let length):
      let start = Self.floor(time, unit * Self.second, 0)
      return [Span(start: start, end: start + length * Self.second)]
    case .session, .count: return []
    }
  }

  /// The greatest `offset` plus a multiple of `unit` that is not above `time`.
  private static func floor(_ time: Int64, _ unit: Int64, _ offset: Int64) -> Int64 {
    let wide = Int128(time) - Int128(offset)
    let rest = (wide % Int128(unit) + Int128(unit)) % Int128(unit)
    return Int64(wide - rest + Int128(offset))
  }

  /// A window's sum is made of sums of its parts, so that its last place may differ.
  var mergesParts: Bool {
    switch self {
    case .tumbling, .count, .custom, .days: false
    case .sliding, .cumulate, .session: true
    }
  }
}
