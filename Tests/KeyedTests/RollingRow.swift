import ProofBench
import TestSupport

/// A record of the tests of moving statistics, rates and heavy hitters.
struct RollingRow: StreamRow {
  var number: Int
  var partition: Int
  var time: Int64
  /// Fields that the record has, those with null included.
  var fields: [(name: String, value: Cell)]
  var behind: Int64?

  subscript(name: String) -> Cell { fields.first { $0.name == name }?.value ?? .null }

  func double(_ name: String) -> Double? { self[name].number }

  func int(_ name: String) -> Int64? { if case .int(let value) = self[name] { value } else { nil } }

  func key(_ names: [String]) -> [Cell] { names.map { self[$0] } }

  var line: String {
    var text = "{\"ts\":\(time),\"row\":\(number)"
    for (name, value) in fields { text += ",\"\(name)\":\(value)" }
    return text + "}"
  }
}

/// Random records of several partitions.
struct RollingRows: KeyedStream {
  static let node = "it"
  static let columns = "row: int, k: string, j: int, v: double, n: int, s: string, q: string"
  private static let names = ["a", "b", "\u{e4}\u{f6}", "\u{1F30A}", "", "a b", "Z", "e\u{301}", "\u{e9}"]

  /// Of the watermark.
  var delay: Int64
  let unit: Int64
  let partitions: [[RollingRow]]

  /// - Parameter wild: integers of all sizes, which add up to more than 64 bits.
  init(_ count: Int, partitions: Int, _ random: inout SplitMix, wild: Bool = true) {
    unit = [1000, 1_000_000, 1_000_000_000][random.below(3)]
    delay = random.below(4) == 0 ? 0 : Int64(random.below(30)) * unit
    let origin = [0, 1_700_000_000_000_000_000, -1_000_000_000, -9_000_000_000_000_000_000][random.below(4)] as Int64
    var heads = [Int64](repeating: origin, count: partitions)
    var marks = [Int64](repeating: .min, count: partitions)
    var made = [[RollingRow]](repeating: [], count: partitions)
    let names = Array(Self.names.prefix(1 + random.below(Self.names.count)))
    let isGrowing = random.below(2) == 0
    for number in 0..<count {
      let partition = random.below(partitions)
      if random.below(4) > 0 { heads[partition] += Int64(random.below(8)) * unit / Int64(1 + random.below(2)) }
      if random.below(50) == 0 { heads[partition] += Int64(random.below(200)) * unit }
      let back = random.below(10) < 3 ? Int64(random.below(random.below(8) == 0 ? 200 : 20)) * unit : 0
      var row = RollingRow(
        number: number, partition: partition, time: heads[partition] - back,
        fields: Self.fields(names, isGrowing ? Int64(number) : nil, wild, &random))
      if row.time < marks[partition] { row.behind = marks[partition] }
      marks[partition] = max(marks[partition], row.time - delay)
      made[partition].append(row)
    }
    self.partitions = made
  }

  private static func fields(_ names: [String], _ least: Int64?, _ wild: Bool, _ random: inout SplitMix) -> [(
    name: String, value: Cell
  )] {
    var fields: [(name: String, value: Cell)] = []
    func put(_ name: String, _ value: Cell) {
      if random.below(12) > 0 { fields.append((name, random.below(12) == 0 ? .null : value)) }
    }
    put("k", .text(names[random.below(names.count)]))
    put("j", .int(Int64(random.below(3))))
    put("v", .double(number(&random)))
    let ends: [Int64] = [.max, .min, Int64(truncatingIfNeeded: random.next())]
    put("n", .int(least ?? (wild && random.below(12) == 0 ? ends[random.below(3)] : Int64(random.below(41)) - 20)))
    put("s", .text(self.names[min(random.below(self.names.count), random.below(self.names.count))]))
    fields.append(("q", .text(random.below(12) == 0 ? "bad" : "good")))
    return fields
  }

  private static func number(_ random: inout SplitMix) -> Double {
    let fraction = Double(random.below(1 << 50)) / Double(1 << 50) - 0.5
    return [fraction, fraction * 100, fraction * 1e6, fraction * 1e-9, Double(random.below(9) - 4), 1e12][random.below(6)]
  }

  func manifest<Model: KeyedModel>(of model: Model, _ node: [String]) -> String {
    manifest(Model.use, model.options, more: node.map { ", \($0)" }.joined())
  }

  /// A pipeline of one operator over these rows.
  func manifest(_ use: String, _ options: [String], more: String = "") -> String {
    """
    name: proof
    sources:
      in:
        use: file
        with: { path: in.jsonl, format: json, time: ts, time_unit: ns, fields: { \(Self.columns) } }
        watermark: { delay: \(delay)ns }
    operators:
      it: { use: \(use), from: in, with: { \(options.joined(separator: ", ")) }\(more) }
    sinks:
      out: { use: file, from: it, with: { path: out.jsonl } }
      late: { use: file, from: it.late, with: { path: late.jsonl } }
      dead: { use: file, from: "*.dead", with: { path: dead.jsonl } }

    """
  }
}
