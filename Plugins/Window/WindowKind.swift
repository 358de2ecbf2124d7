import PluginKit

/// Which windows there are, as the options say.
enum WindowKind {
  case panes(Ruler, WindowShape)
  case session(gap: Int64)
  case count(Int64)
  case custom(start: Expression, end: Expression)

  private typealias Options = WindowOptions

  init(_ config: Config) throws {
    let tumbling = try config[Options.tumbling]?.wholeNanoseconds
    let sliding = try config[Options.sliding]
    let session = try config[Options.session]
    let count = try config[Options.count]
    let cumulate = try config[Options.cumulate]
    let custom = try config[Options.custom]
    let given = [
      ("tumbling", tumbling != nil), ("sliding", sliding != nil), ("session", session != nil), ("count", count != nil),
      ("cumulate", cumulate != nil), ("custom", custom != nil),
    ].filter(\.1).map(\.0)
    guard given.count == 1 else {
      let kinds = "one of tumbling, sliding, session, count, cumulate and custom"
      throw given.isEmpty
        ? PluginError.config("window takes \(kinds)", at: "tumbling")
        : PluginError.config("window takes \(kinds), not \(given.joined(separator: " and "))", at: given[1])
    }
    if let tumbling {
      self = try Self.panes(config, size: tumbling, every: tumbling, isCumulative: false)
    } else if let sliding {
      self = try Self.panes(config, size: sliding.size, every: sliding.every, isCumulative: false)
    } else if let cumulate {
      self = try Self.panes(config, size: cumulate.size, every: cumulate.step, isCumulative: true)
    } else {
      try Self.refuseBounds(config, of: given[0])
      if let session {
        self = .session(gap: session.gap)
      } else if let count {
        self = .count(Int64(count))
      } else {
        self = .custom(start: custom!.start, end: custom!.end)
      }
    }
  }

  private static func panes(_ config: Config, size: Int64, every: Int64, isCumulative: Bool) throws -> WindowKind {
    let length = divisor(size, every)
    guard size / length <= WindowShape.maxPanes else {
      throw PluginError.config(
        "a window would have \(size / length) parts, and the most is \(WindowShape.maxPanes): write "
          + (length == every
            ? "a longer `\(isCumulative ? "step" : "every")`"
            : "lengths that have more in common, such as a `size` that is a multiple of `every`"),
        at: isCumulative ? "cumulate" : "sliding")
    }
    let offset = try config[Options.offset].wholeNanoseconds
    var zone: TimeZoneClock?
    if let name = try config[Options.timezone] {
      guard let found = TimeZoneClock(name) else {
        let fix = TimeZoneClock.nearest(to: name).map { "did you mean '\($0)'?" } ?? "write one such as Europe/Berlin"
        throw PluginError.config("there is no time zone '\(name)'; \(fix)", at: "timezone")
      }
      zone = name == "UTC" ? nil : found
    }
    guard zone == nil || length >= WindowLimits.zonedPaneNanoseconds else {
      throw PluginError.config(
        "the lengths have less than a minute in common, and bounds so close need no clock of a place: leave it out",
        at: "timezone")
    }
    guard length >= WindowLimits.paneNanoseconds else {
      throw PluginError.config(
        "the lengths have \(length) ns in common, and the least is \(WindowLimits.paneNanoseconds) ns",
        at: isCumulative ? "cumulate" : size == every ? "tumbling" : "sliding")
    }
    // Windows move as a whole; what is left of the offset beside whole windows counts.
    let span = isCumulative ? size : every
    return .panes(
      Ruler(length: length, origin: offset % span, zone: zone),
      WindowShape(size: size / length, stride: every / length, isCumulative: isCumulative))
  }

  private static func refuseBounds(_ config: Config, of kind: String) throws {
    if try config[Options.offset] != .zero {
      throw PluginError.config("`\(kind)` windows have no bounds to move", at: "offset")
    }
    if try config[Options.timezone] != nil {
      throw PluginError.config("`\(kind)` windows have no bounds on a clock", at: "timezone")
    }
  }

  private static func divisor(_ one: Int64, _ other: Int64) -> Int64 {
    var (large, small) = (one, other)
    while small != 0 { (large, small) = (small, large % small) }
    return large
  }
}
