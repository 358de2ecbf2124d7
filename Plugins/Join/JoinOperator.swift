import PluginKit

/// Operator `join`: puts rows of two inputs together that have the same key and belong together in time.
struct JoinOperator: Operator, Stateful, WatermarkHandler {
  private typealias Options = JoinOptions

  static let component = Component(
    "join", doc: "Put rows of two inputs together that have the same key and are of one window, or near in time.",
    concurrency: .keyed, options: JoinOptions.all,
    inputPorts: [.init("left"), .init("right")],
    outputPorts: [
      .init("out", doc: "rows of both inputs, put together"),
      .init(
        "late", doc: "rows that came too late for their partners, with how late they were", late: true,
        outputs: .adding([
          .init(LateRows.field, .int, doc: "nanoseconds that the watermark was past it, or past its last window")
        ])
      ),
    ],
    inputs: [],
    outputs: .joined(
      [
        .init("left", key: [JoinOptions.key], prefix: JoinOptions.leftPrefix),
        .init("right", key: [JoinOptions.rightKey, JoinOptions.key], prefix: JoinOptions.rightPrefix),
      ],
      [
        .init(JoinedColumns.windowStart, .time, doc: "with `tumbling` or `sliding`"),
        .init(JoinedColumns.windowEnd, .time, doc: "with `tumbling` or `sliding`"),
      ]),
    allocates: .amortised, keyedState: true,
    arrival: [
      .init(with: JoinOptions.within, reason: "pairs are the same ones, but leave in the order in which they are found")
    ],
    eventTime: [.always],
    waits: [
      .init(with: JoinOptions.within, reason: "lets go of rows"),
      .init(without: JoinOptions.within, reason: "joins its windows"),
    ],
    example: """
      name: answers
      sources:
        asked: { use: generate, with: { kind: actions, count: 500, paced: false, seed: 1 }, watermark: { delay: 5s } }
        told: { use: generate, with: { kind: actions, count: 500, paced: false, seed: 2 }, watermark: { delay: 5s } }
      operators:
        both:
          use: join
          from: { left: asked, right: told }
          with: { key: source, within: { before: 1s, after: 10s }, kind: left }
      sinks:
        out: { use: stdout, from: both }

      """)

  /// Windows that a row may be in.
  private static let windowsOfRow: Int64 = 1000

  private let host: Host
  let context: JoinContext
  let store: any RowStore
  private var limits: StateGuard

  init(_ config: Config) throws {
    host = config.host
    let key = try config[Options.key]
    let rightKey = try config[Options.rightKey] ?? key
    if key.isEmpty { throw PluginError.config("`key` names no field: write key: order_id", at: "key") }
    if rightKey.count != key.count {
      throw PluginError.config(
        "`right_key` names \(Self.fields(rightKey)), and `key` \(Self.fields(key)): each of them has a partner", at: "right_key"
      )
    }
    for (path, names) in [("key", key), ("right_key", rightKey)] where Set(names).count < names.count {
      throw PluginError.config("`\(path)` names a field twice: leave it out once", at: path)
    }
    let within = try config[Options.within]
    let tumbling = try config[Options.tumbling]?.wholeNanoseconds
    let sliding = try config[Options.sliding]
    let given = [within != nil, tumbling != nil, sliding != nil].count { $0 }
    if given != 1 {
      throw PluginError.config("one of `within`, `tumbling` and `sliding` says which rows belong together", at: "within")
    }
    if let sliding, sliding.size / sliding.every > Self.windowsOfRow {
      throw PluginError.config(
        "a row would be in more than \(Self.windowsOfRow) windows: make `every` longer", at: "sliding.every")
    }
    context = try JoinContext(
      keyFields: [key, rightKey], prefixes: [try config[Options.leftPrefix], try config[Options.rightPrefix]],
      kind: try config[Options.kind], hasWindow: within == nil, late: host.port("late")?.index ?? 1, node: host.info.node)
    limits = try StateGuard(host.info.state, of: "the rows to be joined")
    if let within {
      store = IntervalJoin(context, within)
    } else {
      let size = tumbling ?? sliding?.size ?? 1
      store = WindowJoin(context, size: size, every: sliding?.every ?? size)
    }
  }

  private static func fields(_ names: [String]) -> String { names.count == 1 ? "1 field" : "\(names.count) fields" }

  mutating func process(_ batch: Batch, _ out: inout Output) throws {
    guard batch.count > 0 else { return }
    let side = batch.port == 0 ? 0 : 1
    guard let times = batch.frame.column(role: .eventTime) else {
      throw PluginError.config(
        "the rows that come in \(side == 0 ? "left" : "right") have no event time: give their source one with `time`", at: "key"
      )
    }
    let input = context.inputs[side]
    input.begin(batch, host)
    context.results.resetSent()
    let isDone = try store.take(batch, side, context.keys.numbers(of: batch, by: input.keyColumns), times, &out)
    try context.results.commit(&out)
    guard isDone else { return out.callAgain() }
    context.sweep()
    try limits.check(
      keys: { context.keys.count }, bytes: { context.byteCount + store.byteCount }, trim: { context.keys.sweep() })
  }

  mutating func onWatermark(port: UInt32?, time: Int64, _ out: inout Output) throws {
    if let port, port < 2 {
      context.inputWatermarks[Int(port)] = max(context.inputWatermarks[Int(port)], time)
    } else if port == nil {
      context.watermark = max(context.watermark, time)
      for side in 0..<2 { context.inputWatermarks[side] = max(context.inputWatermarks[side], time) }
    }
    context.results.resetSent()
    let isDone = try store.advance(&out)
    try context.results.commit(&out)
    guard isDone else { return out.callAgain() }
    context.sweep()
    if port == nil { try out.watermark(store.outputWatermark) }
  }
}
