import CTidemill
import Frames

/// Builds a frame for a test: `rows` calls with the builder and the row, after `columns` declared them.
public func frame(rows count: Int, _ columns: (FrameBuilder) throws -> Void, row: (FrameBuilder, Int) -> Void) throws
  -> OwnedFrame
{
  let builder = FrameBuilder()
  builder.maxRows = FrameLimits.maxRows
  try columns(builder)
  for index in 0..<count {
    row(builder, index)
    builder.endRow()
  }
  if let failure = builder.failure { throw failure }
  let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: max(builder.byteCount, 128), alignment: 64)
  defer { bytes.deallocate() }
  bytes.initializeMemory(as: UInt8.self, repeating: 0)
  let used = builder.write(into: bytes.baseAddress!, capacity: bytes.count)
  let made = OwnedFrame(copying: UnsafeRawBufferPointer(rebasing: bytes[..<used]))
  made.setSchemaID(schemaID(of: FrameView(made.pointer)))
  return made
}

/// A frame of one column of doubles; nil is null.
public func frame(_ name: String, _ values: [Double?]) throws -> OwnedFrame {
  try frame(rows: values.count) {
    _ = try $0.addColumn(name, .double)
  } row: { builder, row in
    if let value = values[row] { builder.put(0, value) }
  }
}

/// A frame of one column of integers; nil is null.
public func frame(_ name: String, _ values: [Int64?]) throws -> OwnedFrame {
  try frame(rows: values.count) {
    _ = try $0.addColumn(name, .int)
  } row: { builder, row in
    if let value = values[row] { builder.put(0, value) }
  }
}

/// A frame of one column of strings; nil is null.
public func frame(_ name: String, _ values: [String?]) throws -> OwnedFrame {
  try frame(rows: values.count) {
    _ = try $0.addColumn(name, .string)
  } row: { builder, row in
    if let value = values[row] { builder.put(0, value) }
  }
}
