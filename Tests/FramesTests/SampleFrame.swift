import CTidemill
import Frames

/// A frame with every type and encoding, nulls, verbatim records and a row watermark, for tests to break.
struct SampleFrame {
  // Descriptors, in the order of the frame.
  static let id = 0
  static let at = 1
  static let int = 2
  static let double = 3
  static let bool = 4
  static let key = 5
  static let text = 6
  static let binary = 7
  static let rest = 8
  static let ingest = 9
  static let source = 10
  static let keyDictionary = 11
  static let restKeys = 12
  static let verbatim = 13
  static let rowWatermark = 14
  static let rows = 20

  let bytes: AlignedBytes

  init() throws {
    let builder = FrameBuilder()
    _ = try builder.addColumn("", .int, role: .id, nullable: false)
    _ = try builder.addColumn("at", .time, role: .eventTime)
    _ = try builder.addColumn("int", .int)
    _ = try builder.addColumn("double", .double)
    _ = try builder.addColumn("bool", .bool)
    _ = try builder.addColumn("key", .string, role: .key)
    _ = try builder.addColumn("text", .string)
    _ = try builder.addColumn("binary", .binary)
    _ = try builder.addColumn("", .variant, role: .rest)
    _ = try builder.addColumn("", .time, role: .ingestTime)
    _ = try builder.addColumn("source", .string, role: .source)
    try builder.addVerbatim()
    builder.setSequence(Self.id, base: 1 << 48)
    builder.setConstant(Self.ingest, time: 1_800_000_000_000_000_000)
    builder.setConstant(Self.source, "sensors")
    FrameModel.keys.withUnsafeBytes { builder.setKeys(Self.rest, metadata: $0) }
    for row in 0..<Self.rows {
      builder.put(Self.at, time: 1_700_000_000_000_000_000 + Int64(row * 7 % 20))
      if row % 3 != 0 { builder.put(Self.int, Int64(row)) }
      builder.put(Self.double, Double(row) / 2)
      builder.put(Self.bool, row % 2 == 0)
      builder.put(Self.key, "clé \(row % 3)")
      builder.put(Self.text, "€ \(row)")
      Array("b\(row)".utf8).withUnsafeBytes { builder.put(Self.binary, binary: $0) }
      if row % 4 != 1 { FrameModel.nested.withUnsafeBytes { builder.put(Self.rest, variant: $0) } }
      Array("{\"n\":\(row)}".utf8).withUnsafeBytes { builder.putVerbatim($0) }
      builder.endRow()
    }
    let plain = try written(builder)
    let watermarks = (0..<Int64(Self.rows)).map { $0 % 2 == 0 ? Int64.min : $0 }
    let view = FrameView(bytes: plain.memory)
    bytes = AlignedBytes(count: plain.count + FrameEditor.rowWatermarkRoom(view))
    let length = watermarks.withUnsafeBufferPointer {
      FrameEditor.addRowWatermark(.perRow($0), to: view, into: bytes.memory, capacity: bytes.count)
    }
    precondition(length == bytes.count, "a per-row watermark needs the room that was asked for")
  }

  /// Descriptors of the frame of types for storage.
  enum Nested {
    static let at = 0
    static let int32 = 1
    static let uint16 = 2
    static let int8 = 3
    static let float = 4
    static let fixed = 5
    static let duration = 6
    static let uint64 = 7
    static let decimal = 8
    static let list = 9
    static let structure = 10
    static let key = 11
    static let element = 12
    static let name = 13
    static let tags = 14
    static let x = 15
    static let y = 16
    static let tag = 17
    static let keyDictionary = 18
  }

  /// The same of every type for storage, and of columns inside columns.
  static func nested() throws -> SampleFrame {
    let builder = FrameBuilder()
    _ = try builder.addColumn("at", .time, role: .eventTime)
    _ = try builder.addColumn("int32", .int32)
    _ = try builder.addColumn("uint16", .uint16)
    _ = try builder.addColumn("int8", .int8)
    _ = try builder.addColumn("float", .float)
    _ = try builder.addColumn("fixed", .fixed, parameter: 5)
    _ = try builder.addColumn("duration", .duration)
    _ = try builder.addColumn("uint64", .uint64)
    _ = try builder.addColumn("decimal", .decimal, parameter: 20 << 8 | 2)
    let list = try builder.addColumn("list", .list)
    let structure = try builder.addColumn("structure", .structure)
    let key = try builder.addColumn("key", .string, role: .key)
    let element = try builder.addChild(of: list, .structure)
    let x = try builder.addChild(of: element, "x", .int32)
    let y = try builder.addChild(of: element, "y", .bool)
    let name = try builder.addChild(of: structure, "name", .string)
    let tags = try builder.addChild(of: structure, "tags", .list)
    let tag = try builder.addChild(of: tags, .binary)
    for row in 0..<rows {
      builder.put(Nested.at, time: Int64(row))
      builder.put(Nested.int32, Int32(-row))
      if row % 3 != 0 { builder.put(Nested.uint16, UInt16(row * 1000)) }
      builder.put(Nested.int8, Int8(row))
      builder.put(Nested.float, Float(row) / 2)
      "fixed".utf8.withContiguousStorageIfAvailable { builder.put(Nested.fixed, fixed: UnsafeRawBufferPointer($0)) }
      builder.put(Nested.duration, duration: Int64(row) * 1_000_000)
      builder.put(Nested.uint64, UInt64.max - UInt64(row))
      builder.put(Nested.decimal, decimal: -Int128(row))
      for k in 0..<row % 4 {
        builder.put(x, Int32(k))
        if k % 2 == 0 { builder.put(y, true) }
        builder.putStructure(element)
      }
      builder.putList(list)
      if row % 5 != 4 {
        builder.put(name, "é\(row)")
        Array("tag".utf8).withUnsafeBytes { builder.put(tag, binary: $0) }
        builder.putList(tags)
        builder.putStructure(structure)
      }
      builder.put(key, "key \(row % 3)")
      builder.endRow()
    }
    return SampleFrame(bytes: try written(builder))
  }

  private init(bytes: AlignedBytes) { self.bytes = bytes }

  init(copying other: SampleFrame) { bytes = other.bytes.copy() }

  var header: UnsafeMutablePointer<tide_frame> { bytes.memory.assumingMemoryBound(to: tide_frame.self) }
  var columns: UnsafeMutablePointer<tide_column> {
    (bytes.memory + Int(header.pointee.desc)).assumingMemoryBound(to: tide_column.self)
  }
  /// The bytes of the frame from an offset on.
  func at(_ offset: UInt32) -> UnsafeMutablePointer<UInt8> {
    (bytes.memory + Int(offset)).assumingMemoryBound(to: UInt8.self)
  }

  func store<T>(_ value: T, at offset: UInt32) { (bytes.memory + Int(offset)).storeBytes(of: value, as: T.self) }
}
