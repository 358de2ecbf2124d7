import CTidemill
import Frames
import TestSupport
import Testing

struct FrameBuilderTests {
  @Test func `every type, encoding and null comes back as it was put`() throws {
    let seed: UInt64 = 0x7EED_0001
    var random = SplitMix(seed: seed)
    var encodings: Set<ColumnEncoding> = []
    for round in 0..<200 {
      let rows = [1, 2, 7, 64, 255, 300, 1030].randomElement(using: &random)!
      let model = FrameModel.random(rows: rows, using: &random)
      let bytes = try model.bytes()
      let view = try FrameValidator.validate(bytes.raw)
      #expect(model.difference(from: view) == nil, "seed \(seed), round \(round)")
      for index in 0..<view.columnCount { encodings.insert(view.column(index).encoding!) }
    }
    #expect(encodings == Set(ColumnEncoding.allCases))
  }

  @Test func `frames are of the partition that was set last, and of 0 before`() throws {
    let builder = FrameBuilder()
    let value = try builder.addColumn("value", .int)
    var streams: [UInt32] = []
    for partition in [nil, 7, nil, UInt32.max] as [UInt32?] {
      if let partition { builder.stream = partition }
      builder.put(value, 1)
      builder.endRow()
      let bytes = AlignedBytes(count: builder.byteCount)
      #expect(builder.write(into: bytes.memory, capacity: builder.byteCount) == builder.byteCount)
      streams.append(try FrameValidator.validate(bytes.raw).stream)
      builder.reset()
    }
    #expect(streams == [0, 7, 7, .max])
  }

  @Test func `a builder is reused from frame to frame, also after a failure`() throws {
    var random = SplitMix(seed: 0x7EED_0002)
    let builder = FrameBuilder()
    var model = FrameModel.random(rows: 400, using: &random)
    model.columns = model.columns.filter { $0.shape == .rows }
    try model.declare(in: builder)
    for round in 0..<40 {
      var next = FrameModel.random(rows: round % 2 == 0 ? 400 : 3, using: &random)
      next.columns = next.columns.filter {
        $0.shape == .rows && ($0.role != .eventTime || model.columns.contains { $0.role == .eventTime })
      }
      guard next.columns.map(\.name) == model.columns.map(\.name), next.verbatim == nil, model.verbatim == nil else { continue }
      if round % 5 == 4 {
        builder.put(0, "of another type than any first column")
        builder.endRow()
        #expect(builder.failure != nil && builder.byteCount == 0)
        builder.reset()
      }
      next.fill(builder)
      let bytes = try written(builder)
      #expect(next.difference(from: try FrameValidator.validate(bytes.raw)) == nil, "round \(round)")
      builder.reset()
    }
  }

  @Test func `strings that repeat become a dictionary, strings that differ become offsets`() throws {
    let builder = FrameBuilder()
    let few = try builder.addColumn("few", .string)
    let many = try builder.addColumn("many", .string)
    let half = try builder.addColumn("half", .string)
    for row in 0..<600 {
      builder.put(few, "value \(row % 10)")
      builder.put(many, "value \(row)")
      builder.put(half, "value \(row % 301)")
      builder.endRow()
    }
    let view = try FrameValidator.validate(try written(builder).raw)
    #expect(view.column(few).encoding == .dictionary)
    #expect(view.column(few).dictionary?.count == 10)
    #expect(view.column(many).encoding == .flat)
    #expect(view.column(half).encoding == .flat)
    #expect(view.column(half).string(599) == "value 298")
  }

  @Test func `a dictionary that did not pay is tried again after some frames`() throws {
    let builder = FrameBuilder()
    let text = try builder.addColumn("text", .string)
    func frame(distinct: Int) throws -> ColumnEncoding? {
      for row in 0..<512 {
        builder.put(text, "value \(row % distinct)")
        builder.endRow()
      }
      defer { builder.reset() }
      let bytes = try written(builder)
      return try FrameValidator.validate(bytes.raw).column(text).encoding
    }
    #expect(try frame(distinct: 512) == .flat)
    #expect(try (0..<14).allSatisfy { _ in try frame(distinct: 2) == .flat })
    #expect(try frame(distinct: 2) == .dictionary)
  }

  @Test func `rows that are taken back leave nothing behind`() throws {
    let builder = FrameBuilder()
    let text = try builder.addColumn("text", .string)
    let note = try builder.addColumn("note", .string, dictionary: false)
    let flag = try builder.addColumn("flag", .bool)
    let count = try builder.addColumn("count", .int)
    for row in 0..<2000 {
      builder.put(text, "value \(row)")
      builder.put(note, "note \(row)")
      builder.put(flag, true)
      if row % 2 == 0 { builder.putNull(count) }
      if row % 100 == 0 {
        builder.endRow()
      } else {
        builder.dropRow()
      }
    }
    let view = try FrameValidator.validate(try written(builder).raw)
    #expect(view.rows == 20)
    #expect((0..<20).allSatisfy { view.column(text).string($0) == "value \($0 * 100)" })
    #expect((0..<20).allSatisfy { view.column(note).string($0) == "note \($0 * 100)" })
    #expect(view.column(count).nullCount == 20)
  }

  @Test func `values that rows leave out are null, however many rows they are`() throws {
    let builder = FrameBuilder()
    let at = try builder.addColumn("at", .time, role: .eventTime)
    let seldom = try builder.addColumn("seldom", .double)
    let text = try builder.addColumn("text", .string)
    let note = try builder.addColumn("note", .string, dictionary: false)
    let never = try builder.addColumn("never", .bool)
    func has(_ column: Int, _ row: Int) -> Bool { row % [seldom: 700, text: 3, note: 1300][column, default: .max] == 1 }
    for round in 0..<3 {
      for row in 0..<2500 {
        builder.put(at, time: Int64(row))
        if has(seldom, row) { builder.put(seldom, Double(row)) }
        if has(text, row) { builder.put(text, "value \(row % 7)") }
        if has(note, row) { builder.put(note, "note \(row)") }
        if row % 500 == 499 {  // a row that is taken back owes nothing
          builder.dropRow()
          builder.put(at, time: Int64(row))
        }
        builder.endRow()
      }
      if round == 1 { [0.25, 0.5].withUnsafeBufferPointer { builder.append(seldom, contentsOf: $0) } }
      builder.endRows(0)
      if round == 1 {
        #expect(builder.failure?.reason == "a column has more values than rows")
        builder.reset()
        continue
      }
      let view = try FrameValidator.validate(try written(builder).raw)
      for row in 0..<2500 where row % 500 != 499 {
        #expect(view.column(seldom).isValid(row) == has(seldom, row) && view.column(text).isValid(row) == has(text, row))
        #expect(view.column(note).isValid(row) == has(note, row) && view.column(never).isValid(row) == false)
        if has(seldom, row) { #expect(view.column(seldom).double(row) == Double(row)) }
        if has(text, row) { #expect(view.column(text).string(row) == "value \(row % 7)") }
        if has(note, row) { #expect(view.column(note).string(row) == "note \(row)") }
      }
      builder.reset()
    }
  }

  @Test(arguments: [1, 6, 7, 12]) func `each of many columns that may not be null needs its value`(count: Int) throws {
    for left in 0..<count {
      let builder = FrameBuilder()
      let columns = try (0..<count).map { try builder.addColumn("\($0)", .int, nullable: false) }
      for row in 0..<600 {
        for column in columns where row < 599 || column != left { builder.put(column, Int64(row)) }
        #expect(builder.rows == row)
        builder.endRow()
      }
      #expect(builder.failure?.reason == "a column that may not be null lacks a value")
      #expect(builder.failure?.column == "\(left)" && builder.byteCount == 0)
    }
  }

  @Test func `a dictionary tells strings apart that differ in a byte, at every length`() throws {
    let builder = FrameBuilder()
    let text = try builder.addColumn("text", .string)
    builder.maxBytes = 1 << 24
    var strings: [String] = [""]
    for length in 1...40 {
      let base = [UInt8](repeating: 0x61, count: length)
      strings.append(String(decoding: base, as: UTF8.self))
      for place in 0..<length {
        var other = base
        other[place] = 0x62
        strings.append(String(decoding: other, as: UTF8.self))
      }
    }
    // Few new ones at a time, so that the dictionary pays all along.
    for round in 1...8 {
      for (row, string) in (strings.prefix(strings.count * round / 8) + strings.prefix(strings.count * round / 8)).enumerated()
      {
        builder.put(text, row % 2 == 0 ? string : strings[row % 50])
        builder.endRow()
      }
    }
    let view = try FrameValidator.validate(try written(builder).raw)
    #expect(view.column(text).encoding == .dictionary)
    var row = 0
    for round in 1...8 {
      let some = strings.prefix(strings.count * round / 8)
      for (place, string) in (some + some).enumerated() {
        #expect(view.column(text).string(row) == (place % 2 == 0 ? string : strings[place % 50]))
        row += 1
      }
    }
    let distinct = try #require(view.column(text).dictionary)
    #expect(Set((0..<distinct.count).map { distinct.string($0) }).count == distinct.count)
  }

  @Test func `columns can be appended whole`() throws {
    let builder = FrameBuilder()
    let at = try builder.addColumn("at", .time, role: .eventTime)
    let level = try builder.addColumn("level", .double)
    let empty = try builder.addColumn("empty", .string)
    let times: [Int64] = (0..<700).map { 5000 - $0 }
    times.withUnsafeBufferPointer { builder.append(at, contentsOf: $0) }
    [1.5, 2.5].withUnsafeBufferPointer { builder.append(level, contentsOf: $0) }
    builder.endRows(700)
    let view = try FrameValidator.validate(try written(builder).raw)
    #expect(view.eventTimeRange == 4301...5000)
    #expect(view.column(at).ints.map(Array.init) == times)
    #expect(view.column(level).nullCount == 698 && view.column(level).double(1) == 2.5)
    #expect(view.column(empty).nullCount == 700)
  }

  @Test func `endRow says when a frame is full`() throws {
    let builder = FrameBuilder()
    let text = try builder.addColumn("text", .binary)
    builder.maxRows = 10
    builder.maxBytes = 100
    var rows = 0
    repeat {
      Array("0123456789".utf8).withUnsafeBytes { builder.put(text, binary: $0) }
      rows += 1
    } while !builder.endRow()
    #expect(rows == 8)
    builder.reset()
    builder.maxBytes = 1 << 20
    rows = 0
    repeat { rows += 1 } while !builder.endRow()
    #expect(rows == 10)
  }

  @Test func `padding and null slots are zero`() throws {
    let builder = FrameBuilder()
    let number = try builder.addColumn("n", .int)
    for row in 0..<100 {
      if row % 3 == 0 { builder.put(number, -1) } else { builder.putNull(number) }
      builder.endRow()
    }
    let size = builder.byteCount
    let bytes = AlignedBytes(count: size)
    bytes.memory.initializeMemory(as: UInt8.self, repeating: 0xEE, count: size)
    #expect(builder.write(into: bytes.memory, capacity: size) == size)
    let view = try FrameValidator.validate(bytes.raw)
    #expect(view.column(number).ints!.enumerated().allSatisfy { $1 == ($0 % 3 == 0 ? -1 : 0) })
    let descriptor = tide_col(view.frame, Int32(number))!.pointee
    let used = Int(descriptor.data + descriptor.data_len)
    #expect(bytes.raw[used...].allSatisfy { $0 == 0 })
    #expect(bytes.raw[Int(descriptor.valid) + 13..<Int(descriptor.data)].allSatisfy { $0 == 0 })
  }
}

/// Limits and mistakes: an error, never a wrong frame.
struct FrameBuilderLimitTests {
  private func failure(_ body: (FrameBuilder) throws -> Void) -> String? {
    let builder = FrameBuilder()
    do { try body(builder) } catch { return (error as? FrameBuildError)?.reason }
    if builder.failure != nil { #expect(builder.byteCount == 0) }
    return builder.failure?.reason
  }

  @Test func `a frame takes 65536 rows and not one more`() throws {
    let builder = FrameBuilder()
    let number = try builder.addColumn("n", .int)
    builder.maxRows = .max
    builder.maxBytes = .max
    for row in 0..<65536 {
      builder.put(number, Int64(row))
      builder.endRow()
    }
    let bytes = try written(builder)
    #expect(try FrameValidator.validate(bytes.raw).rows == 65536)
    builder.put(number, 1)
    builder.endRow()
    #expect(builder.failure?.reason == "a frame has at most 65536 rows")
    #expect(builder.write(into: bytes.memory, capacity: bytes.count) == 0)
    builder.reset()
    builder.endRows(65537)
    #expect(builder.failure != nil)
  }

  @Test func `a dictionary of 16384 strings in 65536 rows keeps its codes`() throws {
    let builder = FrameBuilder()
    let text = try builder.addColumn("text", .string)
    for row in 0..<65536 {
      builder.put(text, "\(row / 4)")
      builder.endRow()
    }
    let bytes = try written(builder)
    let view = try FrameValidator.validate(bytes.raw)
    #expect(view.column(text).encoding == .dictionary)
    #expect((0..<65536).allSatisfy { view.column(text).string($0) == "\($0 / 4)" })
  }

  @Test func `wrong columns are refused`() {
    #expect(
      failure { _ = try $0.addColumn(String(repeating: "n", count: 256), .int) } == "a column's name is longer than 255 bytes")
    #expect(failure { _ = try $0.addColumn(String(repeating: "n", count: 255), .int) } == nil)
    #expect(failure { _ = try $0.addColumn("a\0b", .int) } == "a column's name contains NUL")
    #expect(
      failure {
        _ = try $0.addColumn("a", .int)
        _ = try $0.addColumn("a", .int)
      } == "two columns have the same name")
    #expect(
      failure {
        _ = try $0.addColumn("", .int, role: .id)
        _ = try $0.addColumn("", .int)
        _ = try $0.addColumn("b", .int, role: .id)
      } == "two columns have the same role")
    #expect(failure { _ = try $0.addColumn("a", .int, role: .eventTime) } == "a column's type does not fit its role")
    #expect(failure { _ = try $0.addColumn("a", .variant, role: .key) } == "a column's type does not fit its role")
    #expect(failure { _ = try $0.addColumn("a", .string, role: .rest) } == "a column's type does not fit its role")
    #expect(failure { builder in for n in 0..<2047 { _ = try builder.addColumn("\(n)", .string) } } == nil)
    #expect(
      failure { builder in for n in 0..<2048 { _ = try builder.addColumn("\(n)", .string) } }
        == "a frame has at most 2047 columns beside dictionaries")
    #expect(
      failure {
        let a = try $0.addColumn("a", .int)
        $0.put(a, 1)
        $0.endRow()
        _ = try $0.addColumn("b", .int)
      } == "columns are declared before rows and verbatim records")
    #expect(
      failure {
        for n in 0..<255 { _ = try $0.addColumn("\(n)", .int) }
        _ = try $0.addColumn("key", .string, role: .key)
      } == "a role is unknown or its column above 254")
  }

  @Test func `wrong values are refused`() {
    func withColumns(_ body: (FrameBuilder, Int, Int) throws -> Void) -> String? {
      failure {
        let at = try $0.addColumn("at", .time, role: .eventTime)
        try body($0, at, try $0.addColumn("n", .int))
      }
    }
    #expect(withColumns { builder, _, n in builder.put(n, 1.5) } == "a value is of another type than its column")
    #expect(withColumns { builder, _, n in builder.put(n, time: 1) } == "a value is of another type than its column")
    #expect(withColumns { builder, _, n in builder.put(n, "1") } == "a value is of another type than its column")
    #expect(withColumns { builder, _, _ in builder.put(7, 1) } == "there is no such column")
    #expect(withColumns { builder, _, _ in builder.put(-1, 1) } == "there is no such column")
    #expect(withColumns { builder, _, _ in builder.putNull(9) } == "there is no such column")
    #expect(withColumns { builder, _, _ in builder.endRow() } == "a column that may not be null lacks a value")
    #expect(withColumns { builder, at, _ in builder.putNull(at) } == "a column that may not be null lacks a value")
    #expect(
      withColumns { builder, _, n in
        builder.put(n, 1)
        builder.put(n, 2)
      } == "a column has two values in one row, or a value beside its constant")
    #expect(
      withColumns { builder, _, n in
        builder.setConstant(n, 1)
        builder.put(n, 2)
      } == "a column has two values in one row, or a value beside its constant")
    #expect(
      withColumns { builder, at, n in
        builder.put(at, time: 1)
        builder.put(n, 1)
        builder.endRow()
        builder.put(n, 2)
        _ = builder.byteCount
      } == "the last row was not ended")
    #expect(
      withColumns { builder, at, n in
        builder.put(at, time: 1)
        builder.put(n, 1)
        builder.endRow()
        builder.setConstant(n, 3)
      } == "a constant is set after rows were put")
    #expect(withColumns { builder, at, _ in builder.setConstant(at, 3) }?.contains("a constant is of another type") == true)
    #expect(withColumns { builder, _, _ in builder.setSequence(0, base: 3) }?.contains("constant is of another type") == true)
  }

  @Test func `verbatim records are all or none`() throws {
    let reason = failure {
      let n = try $0.addColumn("n", .int)
      try $0.addVerbatim()
      $0.put(n, 1)
      $0.endRow()
    }
    #expect(reason == "a column that may not be null lacks a value")
    #expect(failure { try $0.addVerbatim() } != nil)
    #expect(failure { $0.putVerbatim(UnsafeRawBufferPointer(start: nil, count: 0)) } == "the builder keeps no verbatim records")
  }

  @Test func `a heap above 2 GiB is refused before it is copied`() throws {
    let builder = FrameBuilder()
    let binary = try builder.addColumn("b", .binary)
    let small: [UInt8] = [1, 2, 3]
    small.withUnsafeBytes { builder.put(binary, binary: $0) }
    // The length alone must be refused: no byte of this range may be read.
    small.withUnsafeBytes {
      _ = tide_put_binary(builder.core, Int32(binary), $0.baseAddress, 0x7FFF_FFFF)
    }
    #expect(builder.failure?.reason == "a column has two values in one row, or a value beside its constant")
    builder.reset()
    small.withUnsafeBytes { builder.put(binary, binary: $0) }
    builder.endRow()
    small.withUnsafeBytes { _ = tide_put_binary(builder.core, Int32(binary), $0.baseAddress, 0x7FFF_FFFD) }
    #expect(builder.failure?.reason == "the strings of a column exceed 2 GiB in one frame")
    #expect(builder.failure?.column == "b")
  }

  @Test func `the extremes of integers survive every encoding`() throws {
    let builder = FrameBuilder()
    let values: [Int64] = [.min, .max, 0, -1]
    let flat = try builder.addColumn("flat", .int)
    let constant = try builder.addColumn("constant", .int)
    let sequence = try builder.addColumn("sequence", .int)
    let at = try builder.addColumn("at", .time, role: .eventTime)
    builder.setConstant(constant, Int64.min)
    builder.setSequence(sequence, base: .max, step: .max)
    builder.setSequence(at, timeBase: .max, step: 1)
    for value in values {
      builder.put(flat, value)
      builder.endRow()
    }
    let bytes = try written(builder)
    let view = try FrameValidator.validate(bytes.raw)
    #expect((0..<4).map { view.column(flat).int($0) } == values)
    #expect(view.column(constant).int(3) == .min)
    #expect(view.column(sequence).int(2) == Int64.max &* 3)
    #expect(view.eventTimeRange == Int64.min...Int64.max)
  }
}
