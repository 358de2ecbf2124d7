import CTidemill
import Frames
import TestSupport

/// One value as a test thinks of it.
enum Value: Equatable {
  case null
  case bool(Bool)
  case int(Int64)
  case double(UInt64)
  case time(Int64)
  case string(String)
  case binary([UInt8])
  case variant([UInt8])
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
      let fixed = Self.value(type, distinct: distinct, using: &random)
      let step = Int64.random(in: -1000...1000, using: &random)
      for row in 0..<rows {
        switch shape {
        case .constant: values.append(fixed)
        case .sequence:
          switch fixed {
          case .int(let base): values.append(.int(base &+ step &* Int64(row)))
          case .time(let base): values.append(.time(base &+ step &* Int64(row)))
          default: preconditionFailure("only integers and times are sequences")
          }
        case .rows:
          let isNull = withNulls && role != .eventTime && Int.random(in: 0..<4, using: &random) == 0
          values.append(isNull ? .null : Self.value(type, distinct: distinct, using: &random))
        }
      }
      model.columns.append(Column(name: name, type: type, role: role, shape: shape, values: values))
    }
    let timeShape = Shape.allCases.randomElement(using: &random)!
    add("", .int, .id, .sequence, using: &random)
    add("at", .time, .eventTime, timeShape, using: &random)
    for type in ColumnType.allCases {
      add("\(type)", type, type == .variant ? .rest : type == .string ? .key : nil, .rows, using: &random)
      add("\(type), constant", type, type == .string ? .source : nil, .constant, using: &random)
    }
    add("sequence of times", .time, nil, .sequence, using: &random)
    add("", .time, .ingestTime, .constant, using: &random)
    if Bool.random(using: &random) {
      model.verbatim = (0..<rows).map { Array("{\"row\":\($0)}".utf8) }
    }
    return model
  }

  static func value(_ type: ColumnType, distinct: Int, using random: inout SplitMix) -> Value {
    switch type {
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

  /// Declares the columns and sets what is the same for all rows.
  func declare(in builder: FrameBuilder) throws {
    for column in columns {
      let index = try builder.addColumn(column.name, column.type, role: column.role)
      if column.type == .variant { Self.keys.withUnsafeBytes { builder.setKeys(index, metadata: $0) } }
      switch (column.shape, column.values.first) {
      case (.constant, .bool(let value)): builder.setConstant(index, value)
      case (.constant, .int(let value)): builder.setConstant(index, value)
      case (.constant, .double(let bits)): builder.setConstant(index, Double(bitPattern: bits))
      case (.constant, .time(let value)): builder.setConstant(index, time: value)
      case (.constant, .string(let value)): builder.setConstant(index, value)
      case (.constant, .binary(let bytes)): bytes.withUnsafeBytes { builder.setConstant(index, bytes: $0, type: .binary) }
      case (.constant, .variant(let bytes)): bytes.withUnsafeBytes { builder.setConstant(index, bytes: $0, type: .variant) }
      case (.sequence, .int(let base)):
        guard rows > 1, case .int(let next) = column.values[1] else { builder.setSequence(index, base: base); break }
        builder.setSequence(index, base: base, step: next &- base)
      case (.sequence, .time(let base)):
        guard rows > 1, case .time(let next) = column.values[1] else {
          builder.setSequence(index, timeBase: base, step: 0); break
        }
        builder.setSequence(index, timeBase: base, step: next &- base)
      default: break
      }
    }
    if verbatim != nil { try builder.addVerbatim() }
  }

  /// Puts all rows.
  func fill(_ builder: FrameBuilder) {
    for row in 0..<rows {
      for (index, column) in columns.enumerated() where column.shape == .rows {
        switch column.values[row] {
        case .null: if row % 2 == 0 { builder.putNull(index) }
        case .bool(let value): builder.put(index, value)
        case .int(let value): builder.put(index, value)
        case .double(let bits): builder.put(index, Double(bitPattern: bits))
        case .time(let value): builder.put(index, time: value)
        case .string(let value): builder.put(index, value)
        case .binary(let bytes): bytes.withUnsafeBytes { builder.put(index, binary: $0) }
        case .variant(let bytes): bytes.withUnsafeBytes { builder.put(index, variant: $0) }
        }
      }
      if let verbatim { verbatim[row].withUnsafeBytes { builder.putVerbatim($0) } }
      builder.endRow()
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
      if found.name != column.name || found.type != column.type || found.role != column.role {
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
