/// Memory from /proc/meminfo (proc_meminfo(5)) and load from /proc/loadavg.
struct MemoryReader {
  func read(_ proc: ProcFolder) -> [Measurement] {
    var kibibytes: [Substring: Double] = [:]
    for line in proc.lines("meminfo") ?? [] {
      let fields = words(line)
      if fields.count >= 2, let value = UInt64(fields[1]) { kibibytes[fields[0].dropLast()] = Double(value) }
    }
    var found: [Measurement] = []
    func add(_ metric: String, _ value: Double?) {
      guard let value else { return }
      found.append(Measurement(part: .memory, name: "total", metric: metric, value: value * 1024, unit: "B"))
    }
    func difference(_ all: Substring, _ part: Substring) -> Double? {
      guard let all = kibibytes[all], let part = kibibytes[part] else { return nil }
      return max(all - part, 0)
    }
    add("size", kibibytes["MemTotal"])
    add("available", kibibytes["MemAvailable"])
    add("used", difference("MemTotal", "MemAvailable"))
    add("swapped", difference("SwapTotal", "SwapFree"))
    return found + load(proc)
  }

  private func load(_ proc: ProcFolder) -> [Measurement] {
    let fields = proc.lines("loadavg")?.first.map(words) ?? []
    return zip(["1m", "5m", "15m"], fields).compactMap { metric, field in
      Double(field).map { Measurement(part: .load, name: "total", metric: metric, value: $0, unit: "1") }
    }
  }
}
