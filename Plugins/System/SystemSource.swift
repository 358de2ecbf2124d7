import Glibc
import PluginKit

/// Source `system`: measures this machine every so often.
struct SystemSource: Source {
  static let every = Option("every", .duration, doc: "Time between two rounds.", default: .seconds(1), minimum: 10e6)
  static let count = Option(optional: "count", .int, doc: "Stop after so many rounds.", minimum: 0)
  static let processes = Option(
    "processes", .int, doc: "How many processes to report: those that used the CPU most.", default: 5, minimum: 0, maximum: 1000
  )
  static let proc = Option("proc", .path, doc: "Where the proc file system is mounted.", default: "/proc")

  static let component = Component(
    "system", doc: "Measure CPU, memory, load, disks, network and the busiest processes of this machine.", concurrency: .single,
    options: [every, count, processes, proc],
    outputs: .fields([
      .init("time", .time, role: .eventTime), .init("source", .string, role: .source, doc: "Name of the host."),
      .init("type", .string, role: .type, doc: "cpu, memory, load, disk, network or process."),
      .init("name", .string, doc: "The CPU, disk, interface or process; `total` for all."),
      .init("metric", .string, doc: "What of it: busy, used, read, received, …"), .init("value", .double),
      .init("unit", .string, doc: "%, B, B/s or 1."), .init("pid", .int, doc: "Only for processes."),
    ]), pollEvery: .milliseconds(20),
    example: """
      name: watch
      sources:
        machine: { use: system, with: { every: 1s, count: 5, processes: 3 } }
      sinks:
        out: { use: stdout, from: machine }

      """)

  private let host: Host
  private let interval: Int64
  private let rounds: UInt64
  private let top: Int
  private let folder: ProcFolder
  private let builder = FrameBuilder()
  private let columns: (time: Int, source: Int, type: Int, name: Int, metric: Int, value: Int, unit: Int, process: Int)
  private var cpu = CPUReader()
  private var disks = DeviceReader()
  private var network = DeviceReader()
  private var busiest = ProcessReader()
  private var machine = ""
  private var made: UInt64 = 0
  /// When the counters were last read, and when the next round is due.
  private var last: Int64 = 0
  private var due: Int64 = 0

  init(_ config: Config) throws {
    host = config.host
    interval = max(try config[Self.every].wholeNanoseconds, 1_000_000)
    rounds = try config[Self.count].map { UInt64(clamping: $0) } ?? .max
    top = min(max(try config[Self.processes], 0), 1000)
    folder = ProcFolder(path: try config[Self.proc])
    columns = (
      try builder.addColumn("time", .time, role: .eventTime), try builder.addColumn("source", .string, role: .source),
      try builder.addColumn("type", .string, role: .type), try builder.addColumn("name", .string),
      try builder.addColumn("metric", .string), try builder.addColumn("value", .double), try builder.addColumn("unit", .string),
      try builder.addColumn("pid", .int)
    )
  }

  /// Takes the counters' first readings: a round tells what happened since the one before.
  mutating func open() throws {
    guard folder.text("stat") != nil else {
      throw PluginError.fatal("\(folder.path)/stat: cannot be read (\(errnoText(errno))); `proc` is where procfs is mounted")
    }
    machine = folder.lines("sys/kernel/hostname")?.first.map(String.init) ?? "localhost"
    last = host.now
    due = last &+ interval
    _ = measure(seconds: 0)
  }

  mutating func poll(deadline: Int64, _ out: inout Output) throws -> PollResult {
    guard made < rounds else { return .end }
    let now = host.now
    guard now >= due else { return .idle }
    for measurement in measure(seconds: Double(now &- last) * 1e-9) {
      put(measurement, at: now)
      if builder.endRow() { try out.commit(builder) }
    }
    try out.commit(builder)
    last = now
    // Rounds that were missed are left out; the rhythm stays.
    due = due &+ (now &- due) / interval &* interval &+ interval
    made += 1
    return made < rounds ? .idle : .end
  }

  private mutating func measure(seconds: Double) -> [Measurement] {
    cpu.read(folder) + MemoryReader().read(folder) + disks.readDisks(folder, seconds: seconds)
      + network.readNetwork(folder, seconds: seconds) + busiest.read(folder, seconds: seconds, top: top)
  }

  private func put(_ it: Measurement, at time: Int64) {
    builder.put(columns.time, time: time)
    builder.put(columns.source, machine)
    builder.put(columns.type, it.part.rawValue)
    builder.put(columns.name, it.name)
    builder.put(columns.metric, it.metric)
    builder.put(columns.value, it.value)
    builder.put(columns.unit, it.unit)
    if let process = it.process { builder.put(columns.process, Int64(process)) }
  }
}
