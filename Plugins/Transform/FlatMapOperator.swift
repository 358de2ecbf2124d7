import PluginKit

/// Operator `flat_map`: makes a row of each element of a list.
struct FlatMapOperator: Operator {
  static let explode = Option(
    "explode", .map(.listExpression),
    doc: "A field, and the list whose elements become its values, one a row, such as item: items.")
  static let keepEmpty = Option(
    "keep_empty", .bool, doc: "Pass a row whose list is empty, null or absent once, with null. Otherwise it passes not at all.",
    default: false)
  static let strict = StrictOption.option(otherwise: "its list counts as null, and the row is counted")
  static let component = Component(
    "flat_map", doc: "Make a row of each element of a list.", concurrency: .stateless, options: [explode, keepEmpty, strict],
    inputs: [], outputs: .changed(set: explode),
    example: """
      name: items
      sources:
        readings: { use: generate, with: { kind: sensors, count: 1000, paced: false, seed: 7 } }
      operators:
        both: { use: flat_map, from: readings, with: { explode: { value: "[value, value * 1.8 + 32.0]" } } }
      sinks:
        out: { use: stdout, from: both }

      """)

  /// Rows that one call makes at most, so that a long list holds nothing up.
  private static let rowsPerSend = 8192

  private let list: Expression
  private let name: String
  /// Path of the entry.
  private let option: String
  private let keepsEmpty: Bool
  private let isStrict: Bool
  private let changes: FrameDeriver
  private let rows = RowBuffer()
  private let erring = RowBuffer()
  private var elements: [tide_string] = []
  private var states: [ColumnValues.State] = []

  init(_ config: Config) throws {
    let entries = try config[Self.explode]
    guard entries.count == 1 else {
      throw PluginError.config("`explode` takes one field and one list, not \(entries.count)", at: "explode")
    }
    name = entries[0].name
    option = entries[0].path
    list = entries[0].value
    keepsEmpty = try config[Self.keepEmpty]
    isStrict = try config[Self.strict]
    changes = try FrameDeriver([.set(name)])
  }

  mutating func process(_ batch: Batch, _ out: inout Output) throws {
    try batch.forEachPart { try explode($0, &out) }
  }

  /// Makes rows of those that have room for their lists, and gives the number of these.
  private mutating func explode(_ batch: Batch, _ out: inout Output) throws -> Int {
    let values = try list.values(of: batch)
    guard batch.count > 0, let lists = values.strings else { return batch.count }
    let count = values.count - values.leftCount
    var wrong: [(row: Int, why: String)] = []
    erring.clear()
    for index in 0..<count {
      let row = batch.row(at: index)
      guard values.isValid(index) else {
        if isStrict, values.state(index) == .error {
          erring.append(row)
        } else if keepsEmpty {
          try add(row, nil, values, batch, &out)
        }
        continue
      }
      let value = VariantReader(
        value: UnsafeRawBufferPointer(start: lists[index].data, count: Int(lists[index].length)), keys: values.keys)
      guard value.kind == .array else {
        wrong.append((Int(row), "'\(option)' is \(Self.name(value.kind)), and a list is wanted"))
        continue
      }
      if value.count == 0, keepsEmpty { try add(row, nil, values, batch, &out) }
      for place in 0..<value.count { try add(row, value[place], values, batch, &out) }
    }
    try send(values, batch, &out)
    for (row, why) in wrong { try out.reject(row, of: batch, why) }
    // Asking why ends what the expression gave for the batch.
    try out.reject(erring.rows, of: batch, list, option)
    return count
  }

  private static func name(_ kind: VariantReader.Kind) -> String {
    switch kind {
    case .int, .object: "an \(kind)"
    default: "a \(kind)"
    }
  }

  private mutating func add(
    _ row: UInt16, _ element: VariantReader?, _ values: ColumnValues, _ batch: Batch, _ out: inout Output
  ) throws {
    if rows.count >= Self.rowsPerSend { try send(values, batch, &out) }
    rows.append(row)
    let isNull = element == nil || element?.kind == .null || element?.kind == .absent
    let bytes = element.map { UnsafeRawBufferPointer(rebasing: $0.value.prefix($0.byteCount)) }
    elements.append(
      isNull
        ? tide_string(data: nil, length: 0)
        : tide_string(data: bytes?.baseAddress?.assumingMemoryBound(to: CChar.self), length: UInt64(bytes?.count ?? 0)))
    states.append(isNull ? .null : .value)
  }

  /// Sends what has been gathered.
  private mutating func send(_ values: ColumnValues, _ batch: Batch, _ out: inout Output) throws {
    guard rows.count > 0 else { return }
    try elements.withUnsafeBufferPointer { elements in
      try states.withUnsafeBufferPointer { states in
        let column = ColumnValues(variants: elements, keys: values.keys, states: states.baseAddress)
        try out.send(batch, repeating: rows.rows, changing: changes, values: [column])
      }
    }
    rows.clear()
    elements.removeAll(keepingCapacity: true)
    states.removeAll(keepingCapacity: true)
  }
}
