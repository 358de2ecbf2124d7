import PluginKit
import TestSupport

/// Rows for the operators of `flow`: a number that names the row, a key, an event time.
struct FlowRows {
  struct Row: Equatable {
    var n: Int64
    var key: String?
    var time: Int64
  }

  /// Rows of random keys and times that mostly go forward.
  static func random(_ count: Int, keys: Int, using random: inout SplitMix) -> [Row] {
    var time: Int64 = 1_700_000_000_000_000_000
    return (0..<count).map { n in
      time += Int64(random.below(40)) * 1_000_000
      let back = random.below(10) == 0 ? Int64(random.below(500)) * 1_000_000 : 0
      let key = random.below(8) == 0 ? nil : "key-\(random.below(keys))"
      return Row(n: Int64(n), key: key, time: time - back)
    }
  }

  /// Hands the rows over in frames of random sizes, some with a selection that leaves out rows in between.
  static func send(_ rows: [Row], sizes: Int, using random: inout SplitMix, _ take: (OwnedFrame, [UInt16]?) throws -> Void)
    throws
  {
    var at = 0
    while at < rows.count {
      let part = Array(rows[at..<min(rows.count, at + 1 + random.below(sizes))])
      at += part.count
      guard random.below(2) == 0 else {
        try take(try frame(part, dictionary: random.below(2) == 0), nil)
        continue
      }
      // Strangers between the rows that are visited.
      var mixed: [Row] = []
      var chosen: [UInt16] = []
      for row in part {
        for _ in 0..<random.below(3) { mixed.append(Row(n: -1, key: "stranger", time: row.time)) }
        chosen.append(UInt16(mixed.count))
        mixed.append(row)
      }
      try take(try frame(mixed, dictionary: random.below(2) == 0), chosen)
    }
  }

  static func frame(_ rows: [Row], dictionary: Bool = true) throws -> OwnedFrame {
    try TestSupport.frame(rows: rows.count) {
      _ = try $0.addColumn("", .int, role: .id, nullable: false)
      _ = try $0.addColumn("key", .string, dictionary: dictionary)
      _ = try $0.addColumn("at", .time, role: .eventTime)
    } row: { builder, row in
      builder.put(0, rows[row].n)
      if let key = rows[row].key { builder.put(1, key) }
      builder.put(2, time: rows[row].time)
    }
  }

  /// The rows that left at a port, in order.
  static func left(_ bench: PluginBench, port: UInt32 = 0) -> [Row] {
    bench.passed.filter { $0.port == port }.flatMap { rows(of: $0) }
  }

  static func rows(of passed: PluginBench.Passed) -> [Row] {
    let view = FrameView(passed.frame.pointer)
    return passed.rows.map { row in
      let key = view.column(1)
      return Row(n: view.column(0).int(row), key: key.isValid(row) ? key.string(row) : nil, time: view.column(2).time(row))
    }
  }
}
