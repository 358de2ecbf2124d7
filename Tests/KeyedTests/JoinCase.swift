import ProofBench
import TestSupport

/// A join over random rows, as a manifest and as the slow model has it.
struct JoinCase {
  struct Row {
    var number: Int64
    var side: Int
    var partition: Int
    var time: Int64
    /// Nil values are not there.
    var key: [Cell?]
    var value: Double?
    var line: String

    /// Of fields that nothing declares, too.
    var keyBytes: [UInt8] { Cell.keyBytes(key.map { $0 ?? .null }) }

    var isAlone: Bool { key.contains { $0 == nil || $0 == .null } }
  }

  enum Bounds {
    case within(before: Int64, after: Int64)
    case windows(size: Int64, every: Int64)
  }

  /// What comes out: numbers of both rows, and the end of their window.
  struct Match: Hashable, CustomStringConvertible {
    var left: Int64?
    var right: Int64?
    var end: Int64?
    var time: Int64

    var description: String { "(\(left ?? -1), \(right ?? -1)) in \(end ?? -1) at \(time)" }
  }

  var bounds: Bounds
  var kind: String
  var delay: Int64
  /// Fields are declared, or found as they come.
  var isDeclared: Bool
  var keys: Int
  var lanes = 1
  /// By side, then partition.
  var rows: [[[Row]]]

  init(seed: UInt64) {
    var random = SplitMix(seed: seed)
    let step = Int64(1000)
    if random.below(2) == 0 {
      bounds = .within(before: Int64(random.below(6)) * step, after: Int64(random.below(9)) * step)
    } else {
      let every = Int64(1 + random.below(6)) * step
      let panes = random.below(3) == 0 ? Int64(1 + random.below(3)) * step : 0
      bounds = .windows(size: every + panes, every: every)
    }
    kind = ["inner", "left", "full"][random.below(3)]
    delay = Int64(random.below(5)) * step
    isDeclared = random.below(2) == 0
    keys = 1 + random.below(2)
    let most = [3, 12, 60][random.below(3)]
    let start = random.below(4) == 0 ? Int64(-40_000) : 1_700_000_000_000_000_000
    rows = []
    var number = Int64(0)
    for side in 0..<2 {
      rows.append([])
      for partition in 0..<1 + random.below(3) {
        var time = start
        rows[side].append([])
        for _ in 0..<random.below(most * 2) {
          time += Int64(random.below(4)) * step / 2
          let back = random.below(3) == 0 ? Int64(random.below(9)) * step / 2 : 0
          rows[side][partition].append(
            Self.row(number, side, partition, time - back, keys: keys, isDeclared: isDeclared, &random))
          number += 1
        }
      }
    }
  }

  private static let texts = ["a", "ä", "日本", "", "a b", "\u{1F30A}"]

  private static func row(
    _ number: Int64, _ side: Int, _ partition: Int, _ time: Int64, keys: Int, isDeclared: Bool, _ random: inout SplitMix
  ) -> Row {
    var line = "{\"n\":\(number),\"ts\":\(time)"
    let key = (0..<keys).map { place -> Cell? in
      var cell: Cell?
      switch random.below(isDeclared ? 8 : 11) {
      case 0: cell = nil
      case 1: cell = .null
      case 8: cell = random.below(2) == 0 ? .int(Int64(random.below(3))) : .double(Double(random.below(6)) / 2)
      case 9: cell = .bool(random.below(2) == 0)
      case 10: cell = .text("1")
      default: cell = .text(texts[random.below(texts.count)])
      }
      if let cell { line += ",\"\(side == 0 ? "k" : "q")\(place)\":\(cell)" }
      return cell
    }
    let value = random.below(4) == 0 ? nil : Double(random.below(1000)) / 8
    if let value { line += ",\"v\":\(value)" }
    return Row(
      number: number, side: side, partition: partition, time: time, key: key, value: value,
      line: line + ",\"more\":{\"side\":\(side),\"x\(number % 5)\":[1,\(number)]}}")
  }

  var manifest: String {
    func source(_ side: Int) -> String {
      let key = (0..<keys).map { "\(side == 0 ? "k" : "q")\($0): string" }.joined(separator: ", ")
      let fields = isDeclared ? ", fields: { n: int, ts: time, \(key), v: double, more: variant }" : ""
      return "{ use: file, with: { path: in.jsonl, format: json, time: ts, time_unit: ns\(fields) }, "
        + "watermark: { delay: \(delay)ns } }"
    }
    let names = (0..<keys).map { "k\($0)" }.joined(separator: ", ")
    let rightNames = (0..<keys).map { "q\($0)" }.joined(separator: ", ")
    let bound =
      switch bounds {
      case .within(let before, let after): "within: { before: \(before)ns, after: \(after)ns }"
      case .windows(let size, let every) where size == every: "tumbling: \(size)ns"
      case .windows(let size, let every): "sliding: { size: \(size)ns, every: \(every)ns }"
      }
    return """
      name: proof
      sources:
        left: \(source(0))
        right: \(source(1))
      operators:
        both:
          use: join
          from: { left: left, right: right }
          lanes: \(lanes)
          with: { key: [\(names)], right_key: [\(rightNames)], \(bound), kind: \(kind) }
        seen: { use: map, from: both, with: { set: { ln: n, rn: right_n, lv: v, rv: right_v, lm: more, rm: right_more } } }
        behind: { use: map, from: both.late, with: { set: { ln: n } } }
      sinks:
        out: { use: file, from: seen, with: { path: out.jsonl } }
        late: { use: file, from: behind, with: { path: late.jsonl } }
        dead: { use: file, from: "*.dead", with: { path: dead.jsonl } }

      """
  }

  var inputs: [[[String]]] { rows.map { $0.map { $0.map(\.line) } } }
}

// MARK: The model

extension JoinCase {
  /// For each row the watermark that stood before it, where the row is behind it.
  private func marks() -> [Int64: Int64] {
    var marks: [Int64: Int64] = [:]
    for row in rows.joined().map({ $0 }) {
      var greatest: Int64?
      for row in row {
        if let greatest, row.time < greatest - delay { marks[row.number] = greatest - delay }
        greatest = max(greatest ?? row.time, row.time)
      }
    }
    return marks
  }

  /// Ends of the windows that a time is in.
  private func ends(_ time: Int64, _ size: Int64, _ every: Int64) -> [Int64] {
    var start = time - ((time % every) + every) % every
    var ends: [Int64] = []
    while start + size > time {
      ends.append(start + size)
      start -= every
    }
    return ends
  }

  /// What comes out, of windows in order; and the numbers of rows that are late.
  func expected() -> (matches: [Match], late: Set<Int64>) {
    let marks = marks()
    let all = rows.map { $0.joined().map { $0 } }
    switch bounds {
    case .within(let before, let after):
      let late = Set(marks.keys)
      let taken = all.map { $0.filter { !late.contains($0.number) } }
      var matches: [Match] = []
      var matched: Set<Int64> = []
      for left in taken[0] where !left.isAlone {
        for right in taken[1] where right.keyBytes == left.keyBytes {
          guard right.time >= left.time - before, right.time <= left.time + after else { continue }
          matches.append(Match(left: left.number, right: right.number, time: max(left.time, right.time)))
          matched.formUnion([left.number, right.number])
        }
      }
      for (side, rows) in taken.enumerated() where kind == "full" || (kind == "left" && side == 0) {
        for row in rows where !matched.contains(row.number) {
          matches.append(Match(left: side == 0 ? row.number : nil, right: side == 1 ? row.number : nil, time: row.time))
        }
      }
      return (matches, late)
    case .windows(let size, let every):
      var late: Set<Int64> = []
      var windows: [Int64: [[Row]]] = [:]
      for (side, rows) in all.enumerated() {
        for row in rows {
          let mine = ends(row.time, size, every).filter { $0 > marks[row.number] ?? .min }
          if mine.isEmpty { late.insert(row.number) }
          for end in mine { windows[end, default: [[], []]][side].append(row) }
        }
      }
      return (windows.sorted { $0.key < $1.key }.flatMap { pairs($0.value, $0.key) }, late)
    }
  }

  private func pairs(_ sides: [[Row]], _ end: Int64) -> [Match] {
    func match(_ left: Row?, _ right: Row?) -> Match {
      Match(left: left?.number, right: right?.number, end: end, time: end - 1)
    }
    let keys = Dictionary((sides[0] + sides[1]).map { ($0.keyBytes, $0.isAlone) }) { one, _ in one }
    return keys.sorted { $0.key.lexicographicallyPrecedes($1.key) }.flatMap { key, isAlone -> [Match] in
      let (left, right) = (mine(sides[0], key), mine(sides[1], key))
      let keepsLeft = kind != "inner", keepsRight = kind == "full"
      if !isAlone, !left.isEmpty, !right.isEmpty { return left.flatMap { one in right.map { match(one, $0) } } }
      return (keepsLeft ? left.map { match($0, nil) } : []) + (keepsRight ? right.map { match(nil, $0) } : [])
    }
  }

  private func mine(_ rows: [Row], _ key: [UInt8]) -> [Row] {
    rows.filter { $0.keyBytes == key }.sorted { ($0.time, $0.number) < ($1.time, $1.number) }
  }
}
