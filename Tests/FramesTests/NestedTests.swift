import CTidemill
import Frames
import TestSupport
import Testing

struct NestedTests {
  private func failure(_ body: (FrameBuilder) throws -> Void) -> String? {
    let builder = FrameBuilder()
    do { try body(builder) } catch { return (error as? FrameBuildError)?.reason }
    _ = builder.byteCount
    return builder.failure?.reason
  }

  @Test func `lists and structures come back as they were put`() throws {
    let sample = try SampleFrame.nested()
    let view = try FrameValidator.validate(sample.bytes.raw)
    let list = try #require(view.column(named: "list"))
    let structure = try #require(view.column(named: "structure"))
    #expect((0..<20).map { list.elements($0).count } == (0..<20).map { $0 % 4 })
    #expect((0..<20).map { structure.isValid($0) } == (0..<20).map { $0 % 5 != 4 })
    let tags = try #require(structure.child(named: "tags"))
    #expect(structure.child(named: "none") == nil && structure.child(2).isAbsent && view.column(0).childCount == 0)
    #expect(tags.elements(3).map { String(decoding: tags.child(0).bytes($0), as: UTF8.self) } == ["tag"])
    #expect(structure.fields(4) == nil && structure.fields(3) == 3 && tags.elements(4).isEmpty)
    let y = try #require(list.child(0).child(named: "y"))
    #expect(list.elements(3).map { y.isValid($0) } == [true, false, true])
    #expect(view.column(1).elements(0).isEmpty && view.column(1).fields(0) == nil)
    #expect(view.column(-1).elements(0).isEmpty && view.column(-1).childCount == 0)
  }

  @Test func `vectors are given for the types for storage too`() throws {
    let sample = try SampleFrame.nested()
    let view = FrameView(bytes: sample.bytes.memory)
    #expect(view.column(SampleFrame.Nested.int32).int32s?[3] == -3 && view.column(SampleFrame.Nested.int32).ints == nil)
    #expect(view.column(SampleFrame.Nested.uint16).uint16s?[4] == 4000)
    #expect(view.column(SampleFrame.Nested.int8).int8s?[5] == 5)
    #expect(view.column(SampleFrame.Nested.float).floats?[5] == 2.5)
    #expect(view.column(SampleFrame.Nested.uint64).uint64s?[1] == UInt64.max - 1)
    #expect(view.column(SampleFrame.Nested.duration).durations?[2] == 2_000_000)
    #expect(view.column(SampleFrame.Nested.uint64).double(0) == 0x1p64)
    #expect(view.column(SampleFrame.Nested.uint64).int(0) == 0 && view.column(SampleFrame.Nested.int32).uint(1) == 0)
    #expect(view.column(SampleFrame.Nested.decimal).decimal(7) == DecimalValue(significand: -7, scale: 2))
    #expect(view.column(SampleFrame.Nested.int32).decimal(7) == DecimalValue(significand: 0, scale: 0))
  }

  @Test func `one list or structure may stand for all rows, and fixed bytes may have a dictionary`() throws {
    let builder = FrameBuilder()
    let list = try builder.addColumn("list", .list)
    let structure = try builder.addColumn("structure", .structure)
    let codes = try builder.addColumn("codes", .fixed, parameter: 2)
    let element = try builder.addChild(of: list, .int)
    let field = try builder.addChild(of: structure, "field", .int)
    for n in [7, 8] { builder.put(element, Int64(n)) }
    builder.putList(list)
    builder.put(field, 9)
    builder.putStructure(structure)
    "ab".utf8.withContiguousStorageIfAvailable { builder.put(codes, fixed: UnsafeRawBufferPointer($0)) }
    builder.endRow()
    let one = try written(builder)
    // The same frame as one of 100 rows.
    let bytes = AlignedBytes(count: one.count + 128 + 256)
    let length = FrameEditor.addRowWatermark(
      .constant(0), to: FrameView(bytes: one.memory), into: bytes.memory, capacity: bytes.count)
    let header = bytes.memory.assumingMemoryBound(to: tide_frame.self)
    let table = (bytes.memory + Int(header.pointee.desc)).assumingMemoryBound(to: tide_column.self)
    header.pointee.rows = 100
    for column in [list, structure, codes, Int(header.pointee.row_wm)] { table[column].len = 100 }
    table[list].enc = UInt8(TIDE_CONST)
    table[structure].enc = UInt8(TIDE_CONST)
    // The rider becomes the dictionary: two bytes of its eight, and codes of zero behind the frame's end.
    let dictionary = Int(header.pointee.row_wm)
    header.pointee.row_wm = 0
    table[dictionary].type = UInt8(TIDE_FIXED)
    table[dictionary].enc = UInt8(TIDE_FLAT)
    table[dictionary].param = 2
    table[dictionary].len = 4
    table[codes].enc = UInt8(TIDE_DICT16)
    table[codes].dict = UInt16(dictionary)
    table[codes].data = UInt32(length)
    table[codes].data_len = 200
    header.pointee.frame_len = UInt32(length + 256)
    header.pointee.raw_len = UInt32(length + 256)
    (bytes.memory + length).storeBytes(of: 3, as: UInt16.self)
    (bytes.memory + Int(table[dictionary].data)).storeBytes(of: 0x6261_0000_0000_0000, as: UInt64.self)
    let view = try FrameValidator.validate(UnsafeRawBufferPointer(rebasing: bytes.raw[..<(length + 256)]))
    #expect(view.column(list).elements(99).map { view.column(list).child(0).int($0) } == [7, 8])
    #expect(view.column(structure).child(0).int(view.column(structure).fields(99)!) == 9)
    #expect(Array(view.column(codes).bytes(0)) == Array("ab".utf8) && Array(view.column(codes).bytes(1)) == [0, 0])
    let small = AlignedBytes(count: FrameCompactor.byteCount(of: view, selection: nil, count: 3))
    FrameCompactor.compact(view, selection: nil, count: 3, into: small.memory, capacity: small.count)
    let compacted = try FrameValidator.validate(small.raw)
    #expect(compacted.column(list).elements(2).map { compacted.column(list).child(0).int($0) } == [7, 8])
    #expect(Array(compacted.column(codes).bytes(0)) == Array("ab".utf8))
    table[dictionary].param = 1
    #expect { try FrameValidator.validate(UnsafeRawBufferPointer(rebasing: bytes.raw[..<(length + 256)])) } throws: {
      ($0 as? FrameRejection)?.rule == 18
    }
  }

  @Test func `columns lie 16 deep in each other, and not 17`() throws {
    let builder = FrameBuilder()
    var chain = [try builder.addColumn("a", .list)]
    for _ in 1..<16 { chain.append(try builder.addChild(of: chain.last!, .list)) }
    #expect(throws: FrameBuildError.self) { try builder.addChild(of: chain.last!, .list) }
    builder.reset()
    let leaf = try builder.addChild(of: chain.last!, .int)
    builder.put(leaf, 5)
    for column in chain.reversed() { builder.putList(column) }
    builder.endRow()
    let bytes = try written(builder)
    var column = try FrameValidator.validate(bytes.raw).column(0)
    for _ in 0..<16 { column = column.child(0) }
    #expect(column.int(0) == 5)
    // The number becomes a structure of itself as seen by the last descriptor: a seventeenth level.
    let view = FrameView(bytes: bytes.memory)
    let table = (bytes.memory + Int(view.frame.pointee.desc)).assumingMemoryBound(to: tide_column.self)
    table[15].type = UInt8(TIDE_STRUCT)
    table[15].data = 0
    table[15].data_len = 0
    try FrameValidator.validate(bytes.raw)
    let room = AlignedBytes(count: bytes.count + FrameEditor.constantRowWatermarkRoom)
    _ = FrameEditor.addRowWatermark(.constant(0), to: view, into: room.memory, capacity: room.count)
    let header = room.memory.assumingMemoryBound(to: tide_frame.self)
    let wider = (room.memory + Int(header.pointee.desc)).assumingMemoryBound(to: tide_column.self)
    header.pointee.row_wm = 0
    wider[17].enc = UInt8(TIDE_FLAT)
    wider[17].parent = 16
    wider[16].type = UInt8(TIDE_STRUCT)
    wider[16].data = 0
    wider[16].data_len = 0
    wider[16].first_child = 17
    wider[16].nchild = 1
    #expect { try FrameValidator.validate(room.raw) } throws: {
      ($0 as? FrameRejection)?.reason == "columns are nested more than 16 deep"
    }
  }

  @Test func `columns inside others hold 1048576 values, and not one more`() throws {
    let builder = FrameBuilder()
    let list = try builder.addColumn("list", .list)
    let element = try builder.addChild(of: list, .bool)
    for _ in 0..<1 << 20 { builder.put(element, true) }
    builder.putList(list)
    #expect(builder.endRow())
    let bytes = try written(builder)
    #expect(try FrameValidator.validate(bytes.raw).column(list).elements(0).count == 1 << 20)
    let view = FrameView(bytes: bytes.memory)
    let table = (bytes.memory + Int(view.frame.pointee.desc)).assumingMemoryBound(to: tide_column.self)
    table[1].len += 1
    #expect { try FrameValidator.validate(bytes.raw) } throws: {
      ($0 as? FrameRejection)?.reason == "the columns inside others hold more than 1048576 values"
    }
    builder.put(element, true)
    #expect(builder.failure?.reason == "the columns inside others hold more than 1048576 values")
  }

  @Test func `mistakes are reported, never built`() {
    #expect(
      failure { _ = try $0.addChild(of: try $0.addColumn("n", .int), .int) }
        == "only a LIST can have a column inside it, one, and a STRUCT")
    #expect(
      failure { builder in
        let list = try builder.addColumn("l", .list)
        for _ in 0..<2 { _ = try builder.addChild(of: list, .int) }
      } == "only a LIST can have a column inside it, one, and a STRUCT")
    #expect(
      failure { builder in
        let fields = try builder.addColumn("s", .structure)
        for _ in 0..<2 { _ = try builder.addChild(of: fields, "x", .int) }
      } == "two columns have the same name")
    #expect(
      failure { builder in
        _ = try builder.addChild(of: try builder.addColumn("l", .list), .int)
        _ = try builder.addColumn("late", .int)
      } == "the event's columns are declared before those inside them")
    #expect(
      failure { builder in
        _ = try builder.addColumn("l", .list)
        builder.endRow()
      } == "a LIST or STRUCT has no column inside it")
    #expect(failure { _ = try $0.addColumn("l", .list, role: .key) } == "a column's type does not fit its role")
    #expect(failure { _ = try $0.addColumn("f", .fixed) } == "a column's parameter does not fit its type")
    #expect(failure { _ = try $0.addColumn("d", .decimal, parameter: 39 << 8) } == "a column's parameter does not fit its type")
    #expect(
      failure { _ = try $0.addColumn("d", .decimal, parameter: 3 << 8 | 4) } == "a column's parameter does not fit its type")
    #expect(failure { _ = try $0.addColumn("n", .int, parameter: 1) } == "a column's parameter does not fit its type")
    #expect(
      failure { builder in
        let fixed = try builder.addColumn("f", .fixed, parameter: 3)
        "four".utf8.withContiguousStorageIfAvailable { builder.put(fixed, fixed: UnsafeRawBufferPointer($0)) }
      } == "a FIXED has another length than its column")
    #expect(
      failure { builder in
        let element = try builder.addChild(of: try builder.addColumn("l", .list), .int)
        builder.setConstant(element, 1)
      } == "a column inside another has no constant")
    #expect(
      failure { builder in
        let list = try builder.addColumn("l", .list)
        let element = try builder.addChild(of: list, .int)
        builder.put(element, 1)
        builder.putNull(list)
      } == "a null has values inside it")
    #expect(
      failure { builder in
        let list = try builder.addColumn("l", .list)
        let element = try builder.addChild(of: list, .int)
        builder.putList(list)
        builder.put(element, 1)
        builder.endRow()
      } == "the last row was not ended")
    #expect(
      failure { builder in
        let fields = try builder.addColumn("s", .structure)
        let field = try builder.addChild(of: fields, "x", .int)
        builder.put(field, 1)
        builder.put(field, 2)
      } == "a column has two values in one row, or a value beside its constant")
  }

  @Test func `a row that is taken back takes its elements along`() throws {
    let builder = FrameBuilder()
    let list = try builder.addColumn("list", .list)
    let fields = try builder.addColumn("fields", .structure)
    let element = try builder.addChild(of: list, .string)
    let name = try builder.addChild(of: fields, "name", .string)
    for row in 0..<200 {
      for k in 0..<row % 3 { builder.put(element, "element \(row) \(k)") }
      if row % 2 == 0 { builder.putList(list) }
      builder.put(name, "name \(row)")
      if row % 4 == 0 { builder.putStructure(fields) }
      if row % 20 == 0 { builder.endRow() } else { builder.dropRow() }
    }
    let view = try FrameValidator.validate(try written(builder).raw)
    #expect(view.rows == 10 && view.column(fields).child(0).count == 10)
    for row in 0..<10 {
      let found = view.column(list).elements(row).map { view.column(list).child(0).string($0) }
      #expect(found == (0..<row * 20 % 3).map { "element \(row * 20) \($0)" })
      #expect(view.column(fields).child(0).string(row) == "name \(row * 20)")
    }
  }

  @Test func `rows can be ended at once, and lack their lists`() throws {
    let builder = FrameBuilder()
    let list = try builder.addColumn("list", .list)
    let number = try builder.addColumn("number", .duration)
    let element = try builder.addChild(of: list, .int)
    ([1, 2, 3] as [Int64]).withUnsafeBufferPointer { builder.append(number, contentsOf: $0) }
    builder.endRows(3)
    let view = try FrameValidator.validate(try written(builder).raw)
    #expect(view.column(list).nullCount == 3 && view.column(list).child(0).count == 0 && view.column(number).int(2) == 3)
    ([1] as [Int64]).withUnsafeBufferPointer { builder.append(element, contentsOf: $0) }
    #expect(builder.failure?.reason == "the values of a column inside another are put one by one")
  }

  @Test func `what is inside a column is part of the schema's identity, in the documented order`() throws {
    let builder = FrameBuilder()
    let list = try builder.addColumn("l", .list)
    _ = try builder.addColumn("d", .decimal, parameter: 10 << 8 | 2)
    let fields = try builder.addChild(of: list, .structure)
    _ = try builder.addChild(of: fields, "x", .int32, nullable: false)
    _ = try builder.addChild(of: fields, "y", .fixed, parameter: 3)
    builder.endRow()
    let bytes = try written(builder)
    let recipe: [UInt8] =
      [255, 13, 0, 0, 1, 1, 0, 0x6C] + [1, 0]
      + [255, 14, 0, 0, 1, 0, 0] + [2, 0]
      + [255, 8, 0, 0, 0, 1, 0, 0x78] + [255, 12, 3, 0, 1, 1, 0, 0x79]
      + [255, 17, 2, 10, 1, 1, 0, 0x64]
    #expect(
      schemaID(of: FrameView(bytes: bytes.memory)) == recipe.withUnsafeBytes { tide_xxh64($0.baseAddress, UInt64($0.count), 0) }
    )
  }
}
