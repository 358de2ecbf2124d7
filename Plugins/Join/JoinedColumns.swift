import PluginKit

/// Where the fields of both sides stand in the rows that come out.
struct JoinedColumns {
  /// Places of fields that are no column: what is left out, and the rest, whose members go to that of the joined rows.
  static let none = -1, ofRest = -2

  static let windowStart = "window_start", windowEnd = "window_end"

  private(set) var time = 0, id = 0, start = 0, end = 0
  private(set) var rest: Int?
  private(set) var types: [ColumnType] = []
  /// For each input the columns of its fields, by their numbers.
  private(set) var places: [[Int]] = [[], []]
  /// The same of the second input where there is a row of the first, which gives the key.
  private(set) var placesBesideLeft: [Int] = []
  /// Names that members of the rest cannot have, since they are fields of the key.
  private var keys: [[[UInt8]]] = [[], []]

  /// True for a member of the rest of a side that has the name of a field of the key.
  func isTaken(_ name: UnsafeRawBufferPointer, _ side: Int) -> Bool { keys[side].contains { $0.elementsEqual(name) } }

  /// The columns, and a builder that has them. Of two fields of one name the first one stays.
  static func build(
    _ inputs: [InputFields], prefixes: [[UInt8]], hasWindow: Bool
  ) throws -> (FrameBuilder, JoinedColumns) {
    let builder = FrameBuilder()
    builder.maxBytes = 256 << 10
    var made = JoinedColumns()
    made.keys = inputs.map { $0.keyNames.map { Array($0.utf8) } }
    // Roles have places among the first columns.
    made.time = try made.add("", .time, role: .eventTime, nullable: false, to: builder)
    made.id = try made.add("", .int, role: .id, nullable: false, to: builder)
    if inputs.contains(where: { $0.fields.contains { $0.name == InputFields.rest } }) {
      made.rest = try made.add("", .variant, role: .rest, to: builder)
    }
    var taken: Set<String> = []
    let keyColumns = try inputs[0].keyNames.indices.map { place in
      try made.addKey(place, inputs, &taken, to: builder)
    }
    if hasWindow {
      made.start = try made.add(windowStart, .time, nullable: false, to: builder)
      made.end = try made.add(windowEnd, .time, nullable: false, to: builder)
      taken.formUnion([windowStart, windowEnd])
    }
    for (side, input) in inputs.enumerated() {
      made.places[side] = try input.fields.map { field in
        if let key = field.key { return keyColumns[key] }
        if field.name == InputFields.rest { return ofRest }
        let name = String(decoding: prefixes[side], as: UTF8.self) + field.name
        guard taken.insert(name).inserted, name.utf8.count <= FrameLimits.maxNameBytes else { return none }
        return try made.add(name, field.type, to: builder)
      }
    }
    made.placesBesideLeft = zip(inputs[1].fields, made.places[1]).map { $0.key == nil ? $1 : none }
    return (builder, made)
  }

  /// Adds a field of the key: of the type that both sides have, else one that takes both.
  private mutating func addKey(
    _ place: Int, _ inputs: [InputFields], _ taken: inout Set<String>, to builder: FrameBuilder
  ) throws -> Int {
    let found = inputs.compactMap { $0.fields.first { $0.key == place } }
    let type = Set(found.map(\.type)).count == 1 ? found[0].type : found.isEmpty ? .string : .variant
    let name = inputs[0].keyNames[place]
    taken.insert(name)
    return try add(
      name, type, role: inputs[0].keyNames.count == 1 && type != .variant ? .key : nil, to: builder)
  }

  private mutating func add(
    _ name: String, _ type: ColumnType, role: ColumnRole? = nil, nullable: Bool = true, to builder: FrameBuilder
  ) throws -> Int {
    let column = try builder.addColumn(name, type, role: role, nullable: nullable)
    types.append(type)
    if type == .variant { VariantKeys.encoded([]).withUnsafeBytes { builder.setKeys(column, metadata: $0) } }
    return column
  }
}
