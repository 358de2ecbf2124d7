import ProofBench
import TestSupport

/// A random stream: rows of several partitions in the order in which they come, cut into frames.
struct FoldStream: KeyedStream {
  struct Row: StreamRow {
    var number: Int
    var partition = 0
    var time: Int64
    var behind: Int64?
    /// Fields that the record has, those with null included.
    var fields: [(name: String, value: Cell)]

    /// Nil when the record has no such field.
    subscript(name: String) -> Cell? { fields.first { $0.name == name }?.value }

    /// The values of fields by which rows are keyed.
    func key(_ names: [String]) -> [Cell] { names.map { self[$0] ?? .null } }

    var line: String {
      var text = "{\"ts\":\(time),\"row\":\(number)"
      for (name, value) in fields { text += ",\"\(name)\":\(value)" }
      return text + "}"
    }
  }

  static let node = "op"

  /// As they come.
  private(set) var rows: [Row] = []
  private(set) var steps: [LineSource.Step] = []
  private(set) var partitions: [[Row]]
  let unit: Int64
  let delay: Int64
  /// Fields are declared, or found as they come.
  var isDeclared = true

  private static let texts = ["a", "b", "\u{e4}\u{f6}", "\u{1F30A}", "", "a b", "Z", "e\u{301}", "\u{e9}"]

  /// - Parameters:
  ///   - unit: about how far apart rows are, in nanoseconds.
  ///   - most: rows of the largest frame.
  ///   - disorder: how far back rows may lie, in units.
  init(_ count: Int, partitions: Int, unit: Int64, delay: Int64, most: Int, disorder: Int = 8, _ random: inout SplitMix) {
    self.partitions = Array(repeating: [], count: partitions)
    self.unit = unit
    self.delay = delay
    let base: Int64 = [0, 1_700_000_000_000_000_000, -1_000_000_000, -5_000_000_000_000_000_000][random.below(4)]
    let keys = 1 + random.below(Self.texts.count)
    var heads = [Int64](repeating: base, count: partitions)
    var watermarks = [Int64](repeating: .min, count: partitions)
    while rows.count < count {
      let partition = random.below(partitions)
      let start = rows.count
      for _ in 0..<min(1 + random.below(most), count - start) {
        if random.below(4) > 0 { heads[partition] += unit * Int64(random.below(3)) }
        if random.below(60) == 0 { heads[partition] += unit * Int64(random.below(100)) }
        let back = random.below(3) == 0 ? unit * Int64(random.below(disorder)) : 0
        var row = Row(
          number: rows.count, partition: partition, time: heads[partition] - back, fields: Self.fields(keys, &random))
        if row.time < watermarks[partition] { row.behind = watermarks[partition] }
        watermarks[partition] = max(watermarks[partition], row.time - delay)
        rows.append(row)
        self.partitions[partition].append(row)
      }
      steps.append(.lines(partition: partition, rows[start...].map { $0.line + "\n" }.joined()))
    }
  }

  /// Rows a millisecond apart or so.
  static func keyed(_ count: Int, partitions: Int, disorder: Int = 8, _ random: inout SplitMix) -> Self {
    let unit: Int64 = 1_000_000
    let delay = unit * Int64(random.below(6))
    return Self(count, partitions: partitions, unit: unit, delay: delay, most: 16, disorder: disorder, &random)
  }

  private static func fields(_ keys: Int, _ random: inout SplitMix) -> [(name: String, value: Cell)] {
    var fields: [(name: String, value: Cell)] = []
    func put(_ name: String, _ value: Cell) { fields.append((name, value)) }
    func chance(_ percent: Int) -> Bool { random.below(100) < percent }
    if chance(95) { put("k", chance(5) ? .null : .text(texts[random.below(keys)])) }
    if chance(90) { put("j", chance(10) ? .null : .int(Int64(random.below(2)))) }
    if chance(90) { put("value", chance(10) ? .null : .double(Double(random.below(400) - 200) / 4)) }
    if chance(90) { put("n", chance(10) ? .null : .int(chance(5) ? .max : Int64(random.below(41)) - 20)) }
    if chance(90) { put("s", chance(10) ? .null : .text(texts[random.below(texts.count)])) }
    if chance(90) { put("z", .double(Double(random.below(2)))) }
    return fields
  }

  func manifest<Model: KeyedModel>(of model: Model, _ node: [String]) -> String {
    manifest(Model.use, model.options, ports: Model.ports, node: node)
  }

  /// A manifest with one operator, `op`, over the stream.
  ///
  /// - Parameter node: what its node says beside the options, such as `lanes: 2`.
  func manifest(_ use: String, _ options: [String], ports: [String] = [], node: [String] = []) -> String {
    let fields = isDeclared ? ", fields: { row: int, value: double, n: int, s: string, k: string, j: int, z: double }" : ""
    var text = """
      name: keyed
      sources:
        in: { use: file, with: { path: in.jsonl, time: ts, time_unit: ns\(fields) }, watermark: { delay: \(delay)ns } }
      operators:
        op:
          use: \(use)
          from: in

      """
    for entry in node { text += "    \(entry)\n" }
    text += "    with:\n"
    for option in options { text += "      \(option)\n" }
    text += "sinks:\n  out: { use: file, from: op, with: { path: out.jsonl } }\n"
    for port in ports { text += "  \(port): { use: file, from: op.\(port), with: { path: \(port).jsonl } }\n" }
    return text + "  dead: { use: file, from: \"*.dead\", with: { path: dead.jsonl } }\n"
  }

  /// - Parameter every: the instance is made anew, from its snapshot, before every so many calls.
  func run(_ manifest: String, restoring every: Int? = nil) throws -> ManifestRun {
    try ManifestRun(manifest, inputs: ["in": (partitions.count, steps)]) { node, component in
      guard let every, node == Self.node else { return component }
      return RestoringComponent(component) { $0 % every == 0 }.table
    }
  }
}
