import CTidemill
import Frames
import Testing

struct FrameViewTests {
  @Test func `columns are found by name and by role`() throws {
    let builder = FrameBuilder()
    _ = try builder.addColumn("", .int, role: .id)
    let name = try builder.addColumn("température", .double)
    let key = try builder.addColumn("device.id", .string, role: .key)
    builder.setSequence(0, base: 7)
    builder.put(name, 21.5)
    builder.put(key, "a1")
    builder.endRow()
    let bytes = try written(builder)
    let view = try FrameValidator.validate(bytes.raw)
    #expect(view.column(named: "température")?.index == Int32(name))
    #expect(view.column(named: "") == nil)
    #expect(view.column(named: "device") == nil)
    #expect(view.column(role: .key)?.name == "device.id")
    #expect(view.column(role: .id)?.int(0) == 7)
    #expect(view.column(role: .source) == nil)
    #expect(view.eventTimeRange == nil)
  }

  @Test func `an absent column is null in every row`() throws {
    let builder = FrameBuilder()
    let n = try builder.addColumn("n", .int)
    builder.put(n, 1)
    builder.endRow()
    let bytes = try written(builder)
    let absent = FrameView(bytes: bytes.memory).column(-1)
    #expect(absent.isAbsent && absent.type == nil && absent.encoding == nil && absent.nullCount == 1)
    #expect(!absent.isValid(0) && absent.int(0) == 0 && absent.double(0) == 0 && absent.bytes(0).isEmpty)
    #expect(absent.ints == nil && absent.doubles == nil && absent.codes == nil && absent.dictionary == nil)
    #expect(absent.name == "" && absent.isNullable)
  }

  @Test func `integers are read as doubles, and other types as nothing`() throws {
    let builder = FrameBuilder()
    let n = try builder.addColumn("n", .int)
    let s = try builder.addColumn("s", .string)
    builder.put(n, 3)
    builder.put(s, "text")
    builder.endRow()
    let bytes = try written(builder)
    let view = try FrameValidator.validate(bytes.raw)
    #expect(view.column(n).double(0) == 3)
    #expect(!view.column(n).bool(0) && view.column(n).string(0) == "")
    #expect(view.column(s).int(0) == 0 && view.column(s).double(0) == 0)
    #expect(view.column(s).variant(0).value.isEmpty)
  }

  @Test func `numbers are read alike from every encoding, with nulls and without`() throws {
    let builder = FrameBuilder()
    let ints = try (0..<4).map { try builder.addColumn("int \($0)", .int) }
    let doubles = try (0..<3).map { try builder.addColumn("double \($0)", .double) }
    builder.setConstant(ints[2], -9)
    builder.setConstant(doubles[2], -2.5)
    builder.setSequence(ints[3], base: -5, step: 3)
    for row in 0..<67 {
      builder.put(ints[0], Int64(row) - 30)
      builder.put(doubles[0], Double(row) / 4)
      if row % 3 != 0 { builder.put(ints[1], Int64(row) - 30) }
      if row % 5 != 0 { builder.put(doubles[1], Double(row) / 4) }
      builder.endRow()
    }
    let bytes = try written(builder)
    let view = try FrameValidator.validate(bytes.raw)
    for row in 0..<67 {
      #expect(view.column(ints[0]).int(row) == Int64(row) - 30)
      #expect(view.column(ints[1]).int(row) == (row % 3 == 0 ? 0 : Int64(row) - 30))
      #expect(view.column(ints[2]).int(row) == -9)
      #expect(view.column(ints[3]).int(row) == Int64(row) * 3 - 5)
      #expect(view.column(ints[1]).double(row) == Double(view.column(ints[1]).int(row)))
      #expect(view.column(doubles[0]).double(row) == Double(row) / 4)
      #expect(view.column(doubles[1]).double(row) == (row % 5 == 0 ? 0 : Double(row) / 4))
      #expect(view.column(doubles[1]).double(row).sign == .plus, "null is 0, not -0")
      #expect(view.column(doubles[2]).double(row) == -2.5)
    }
  }

  @Test func `vectors are given for flat columns only`() throws {
    let builder = FrameBuilder()
    let flat = try builder.addColumn("flat", .double)
    let constant = try builder.addColumn("constant", .double)
    builder.setConstant(constant, 2.0)
    for row in 0..<5 {
      builder.put(flat, Double(row))
      builder.endRow()
    }
    let bytes = try written(builder)
    let view = try FrameValidator.validate(bytes.raw)
    #expect(view.column(flat).doubles.map(Array.init) == [0, 1, 2, 3, 4])
    #expect(view.column(constant).doubles == nil && view.column(constant).double(4) == 2)
    #expect(view.column(flat).ints == nil)
    #expect(UInt(bitPattern: view.column(flat).doubles!.baseAddress!) % 64 == 0)
  }
}
