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
