import CTidemill
import Frames
import TestSupport

/// One value as a test thinks of it.
enum Value: Equatable {
  case null
  case bool(Bool)
  case int(Int64)
  case uint(UInt64)
  case double(UInt64)
  case decimal(Int128)
  case time(Int64)
  case string(String)
  case binary([UInt8])
  case variant([UInt8])
  case list([Value])
  case structure([Value])
}

/// A frame as a test thinks of it: what was put in, and what must therefore come out.
struct FrameModel {
  enum Shape: CaseIterable { case rows, constant, sequence }
  struct Column {
    var name: String
    var type: ColumnType
    var role: ColumnRole?
    var shape: Shape
    var values: [Value]
    var children: [Column] = []

    static func inner(_ name: String, _ type: ColumnType, _ children: [Column] = []) -> Column {
      Column(name: name, type: type, shape: .rows, values: [], children: children)
    }
    var parameter: Int { type == .fixed ? 5 : type == .decimal ? 38 << 8 | 3 : 0 }
  }

  var columns: [Column] = []
  var rows: Int
  var verbatim: [[UInt8]]?

  /// Metadata with the sorted keys "a" and "b".
  static let keys: [UInt8] = [0x11, 2, 0, 1, 2, 0x61, 0x62]
  /// {"a": [1, "xyz", {"b": null}], "b": 2.5} over these keys.
  static let nested: [UInt8] =
    [0x02, 2, 0, 1, 0, 18, 27] + [0x03, 3, 0, 2, 6, 12] + [0x0C, 1] + [0x0D, 0x78, 0x79, 0x7A] + [0x02, 1, 1, 0, 1, 0]
    + [0x1C, 0, 0, 0, 0, 0, 0, 0x04, 0x40]

  /// Every type in every shape that it has, with nulls in about every fourth place of nullable columns.
  static func random(rows: Int, using random: inout SplitMix) -> FrameModel {
    var model = FrameModel(rows: rows)
    let withNulls = Bool.random(using: &random)
    let distinct = [1, 3, 40, 100_000].randomElement(using: &random)!
    func add(_ name: String, _ type: ColumnType, _ role: ColumnRole?, _ shape: Shape, using random: inout SplitMix) {
      var values: [Value] = []
      let children = Self.children(of: type)
      func value(using random: inout SplitMix) -> Value {
        Self.value(of: .inner(name, type, children), distinct: distinct, using: &random)
      }
      let fixed = value(using: &random)
      let step = Int64.random(in: -1000...1000, using: &random)
      for row in 0..<rows {
        switch shape {
        case .constant: values.append(fixed)
        case .sequence:
          switch fixed {
          case .int(let base): values.append(.int(base &+ step &* Int64(row)))
          case .time(let base): values.append(.time(base &+ step &* Int64(row)))
          case .uint(let base): values.append(.uint(base &+ UInt64(bitPattern: step &* Int64(row))))
          default: preconditionFailure("only integers and times are sequences")
          }
        case .rows:
          let isNull = withNulls && role != .eventTime && Int.random(in: 0..<4, using: &random) == 0
          values.append(isNull ? .null : value(using: &random))
        }
      }
      model.columns.append(Column(name: name, type: type, role: role, shape: shape, values: values, children: children))
    }
    let timeShape = Shape.allCases.randomElement(using: &random)!
    add("", .int, .id, .sequence, using: &random)
    add("at", .time, .eventTime, timeShape, using: &random)
    for type in ColumnType.allCases {
      add("\(type)", type, type == .variant ? .rest : type == .string ? .key : nil, .rows, using: &random)
      if !type.isNested { add("\(type), constant", type, type == .string ? .source : nil, .constant, using: &random) }
    }
    add("sequence of times", .time, nil, .sequence, using: &random)
    add("sequence of durations", .duration, nil, .sequence, using: &random)
    add("sequence of unsigned", .uint64, nil, .sequence, using: &random)
    add("", .time, .ingestTime, .constant, using: &random)
    if Bool.random(using: &random) {
      model.verbatim = (0..<rows).map { Array("{\"row\":\($0)}".utf8) }
    }
    return model
  }

  /// What stands inside a list, and inside a structure: both hold the other.
  static func children(of type: ColumnType) -> [Column] {
    switch type {
    case .list: [.inner("", .structure, [.inner("x", .int32), .inner("s", .string), .inner("on", .bool)])]
    case .structure: [.inner("name", .string), .inner("tags", .list, [.inner("", .decimal)]), .inner("id", .fixed)]
    default: []
    }
  }

  static func value(of column: Column, distinct: Int, using random: inout SplitMix) -> Value {
    func inside(using random: inout SplitMix) -> [Value] {
      column.children.map { child in
        let isNull = Int.random(in: 0..<5, using: &random) == 0
        return isNull ? .null : value(of: child, distinct: distinct, using: &random)
      }
    }
    switch column.type {
    case .list: return .list((0..<Int.random(in: 0...3, using: &random)).flatMap { _ in inside(using: &random) })
    case .structure: return .structure(inside(using: &random))
    default: return value(column.type, distinct: distinct, using: &random)
    }
  }

  static func value(_ type: ColumnType, distinct: Int, using random: inout SplitMix) -> Value {
    switch type {
    case .int32: return .int(Int64(Int32.random(in: .min ... .max, using: &random)))
    case .uint16: return .int(Int64(UInt16.random(in: .min ... .max, using: &random)))
    case .int8: return .int(Int64(Int8.random(in: .min ... .max, using: &random)))
    case .duration: return .int(Int64.random(in: .min ... .max, using: &random))
    case .uint64: return .uint(UInt64.random(in: .min ... .max, using: &random))
    case .float: return .double(Double(Float.random(in: -1...1, using: &random)).bitPattern)
    case .fixed: return .binary((0..<5).map { _ in UInt8.random(in: 0...255, using: &random) })
    case .decimal: return .decimal(Int128.random(in: .min ... .max, using: &random))
    case .list, .structure: preconditionFailure("a nested value has children")
    case .bool: return .bool(Bool.random(using: &random))
    case .int:
      return .int([Int64.min, Int64.max, 0, Int64.random(in: -99...99, using: &random)].randomElement(using: &random)!)
    case .double:
      let number = [0.0, -0.0, .infinity, .nan, Double.random(in: -1...1, using: &random)].randomElement(using: &random)!
      return .double(number.bitPattern)
    case .time: return .time(Int64.random(in: 1_700_000_000_000_000_000...1_800_000_000_000_000_000, using: &random))
    case .string:
      let number = Int.random(in: 0..<distinct, using: &random)
      return .string(["", "é\(number)", "key-\(number)", "€𝄞"].randomElement(using: &random)!)
    case .binary: return .binary((0..<Int.random(in: 0..<9, using: &random)).map { UInt8(truncatingIfNeeded: $0 &* 77) })
    case .variant: return .variant([nested, [0x00], [0x04], [0x0C, 7]].randomElement(using: &random)!)
    }
  }

  /// Numbers of the columns inside each column, in the order in which `declare` declares them.
  var inside: [Int: [Int]] {
    var inside: [Int: [Int]] = [:]
    var next = columns.count
    func number(_ column: Column, as parent: Int) {
      for child in column.children {
        inside[parent, default: []].append(next)
        next += 1
        number(child, as: next - 1)
      }
    }
    for (index, column) in columns.enumerated() { number(column, as: index) }
    return inside
  }

  /// Declares the columns and sets what is the same for all rows.
  func declare(in builder: FrameBuilder) throws {
    for column in columns {
      let index = try builder.addColumn(column.name, column.type, parameter: column.parameter, role: column.role)
      if column.type == .variant { Self.keys.withUnsafeBytes { builder.setKeys(index, metadata: $0) } }
      fix(column, index, in: builder)
    }
    func declareChildren(_ column: Column, of parent: Int) throws {
      for child in column.children {
        let index = try builder.addChild(of: parent, child.name, child.type, parameter: child.parameter)
        try declareChildren(child, of: index)
      }
    }
    for (index, column) in columns.enumerated() { try declareChildren(column, of: index) }
    if verbatim != nil { try builder.addVerbatim() }
  }

  private func fix(_ column: Column, _ index: Int, in builder: FrameBuilder) {
    switch (column.shape, column.type, column.values.first) {
    case (.constant, _, .bool(let value)): builder.setConstant(index, value)
    case (.constant, .int32, .int(let value)): builder.setConstant(index, Int32(value))
    case (.constant, .uint16, .int(let value)): builder.setConstant(index, UInt16(value))
    case (.constant, .int8, .int(let value)): builder.setConstant(index, Int8(value))
    case (.constant, .duration, .int(let value)): builder.setConstant(index, duration: value)
    case (.constant, _, .int(let value)): builder.setConstant(index, value)
    case (.constant, _, .uint(let value)): builder.setConstant(index, value)
    case (.constant, .float, .double(let bits)): builder.setConstant(index, Float(Double(bitPattern: bits)))
    case (.constant, _, .double(let bits)): builder.setConstant(index, Double(bitPattern: bits))
    case (.constant, _, .decimal(let value)): builder.setConstant(index, decimal: value)
    case (.constant, _, .time(let value)): builder.setConstant(index, time: value)
    case (.constant, _, .string(let value)): builder.setConstant(index, value)
    case (.constant, let type, .binary(let bytes)), (.constant, let type, .variant(let bytes)):
      bytes.withUnsafeBytes { builder.setConstant(index, bytes: $0, type: type) }
    case (.sequence, .duration, .int(let base)):
      builder.setSequence(index, .duration, base: base, step: step(of: column))
    case (.sequence, _, .int(let base)): builder.setSequence(index, base: base, step: step(of: column))
    case (.sequence, _, .uint(let base)):
      builder.setSequence(index, .uint64, base: Int64(bitPattern: base), step: step(of: column))
    case (.sequence, _, .time(let base)): builder.setSequence(index, timeBase: base, step: step(of: column))
    default: break
    }
  }

  private func step(of column: Column) -> Int64 {
    guard rows > 1 else { return 0 }
    switch (column.values[0], column.values[1]) {
    case (.int(let base), .int(let next)), (.time(let base), .time(let next)): return next &- base
    case (.uint(let base), .uint(let next)): return Int64(bitPattern: next &- base)
    default: preconditionFailure("only integers and times are sequences")
    }
  }

  /// Puts all rows.
  func fill(_ builder: FrameBuilder) {
    let inside = inside
    for row in 0..<rows {
      for (index, column) in columns.enumerated() where column.shape == .rows {
        if column.values[row] == .null && row % 2 == 1 { continue }
        put(column.values[row], column, index, inside, into: builder)
      }
      if let verbatim { verbatim[row].withUnsafeBytes { builder.putVerbatim($0) } }
      builder.endRow()
    }
  }

  private func put(_ value: Value, _ column: Column, _ index: Int, _ inside: [Int: [Int]], into builder: FrameBuilder) {
    switch (value, column.type) {
    case (.null, _): builder.putNull(index)
    case (.bool(let value), _): builder.put(index, value)
    case (.int(let value), .int32): builder.put(index, Int32(value))
    case (.int(let value), .uint16): builder.put(index, UInt16(value))
    case (.int(let value), .int8): builder.put(index, Int8(value))
    case (.int(let value), .duration): builder.put(index, duration: value)
    case (.int(let value), _): builder.put(index, value)
    case (.uint(let value), _): builder.put(index, value)
    case (.double(let bits), .float): builder.put(index, Float(Double(bitPattern: bits)))
    case (.double(let bits), _): builder.put(index, Double(bitPattern: bits))
    case (.decimal(let value), _): builder.put(index, decimal: value)
    case (.time(let value), _): builder.put(index, time: value)
    case (.string(let value), _): builder.put(index, value)
    case (.binary(let bytes), .fixed): bytes.withUnsafeBytes { builder.put(index, fixed: $0) }
    case (.binary(let bytes), _): bytes.withUnsafeBytes { builder.put(index, binary: $0) }
    case (.variant(let bytes), _): bytes.withUnsafeBytes { builder.put(index, variant: $0) }
    case (.list(let elements), _):
      for element in elements { put(element, column.children[0], inside[index]![0], inside, into: builder) }
      builder.putList(index)
    case (.structure(let fields), _):
      for (k, field) in fields.enumerated() { put(field, column.children[k], inside[index]![k], inside, into: builder) }
      builder.putStructure(index)
    }
  }

  /// The frame as bytes.
  func bytes() throws -> AlignedBytes {
    let builder = FrameBuilder()
    try declare(in: builder)
    fill(builder)
    return try written(builder)
  }

  /// Where `view` differs from rows `selected` of this model, in words; `nil` when nowhere.
  func difference(from view: FrameView, rows selected: [Int]? = nil) -> String? {
    let selected = selected ?? Array(0..<rows)
    if view.rows != selected.count { return "\(view.rows) rows instead of \(selected.count)" }
    if view.columnCount != columns.count { return "\(view.columnCount) columns" }
    for (index, column) in columns.enumerated() {
      let found = view.column(index)
      if found.name != column.name || found.type != column.type || found.role != column.role
        || found.parameter != column.parameter || found.childCount != column.children.count
      {
        return "column \(index) is \(found.name) of \(String(describing: found.type))"
      }
      for (k, row) in selected.enumerated() where read(found, k) != column.values[row] {
        return "column \(column.name), row \(k): \(read(found, k)) instead of \(column.values[row])"
      }
      let nulls = selected.count { column.values[$0] == .null }
      if found.nullCount != nulls { return "column \(column.name): \(found.nullCount) nulls instead of \(nulls)" }
    }
    if view.hasVerbatim != (verbatim != nil) { return "verbatim records appeared or vanished" }
    if let verbatim {
      for (k, row) in selected.enumerated() where Array(view.verbatim(k)!) != verbatim[row] { return "verbatim record \(k)" }
    }
    return nil
  }
}

/// What a column holds in a row, read by the reader of its type.
func read(_ column: ColumnView, _ row: Int) -> Value {
  guard column.isValid(row) else { return .null }
  switch column.type {
  case .bool: return .bool(column.bool(row))
  case .int: return .int(column.int(row))
  case .double: return .double(column.double(row).bitPattern)
  case .time: return .time(column.time(row))
  case .string: return .string(column.string(row))
  case .binary: return .binary(Array(column.bytes(row)))
  case .variant: return .variant(Array(column.variant(row).value))
  case .int32, .uint16, .int8, .duration: return .int(column.int(row))
  case .uint64: return .uint(column.uint(row))
  case .float: return .double(column.double(row).bitPattern)
  case .fixed: return .binary(Array(column.bytes(row)))
  case .decimal: return .decimal(column.decimal(row).significand)
  case .list: return .list(column.elements(row).map { read(column.child(0), $0) })
  case .structure: return .structure((0..<column.childCount).map { read(column.child($0), column.fields(row)!) })
  case nil: return .null
  }
}

/// The builder's frame in memory of exactly its size.
func written(_ builder: FrameBuilder) throws -> AlignedBytes {
  let size = builder.byteCount
  if let failure = builder.failure { throw failure }
  let bytes = AlignedBytes(count: size)
  precondition(builder.write(into: bytes.memory, capacity: size) == size, "a frame has the size it said")
  return bytes
}
