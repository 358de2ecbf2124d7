import ProofBench

/// One row of an input, as the model sees it.
struct ModelRow {
  /// What a record says of a field: a value, null, or nothing at all.
  typealias Fields = [(name: String, value: Cell)]

  /// Number among all rows of the input, under `row` in the record.
  var number: Int
  var partition: Int
  /// As the host makes it: the partition and the row's place in it.
  var id: Int64
  var time: Int64
  /// Fields that the record has, those with null included.
  var fields: Fields

  /// nil when the record has no such field.
  subscript(name: String) -> Cell? { fields.first { $0.name == name }?.value }

  /// The record: a line of JSON.
  var line: String {
    var text = "{\"ts\":\(time),\"row\":\(number)"
    for (name, value) in fields { text += ",\"\(name)\":\(value.json)" }
    return text + "}\n"
  }
}

extension Cell {
  /// Texts of the tests hold nothing that JSON escapes.
  fileprivate var json: String {
    if case .time(let time) = self { return "\(time)" }
    return description
  }
}

/// The watermark of a partition as docs/engine.md says it, row by row.
struct ModelWatermark {
  var delay: Int64
  private(set) var value = Int64.min

  init(delay: Int64) { self.delay = delay }

  /// Sees a row; gives the watermark that it is behind of, nil when it is not behind.
  mutating func see(_ time: Int64) -> Int64? {
    if time < value { return value }
    let (after, overflow) = time.subtractingReportingOverflow(delay)
    value = max(value, overflow ? .min : after)
    return nil
  }
}
