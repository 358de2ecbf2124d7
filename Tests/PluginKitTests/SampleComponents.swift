import PluginKit

/// Operators, a source and a sink for the tests: each small, each using one part of the kit.
struct Above: Operator {
  static let limit = Option("above", .double, doc: "Pass values greater than this.", default: 60, minimum: -100, maximum: 100)
  static let component = Component(
    "above", doc: "Pass rows above a limit.", options: [limit], inputs: [.field("value", .double)], outputs: .same)

  private let above: Double
  private var value = Field("value")

  init(_ config: Config) throws { above = try config[Self.limit] }

  mutating func process(_ batch: Batch, _ out: inout Output) throws {
    let values = value.numbers(of: batch)
    try out.forward(batch) { row in
      guard let value = values[row] else { return false }
      return value > above
    }
  }
}

struct EveryOption: Operator {
  enum Mode: String, CaseIterable, Sendable {
    case fast, slow
  }

  static let text = Option("text", .string, doc: "A text.", default: "a \"quoted\"\n\u{1}text")
  static let wait = Option("wait", .duration, doc: "A duration.", default: .milliseconds(1500))
  static let size = Option("size", .bytes, doc: "A size.", default: 64 << 10, unit: "bytes")
  static let mode = Option("mode", .choice(Mode.self), doc: "A choice.", default: .slow)
  static let flag = Option("flag", .bool, doc: "A flag.", default: true)
  static let whole = Option("whole", .int, doc: "A number.", default: 3)
  static let maybe = Option(optional: "maybe", .int, doc: "A number or none.")
  static let list = Option("list", .list(.int), doc: "Numbers.", default: [1, 2], minimum: 1)
  static let map = Option("map", .map(.string), doc: "Names.", default: [])
  static let needed = Option("needed", .field, doc: "A field.")
  static let password = Option(optional: "password", .secret, doc: "A secret.")

  static let component = Component(
    "every-option", doc: "Reads each type of option.", concurrency: .keyed,
    options: [text, wait, size, mode, flag, whole, maybe, list, map, needed, password],
    inputPorts: [.init("side", doc: "A side.")], outputPorts: [.init("out"), .init("cases")], outputPortsFrom: map,
    inputs: [.named(by: needed, required: false)],
    outputs: .adding([.init("score", .double), .init("at", .time, role: .eventTime, doc: "When.")]),
    pollEvery: .milliseconds(100),
    blocking: true, isolated: true, example: "name: x\n")

  init(_ config: Config) throws {
    let wait = try config[Self.wait]
    let maybe = try config[Self.maybe].map { String($0) } ?? "none"
    let map = try config[Self.map].map { "\($0.name)=\($0.value)" }.joined(separator: ",")
    config.host.log(
      .info,
      "\(try config[Self.text])|\(wait.wholeNanoseconds)|\(try config[Self.size])|\(try config[Self.mode])|\(try config[Self.flag])|"
        + "\(try config[Self.whole])|\(maybe)|\(try config[Self.list])|\(map)|\(try config[Self.needed])")
  }

  mutating func process(_ batch: Batch, _ out: inout Output) throws {}
}

/// Throws what its option names.
struct Failing: Operator {
  struct Odd: Error, CustomStringConvertible { let description = "an odd thing happened" }

  static let how = Option("how", .string, doc: "Which error.", default: "none")
  static let component = Component("failing", doc: "Fails.", options: [how])

  private let how: String

  init(_ config: Config) throws {
    how = try config[Self.how]
    if how == "config" { throw PluginError.config("this cannot work", at: "how") }
  }

  mutating func open() throws { if how == "open" { throw PluginError.retry("not yet") } }

  mutating func process(_ batch: Batch, _ out: inout Output) throws {
    switch how {
    case "fatal": throw PluginError.fatal("broken")
    case "odd": throw Odd()
    case "again": out.callAgain()
    case "reject": for row in batch.rows { try out.reject(row, of: batch, "no good") }
    default: try out.forward(batch)
    }
  }
}

/// Counts rows per call and keeps the sum through checkpoints, timers and watermarks.
final class Counter: Operator, Stateful, TimerHandler, WatermarkHandler, Reconfigurable, WakeHandler {
  static let component = Component("counter", doc: "Counts.", concurrency: .single)
  static let stateVersion: UInt32 = 3

  private let host: Host
  private let builder = FrameBuilder()
  private var total: Int64 = 0
  private let column: Int

  init(_ config: Config) throws {
    host = config.host
    column = try builder.addColumn("total", .int)
  }

  func process(_ batch: Batch, _ out: inout Output) throws {
    for _ in batch.rows { total &+= 1 }
    try host.timer(7, at: .max, .event)
  }

  func flush(_ out: inout Output) throws { try emit(&out) }
  func onTimer(_ id: UInt64, time: Int64, _ out: inout Output) throws { try emit(&out) }
  func onWatermark(port: UInt32?, time: Int64, _ out: inout Output) throws { try out.watermark(time) }
  func onWake(deadline: Int64, _ out: inout Output) throws -> PollResult { .idle }
  func reconfigure(_ config: Config) throws { total = -1 }

  func snapshot(_ writer: StateWriter) throws {
    try writer.write(total)
    try writer.write("checked")
    try writer.write(UInt16(9), group: 5)
  }

  func restore(group: UInt32, _ reader: StateReader) throws {
    if group == StateWriter.allGroups {
      total = try reader.read()
      guard try reader.readText() == "checked" else { throw PluginError(.state, "not mine") }
    } else if try reader.read(UInt16.self) != 9 {
      throw PluginError(.state, "not mine")
    }
  }

  private func emit(_ out: inout Output) throws {
    builder.put(column, total)
    builder.endRow()
    try out.commit(builder)
  }
}

let samplePlugin = Plugin(name: "samples", version: "1.2.3", doc: "For tests.", license: "none", files: ["data.bin"]) {
  Above.self
  EveryOption.self
  Failing.self
  Counter.self
}
