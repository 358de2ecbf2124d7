import CTidemill
import Frames
import Testing

struct SchemaTests {
  private func id(_ body: (FrameBuilder) throws -> Void) throws -> UInt64 {
    let builder = FrameBuilder()
    try body(builder)
    for index in 0..<builder.columnCount where builder.core.pointee.columns[index].flags & UInt8(TIDE_NULLABLE) == 0 {
      builder.setConstant(index, time: 0)
    }
    builder.endRow()
    let bytes = try written(builder)
    return schemaID(of: FrameView(bytes: bytes.memory))
  }

  @Test func `the schema's identity follows the documented recipe`() throws {
    // role, type, param (u16), nullable, name_len (u16), name
    let recipe: [UInt8] =
      [1, 4, 0, 0, 0, 2, 0] + Array("at".utf8) + [255, 3, 0, 0, 1, 12, 0] + Array("température".utf8)
    let expected = recipe.withUnsafeBytes { tide_xxh64($0.baseAddress, UInt64($0.count), 0) }
    let found = try id {
      _ = try $0.addColumn("at", .time, role: .eventTime)
      _ = try $0.addColumn("température", .double)
    }
    #expect(found == expected)
  }

  @Test func `names, types, roles, order and nullability make another schema, values and encodings do not`() throws {
    let base = try id {
      _ = try $0.addColumn("a", .string); _ = try $0.addColumn("b", .string)
    }
    let others = [
      try id {
        _ = try $0.addColumn("a", .string); _ = try $0.addColumn("c", .string)
      },
      try id {
        _ = try $0.addColumn("b", .string); _ = try $0.addColumn("a", .string)
      },
      try id {
        _ = try $0.addColumn("a", .string); _ = try $0.addColumn("b", .binary)
      },
      try id {
        _ = try $0.addColumn("a", .string, role: .key); _ = try $0.addColumn("b", .string)
      },
      try id { _ = try $0.addColumn("a", .string) },
    ]
    #expect(!others.contains(base) && Set(others).count == others.count)
    let constant = try id {
      _ = try $0.addColumn("a", .string)
      $0.setConstant(try $0.addColumn("b", .string), "x")
    }
    #expect(constant == base)
  }

  @Test func `long schemas hash as one text`() throws {
    var recipe: [UInt8] = []
    let builder = FrameBuilder()
    for n in 0..<200 {
      let name = String(repeating: "n", count: n % 60) + "\(n)"
      recipe += [255, 2, 0, 0, 1, UInt8(name.utf8.count), 0] + Array(name.utf8)
      _ = try builder.addColumn(name, .int)
    }
    builder.endRow()
    let bytes = try written(builder)
    let expected = recipe.withUnsafeBytes { tide_xxh64($0.baseAddress, UInt64($0.count), 0) }
    #expect(schemaID(of: FrameView(bytes: bytes.memory)) == expected)
  }
}
