import PluginKit

/// Operator `severity`: rates a value within a range and gives it a class.
struct SeverityOperator: Operator {
  static let value = Option(
    "value", .expression(of: .double), doc: "What is rated: a field, or an expression that gives a number.")
  static let minimum = Option("min", .double, doc: "The value that rates 0.", default: 0)
  static let maximum = Option("max", .double, doc: "The value that rates 1.", default: 1)
  static let thresholds = Option(
    "thresholds", .list(.double), doc: "The least scores of medium, high and critical, ascending.", default: [0.3, 0.6, 0.9],
    minimum: 3, maximum: 3)
  static let strict = StrictOption.option(otherwise: "score and severity are null, and the row is counted")
  static let component = Component(
    "severity", doc: "Rate a value from 0 to 1 within a range, and classify it as low, medium, high or critical.",
    concurrency: .stateless, options: [value, minimum, maximum, thresholds, strict], inputs: [],
    outputs: .adding([
      .init("score", .double, doc: "The value's place in the range, from 0 to 1."),
      .init("severity", .string, doc: "low, medium, high or critical."),
    ]),
    example: """
      name: rated
      sources:
        readings: { use: generate, with: { kind: sensors, count: 1000, paced: false, seed: 7 } }
      operators:
        rated: { use: severity, from: readings, with: { value: value, min: 0, max: 100 } }
      sinks:
        out: { use: stdout, from: rated }

      """)

  private let value: Expression
  private let scale: SeverityScale
  private let isStrict: Bool
  private let changes: FrameDeriver
  private var scores: [Double] = []
  private var classes: [tide_string] = []
  private var states: [ColumnValues.State] = []
  private let names = SeverityNames()
  private let rows = RowBuffer()
  private let erring = RowBuffer()

  init(_ config: Config) throws {
    value = try config[Self.value]
    isStrict = try config[Self.strict]
    let bounds = try (config[Self.minimum], config[Self.maximum])
    let thresholds = try config[Self.thresholds]
    guard bounds.0 <= bounds.1 else {
      throw PluginError.config("min \(bounds.0) is above max \(bounds.1); give them the other way round", at: "min")
    }
    for index in thresholds.indices.dropFirst() where !(thresholds[index - 1] <= thresholds[index]) {
      throw PluginError.config("\(thresholds[index]) is below the threshold before it", at: "thresholds[\(index)]")
    }
    for (index, threshold) in thresholds.enumerated() where !(0...1).contains(threshold) {
      throw PluginError.config(
        "\(threshold) is no score: those are from 0 to 1, the place between min and max", at: "thresholds[\(index)]")
    }
    scale = SeverityScale(minimum: bounds.0, maximum: bounds.1, thresholds: thresholds)
    changes = try FrameDeriver([.set("score"), .set("severity")])
  }

  mutating func process(_ batch: Batch, _ out: inout Output) throws {
    let values = try value.values(of: batch)
    guard batch.count > 0, let numbers = values.doubles else { return }
    scores.removeAll(keepingCapacity: true)
    classes.removeAll(keepingCapacity: true)
    states.removeAll(keepingCapacity: true)
    rows.clear()
    erring.clear()
    for index in 0..<values.count {
      let number = numbers[index]
      let isRated = values.isValid(index) && !number.isNaN
      let score = isRated ? scale.score(number) : 0
      scores.append(score)
      classes.append(isRated ? names[scale.level(score)] : names.none)
      states.append(isRated ? .value : .null)
      (values.state(index) == .error ? erring : rows).append(batch.row(at: index))
    }
    try scores.withUnsafeBufferPointer { scores in
      try classes.withUnsafeBufferPointer { classes in
        try states.withUnsafeBufferPointer { states in
          let columns = [ColumnValues(scores, states: states.baseAddress), ColumnValues(classes, states: states.baseAddress)]
          if isStrict {
            try out.send(batch, rows: rows.rows, changing: changes, values: columns)
          } else {
            try out.send(batch, changing: changes, values: columns)
          }
        }
      }
    }
    if isStrict { try out.reject(erring.rows, of: batch, value, "value") }
  }
}

/// The texts of the classes, where frames can copy them from.
final class SeverityNames: @unchecked Sendable {
  private let memory: [UnsafeMutableBufferPointer<CChar>]

  init() {
    memory = SeverityScale.Level.allCases.map { level in
      let bytes = UnsafeMutableBufferPointer<CChar>.allocate(capacity: level.rawValue.utf8.count)
      _ = bytes.initialize(from: level.rawValue.utf8.map { CChar(bitPattern: $0) })
      return bytes
    }
  }

  deinit { for bytes in memory { bytes.deallocate() } }

  let none = tide_string(data: nil, length: 0)

  subscript(level: SeverityScale.Level) -> tide_string {
    let bytes = memory[level.number]
    return tide_string(data: bytes.baseAddress, length: UInt64(bytes.count))
  }
}
