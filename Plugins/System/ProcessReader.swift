import Glibc

/// The processes that used the CPU most between two rounds, from /proc/PID/stat (proc_pid_stat(5)).
struct ProcessReader {
  private struct Sample {
    let name: Substring
    let startTicks, ticks: UInt64
    let residentBytes: Double
  }

  private let ticksPerSecond = Double(max(sysconf(Int32(_SC_CLK_TCK)), 1))
  private let pageBytes = Double(max(sysconf(Int32(_SC_PAGESIZE)), 1))
  private var before: [Int32: Sample] = [:]

  mutating func read(_ proc: ProcFolder, seconds: Double, top: Int) -> [Measurement] {
    guard top > 0 else { return [] }
    var now: [Int32: Sample] = [:]
    for process in proc.processes() {
      // Gone since the folder was listed: no line, no sample.
      if let text = proc.text("\(process)/stat"), let sample = sample(text) { now[process] = sample }
    }
    defer { before = now }
    guard seconds > 0 else { return [] }
    let used = now.compactMap { process, sample -> (process: Int32, sample: Sample, ticks: Double)? in
      // The same number with another start is another process.
      guard let earlier = before[process], earlier.startTicks == sample.startTicks,
        let ticks = growth(sample.ticks, since: earlier.ticks)
      else { return nil }
      return (process, sample, ticks)
    }
    let busiest = used.sorted { ($1.ticks, $0.process) < ($0.ticks, $1.process) }.prefix(top)
    return busiest.flatMap { process, sample, ticks in
      [
        Measurement(
          part: .process, name: String(sample.name), metric: "cpu", value: 100 * ticks / ticksPerSecond / seconds, unit: "%",
          process: process),
        Measurement(
          part: .process, name: String(sample.name), metric: "memory", value: sample.residentBytes, unit: "B", process: process),
      ]
    }
  }

  /// The name stands in parentheses and may hold spaces and parentheses itself.
  private func sample(_ text: String) -> Sample? {
    guard let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")"), open < close else { return nil }
    let fields = words(text[text.index(after: close)...])
    guard fields.count >= 22, let user = UInt64(fields[11]), let system = UInt64(fields[12]), let start = UInt64(fields[19]),
      let pages = UInt64(fields[21].split(separator: "\n").first ?? "")
    else { return nil }
    return Sample(
      name: text[text.index(after: open)..<close], startTicks: start, ticks: user &+ system,
      residentBytes: Double(pages) * pageBytes)
  }
}
