import PluginKit

/// Source `my-plugin`: counts.
struct MyPlugin: Source {
  static let count = Option("count", .int, doc: "How many rows there are.", default: 10, minimum: 0)
  static let every = Option("every", .duration, doc: "Time from one row to the next.", default: .seconds(1), minimum: 1)
  static let component = Component(
    "my-plugin", doc: "Count, with event times from 2026 on.", concurrency: .single, options: [count, every],
    outputs: .fields([.init("time", .time, role: .eventTime), .init("n", .int, doc: "The number, from 0.")]),
    example: """
      name: my-plugin
      sources:
        numbers: { use: my-plugin, with: { count: 5 } }
      sinks:
        out: { use: stdout, from: numbers }

      """)

  /// 2026-01-01T00:00:00Z.
  private static let start: Int64 = 1_767_225_600_000_000_000

  private let count: Int
  private let every: Int64
  private var next = 0
  private let rows = FrameBuilder()
  private let time: Int
  private let n: Int

  init(_ config: Config) throws {
    count = try config[Self.count]
    every = try config[Self.every].wholeNanoseconds
    time = try rows.addColumn("time", .time, role: .eventTime)
    n = try rows.addColumn("n", .int)
  }

  /// One frame a call: that is far less work than the deadline allows.
  mutating func poll(deadline: Int64, _ out: inout Output) throws -> PollResult {
    while next < count {
      rows.put(time, time: Self.start &+ Int64(next) &* every)
      rows.put(n, Int64(next))
      next += 1
      if rows.endRow() { break }
    }
    try out.commit(rows)
    return next < count ? .ready : .end
  }
}

private let plugin = Plugin(name: "my-plugin", version: "0.1.0", doc: "Numbers.") { MyPlugin.self }

@c public func tidemill_plugin_1(_ hostMinor: UInt32) -> UnsafePointer<tide_plugin>? { plugin.table(hostMinor) }
