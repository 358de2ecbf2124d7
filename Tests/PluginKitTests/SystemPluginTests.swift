import PluginKit
import PluginManifest
import TestSupport
import Testing

@Suite struct SystemPlugin {
  private struct Row: Equatable {
    let type, name, metric: String
    let value: Double
    let unit: String
  }

  private func rows(_ bench: PluginBench) -> [Row] {
    bench.commits.flatMap { commit -> [Row] in
      let frame = FrameView(commit.frame.pointer)
      func text(_ name: String, _ row: Int) -> String { frame.column(named: name)?.string(row) ?? "" }
      return (0..<frame.rows).map {
        Row(
          type: text("type", $0), name: text("name", $0), metric: text("metric", $0),
          value: frame.column(named: "value")?.double($0) ?? .nan, unit: text("unit", $0))
      }
    }
  }

  private func write(_ folder: TemporaryDirectory, cpu: String, disk: String, network: String, ticks: String) throws {
    try folder.write("stat", "cpu  \(cpu) 0 0 0 0\ncpu0 \(cpu) 0 0 0 0\ncpu1 broken line\ncpux\nintr 5\n")
    try folder.write("meminfo", "MemTotal:  1000 kB\nMemAvailable:   400 kB\nSwapTotal: 10 kB\nSwapFree: 4 kB\nOdd\n")
    try folder.write("loadavg", "0.50 1.25 x 1/100 999\n")
    try folder.write(
      "diskstats",
      "8 0 sda 1 0 \(disk) 0 1 0 20 0 0 500 0\n8 1 sda1 1 0 9 0 1 0 9 0 0 9 0\n7 0 loop0 1 0 9 0 1 0 9 0 0 9 0\nshort\n")
    try folder.write(
      "net/dev",
      "Inter-| Receive\n face |bytes\n lo: 9 0 0 0 0 0 0 0 9 0 0 0 0 0 0 0\neth0:\(network) 0 0 0 0 0 0 0 7 0 0 0 0 0 0 0\n")
    try folder.write("42/stat", "42 (a (b) c) R 1 1 1 0 -1 0 0 0 0 0 \(ticks) 0 0 20 0 1 0 777 1000 3 0 0\n")
    try folder.write("43/stat", "43 (idle) S 1 1 1 0 -1 0 0 0 0 0 5 5 0 0 20 0 1 0 778 1000 1 0 0\n")
    try folder.write("44/stat", "broken")
    try folder.write("sys/kernel/hostname", "machine\n")
  }

  /// The source over a fixture, on a clock that stands still.
  private func system(
    _ bench: PluginBench, _ folder: TemporaryDirectory, every: Int64, count: Int64, processes: Int64
  ) throws -> PluginBenchInstance {
    bench.nowStep = 0
    return try bench.create(
      .source, "system",
      with: .map([
        .init("every", .int(every)), .init("count", .int(count)), .init("processes", .int(processes)),
        .init("proc", .string(folder.path)),
      ]))
  }

  @Test func `reports what changed between two rounds of a fixture`() throws {
    let folder = try TemporaryDirectory()
    try write(folder, cpu: "100 0 100 800", disk: "2", network: "1000", ticks: "100 100")
    let bench = try PluginBench(library: "tidemill-system")
    let source = try system(bench, folder, every: 2_000_000_000, count: 1, processes: 1)
    try source.open()
    #expect(try source.poll() == TIDE_IDLE)
    try write(folder, cpu: "150 0 100 850", disk: "6", network: "3000", ticks: "200 100")
    bench.now += 2_000_000_000
    #expect(try source.poll() == TIDE_END)
    let seen = rows(bench)
    #expect(
      seen.prefix(15) == [
        Row(type: "cpu", name: "total", metric: "busy", value: 50, unit: "%"),
        Row(type: "cpu", name: "cpu0", metric: "busy", value: 50, unit: "%"),
        Row(type: "memory", name: "total", metric: "size", value: 1_024_000, unit: "B"),
        Row(type: "memory", name: "total", metric: "available", value: 409_600, unit: "B"),
        Row(type: "memory", name: "total", metric: "used", value: 614_400, unit: "B"),
        Row(type: "memory", name: "total", metric: "swapped", value: 6144, unit: "B"),
        Row(type: "load", name: "total", metric: "1m", value: 0.5, unit: "1"),
        Row(type: "load", name: "total", metric: "5m", value: 1.25, unit: "1"),
        Row(type: "disk", name: "sda", metric: "read", value: 1024, unit: "B/s"),
        Row(type: "disk", name: "sda", metric: "written", value: 0, unit: "B/s"),
        Row(type: "disk", name: "sda", metric: "busy", value: 0, unit: "%"),
        Row(type: "network", name: "eth0", metric: "received", value: 1000, unit: "B/s"),
        Row(type: "network", name: "eth0", metric: "sent", value: 0, unit: "B/s"),
        Row(type: "process", name: "a (b) c", metric: "cpu", value: 50, unit: "%"),
        Row(type: "process", name: "a (b) c", metric: "memory", value: 12288, unit: "B"),
      ])
    #expect(seen.count == 15)
    let frame = FrameView(bench.commits[0].frame.pointer)
    #expect(frame.column(named: "source")?.string(0) == "machine")
    #expect(frame.column(named: "pid")?.int(14) == 42)
    #expect(frame.column(named: "pid")?.isValid(0) == false)
    #expect(frame.eventTimeRange == bench.now...bench.now)
  }

  @Test func `keeps its rhythm and ends after so many rounds`() throws {
    let folder = try TemporaryDirectory()
    try write(folder, cpu: "1 1 1 1", disk: "2", network: "1000", ticks: "1 1")
    let bench = try PluginBench(library: "tidemill-system")
    let source = try system(bench, folder, every: 1_000_000_000, count: 3, processes: 0)
    try source.open()
    var answers: [tide_status] = []
    for step: Int64 in [999_999_999, 1, 3_700_000_000, 299_999_999, 1, 0] {
      bench.now += step
      answers.append(try source.poll())
    }
    #expect(answers == [TIDE_IDLE, TIDE_IDLE, TIDE_IDLE, TIDE_IDLE, TIDE_END, TIDE_END])
    #expect(bench.commits.count == 3)
  }

  @Test func `reads this machine, and says when procfs is not there`() throws {
    let bench = try PluginBench(library: "tidemill-system")
    let live = try bench.create(
      .source, "system",
      with: .map([.init("every", .int(1_000_000)), .init("processes", .int(3)), .init("proc", .string("/proc"))]))
    try live.open()
    bench.now += 1_000_000_000
    try live.poll()
    #expect(rows(bench).contains { $0.type == "memory" && $0.metric == "used" && $0.value > 0 })
    let folder = try TemporaryDirectory()
    let none = try bench.create(
      .source, "system",
      with: .map([.init("every", .int(1_000_000)), .init("processes", .int(3)), .init("proc", .string(folder.path))]))
    #expect(throws: PluginBench.Failure.self) { try none.open() }
    #expect(bench.failures.last?.text.hasPrefix("\(folder.path)/stat: cannot be read (No such file or directory)") == true)
  }
}
