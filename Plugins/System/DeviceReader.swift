/// Bytes per second of disks and network interfaces between two rounds.
struct DeviceReader {
  private var before: [String: [UInt64]] = [:]

  /// Disks, from /proc/diskstats (Documentation/admin-guide/iostats.rst of Linux): whole ones only, no loop or RAM devices.
  mutating func readDisks(_ proc: ProcFolder, seconds: Double) -> [Measurement] {
    var names: [String] = []
    var now: [String: [UInt64]] = [:]
    for line in proc.lines("diskstats") ?? [] {
      let fields = words(line)
      guard fields.count >= 13, let read = UInt64(fields[5]), let written = UInt64(fields[9]), let busy = UInt64(fields[12])
      else { continue }
      let name = String(fields[2])
      if ["loop", "ram"].contains(where: name.hasPrefix) || names.contains(where: { Self.isPartition(name, of: $0) }) {
        continue
      }
      names.append(name)
      // Sectors are of 512 bytes whatever the device has.
      now[name] = [read &* 512, written &* 512, busy]
    }
    return rates(.disk, names, now, seconds, [("read", "B/s", 1), ("written", "B/s", 1), ("busy", "%", 0.1)])
  }

  /// Interfaces, from /proc/net/dev; all but the loopback.
  mutating func readNetwork(_ proc: ProcFolder, seconds: Double) -> [Measurement] {
    var names: [String] = []
    var now: [String: [UInt64]] = [:]
    for line in proc.lines("net/dev") ?? [] {
      // The colon may touch the first number.
      let sides = line.split(separator: ":", maxSplits: 1)
      guard sides.count == 2, let name = words(sides[0]).first.map(String.init), name != "lo" else { continue }
      let fields = words(sides[1])
      guard fields.count >= 16, let received = UInt64(fields[0]), let sent = UInt64(fields[8]) else { continue }
      names.append(name)
      now[name] = [received, sent]
    }
    return rates(.network, names, now, seconds, [("received", "B/s", 1), ("sent", "B/s", 1)])
  }

  private mutating func rates(
    _ part: Measurement.Part, _ names: [String], _ now: [String: [UInt64]], _ seconds: Double,
    _ metrics: [(name: String, unit: String, factor: Double)]
  ) -> [Measurement] {
    defer { before = now }
    guard seconds > 0 else { return [] }
    return names.flatMap { name -> [Measurement] in
      guard let now = now[name], let before = before[name] else { return [] }
      return metrics.indices.compactMap { index in
        growth(now[index], since: before[index]).map {
          Measurement(
            part: part, name: name, metric: metrics[index].name, value: $0 * metrics[index].factor / seconds,
            unit: metrics[index].unit)
        }
      }
    }
  }

  /// `sda1` of `sda`, `nvme0n1p2` of `nvme0n1`.
  private static func isPartition(_ name: String, of disk: String) -> Bool {
    guard name.hasPrefix(disk), name != disk else { return false }
    var rest = name.dropFirst(disk.count)
    if rest.first == "p", disk.last?.isNumber == true { rest = rest.dropFirst() }
    return !rest.isEmpty && rest.allSatisfy { $0.isNumber }
  }
}
