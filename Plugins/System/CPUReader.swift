/// Busy time of the CPUs between two rounds, from /proc/stat (proc_stat(5)).
struct CPUReader {
  private struct Ticks {
    let busy, all: UInt64
  }

  private var before: [Substring: Ticks] = [:]

  mutating func read(_ proc: ProcFolder) -> [Measurement] {
    var now: [Substring: Ticks] = [:]
    var order: [Substring] = []
    for line in proc.lines("stat") ?? [] where line.hasPrefix("cpu") {
      let fields = words(line)
      // user nice system idle iowait irq softirq steal; guest time is part of user time already.
      let numbers = fields.dropFirst().prefix(8).compactMap { UInt64($0) }
      guard numbers.count >= 4, let name = fields.first, now[name] == nil else { continue }
      let all = numbers.reduce(0, &+)
      let waiting = numbers[3] &+ (numbers.count > 4 ? numbers[4] : 0)
      now[name] = Ticks(busy: all &- waiting, all: all)
      order.append(name)
    }
    defer { before = now }
    return order.compactMap { name in
      guard let now = now[name], let before = before[name], let all = growth(now.all, since: before.all), all > 0,
        let busy = growth(now.busy, since: before.busy)
      else { return nil }
      return Measurement(
        part: .cpu, name: name == "cpu" ? "total" : String(name), metric: "busy", value: min(100 * busy / all, 100), unit: "%")
    }
  }
}
