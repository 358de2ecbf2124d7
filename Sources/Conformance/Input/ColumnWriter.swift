import Frames

/// Writes one column of input frames: the value of a row follows from seed, column and row alone.
struct ColumnWriter {
  let column: InputColumn
  let flavour: InputFrames.Flavour
  private let index: Int
  private let salt: UInt64
  private var children: [Int] = []
  /// A Parquet Variant key dictionary without keys.
  private static let noKeys: [UInt8] = [0x11, 0, 0]
  private static let keys = ["alpha", "beta", "gamma", "delta", "epsilon"]
  private static let longText = String(repeating: "long ", count: 13_107)
  static let decimalParameter = 20 << 8 | 4
  static let fixedBytes = 7

  init(_ column: InputColumn, _ builder: FrameBuilder, _ flavour: InputFrames.Flavour, seed: UInt64) throws {
    self.column = column
    self.flavour = flavour
    var parameter = 0
    if column.type == .decimal { parameter = Self.decimalParameter }
    if column.type == .fixed { parameter = Self.fixedBytes }
    var usesDictionary = true
    if case .encoded(.flat) = flavour { usesDictionary = false }
    index = try builder.addColumn(
      column.name, column.type, parameter: parameter, role: column.role, nullable: column.role != .eventTime,
      dictionary: usesDictionary)
    var random = SeededRandom(seed: seed, "column \(column.name)")
    salt = random.next()
  }

  /// The columns inside, which come after all columns of the event.
  mutating func declareChildren(_ builder: FrameBuilder) throws {
    switch column.type {
    case .list: children = [try builder.addChild(of: index, .int)]
    case .structure: children = [try builder.addChild(of: index, "a", .int), try builder.addChild(of: index, "b", .double)]
    default: break
    }
  }

  private func word(_ row: Int) -> UInt64 {
    var random = SeededRandom(seed: salt &+ UInt64(truncatingIfNeeded: row), "row")
    return random.next()
  }

  // MARK: A row

  func put(_ row: Int, _ builder: FrameBuilder) {
    switch flavour {
    case .encoded(let encoding): return putEncoded(row, encoding, builder)
    case .nulls: if column.role == .eventTime { builder.put(index, time: InputFrames.time(ofRow: row)) }
    case .extreme: putExtreme(row, builder)
    default: putPlain(row, builder)
    }
  }

  private func putPlain(_ row: Int, _ builder: FrameBuilder) {
    let word = word(row)
    if column.role == .eventTime { return builder.put(index, time: InputFrames.time(ofRow: row)) }
    if column.role == .id { return column.type == .int ? builder.put(index, Int64(row)) : builder.putNull(index) }
    // One value in sixteen is missing.
    if column.role == nil, word >> 60 == 0 { return }
    let small = Int64(word % 100)
    switch column.type {
    case .bool: builder.put(index, word & 1 == 1)
    case .int: builder.put(index, small)
    case .double: builder.put(index, Double(small) / 2)
    case .time: builder.put(index, time: InputFrames.time(ofRow: Int(small)))
    case .string: builder.put(index, Self.keys[Int(word % UInt64(Self.keys.count))])
    case .binary: put(bytes: [UInt8](repeating: UInt8(small), count: Int(word % 5))) { builder.put(index, binary: $0) }
    case .variant: put(bytes: [0x0C, UInt8(small)]) { builder.put(index, variant: $0) }
    case .int32: builder.put(index, Int32(small))
    case .uint16: builder.put(index, UInt16(small))
    case .int8: builder.put(index, Int8(small))
    case .uint64: builder.put(index, UInt64(small))
    case .float: builder.put(index, Float(small) / 4)
    case .duration: builder.put(index, duration: small)
    case .decimal: builder.put(index, decimal: Int128(small))
    case .fixed: put(bytes: [UInt8](repeating: UInt8(small), count: Self.fixedBytes)) { builder.put(index, fixed: $0) }
    case .list:
      for item in 0..<Int(word % 4) { builder.put(children[0], Int64(item)) }
      builder.putList(index)
    case .structure:
      builder.put(children[0], small)
      builder.put(children[1], Double(small))
      builder.putStructure(index)
    }
  }

  private func putExtreme(_ row: Int, _ builder: FrameBuilder) {
    let step = row % 7
    if column.role == .eventTime { return builder.put(index, time: InputFrames.time(ofRow: row)) }
    switch column.type {
    case .int: builder.put(index, [.min, .max, 0, -1, 1, .min + 1, .max - 1][step] as Int64)
    case .double:
      let least = Double.leastNonzeroMagnitude, greatest = Double.greatestFiniteMagnitude
      builder.put(index, [.nan, .infinity, -.infinity, -0.0, least, greatest, -greatest][step] as Double)
    case .time: builder.put(index, time: [.min, .max, 0, -1, 1, .min + 1, .max - 1][step])
    case .duration: builder.put(index, duration: [.min, .max, 0, -1, 1, .min + 1, .max - 1][step])
    case .string:
      let texts = ["", "\0", "\u{10FFFF}", "'\"\\\n", " ", "ÄÖÜ€", row == 6 ? Self.longText : "end"]
      builder.put(index, texts[step])
    case .binary: put(bytes: step == 0 ? [] : [0, 0xFF, 0x80]) { builder.put(index, binary: $0) }
    default: putPlain(row, builder)
    }
  }

  // MARK: One value in every layout

  private var isConstant: Bool { column.role != .eventTime && column.role != .id }

  /// Every row has the same value, but for times and ids, which count up: each layout can hold that.
  private func putEncoded(_ row: Int, _ encoding: ColumnEncoding, _ builder: FrameBuilder) {
    if encoding == .sequence, isSequence { return }
    if encoding == .constant, isConstant, hasConstant { return }
    switch column.type {
    case .int: builder.put(index, isConstant ? 42 : Int64(row))
    case .time: builder.put(index, time: isConstant ? 42 : InputFrames.time(ofRow: row))
    case .double: builder.put(index, 2.5)
    case .bool: builder.put(index, true)
    case .string: builder.put(index, "same")
    case .binary: put(bytes: [1, 2, 3]) { builder.put(index, binary: $0) }
    default: putPlain(row, builder)
    }
  }

  private var isSequence: Bool { column.type == .int || column.type == .time }
  private var hasConstant: Bool { [.int, .time, .double, .bool, .string, .binary].contains(column.type) }

  /// What is said of a whole column: a constant, a sequence, a variant's keys.
  func finish(_ rows: Range<Int>, _ builder: FrameBuilder) {
    if column.type == .variant { put(bytes: Self.noKeys) { builder.setKeys(index, metadata: $0) } }
  }

  /// The same, before the first row.
  func begin(_ rows: Range<Int>, _ builder: FrameBuilder) {
    guard case .encoded(let encoding) = flavour else { return }
    if encoding == .sequence, isSequence {
      let step: Int64 = isConstant ? 0 : column.type == .int ? 1 : InputFrames.rowNanoseconds
      let base = isConstant ? 42 : column.type == .int ? Int64(rows.lowerBound) : InputFrames.time(ofRow: rows.lowerBound)
      if column.type == .int {
        builder.setSequence(index, base: base, step: step)
      } else {
        builder.setSequence(index, timeBase: base, step: step)
      }
    } else if encoding == .constant, isConstant, hasConstant {
      switch column.type {
      case .int: builder.setConstant(index, 42 as Int64)
      case .time: builder.setConstant(index, time: 42)
      case .double: builder.setConstant(index, 2.5 as Double)
      case .bool: builder.setConstant(index, true)
      case .string: builder.setConstant(index, "same")
      default: put(bytes: [1, 2, 3]) { builder.setConstant(index, bytes: $0, type: .binary) }
      }
    }
  }

  private func put(bytes: [UInt8], _ body: (UnsafeRawBufferPointer) -> Void) { bytes.withUnsafeBytes(body) }
}
