import CTidemill
import Frames
import Glibc
import Testing

struct SchemaInternerTests {
  /// A frame of one column, whose name and identity `rename` changes.
  private func frame(_ name: String, type: ColumnType = .int) throws -> AlignedBytes {
    let builder = FrameBuilder()
    _ = try builder.addColumn(name, type)
    builder.endRow()
    let bytes = try written(builder)
    sign(bytes)
    return bytes
  }

  private func sign(_ bytes: AlignedBytes) {
    bytes.memory.assumingMemoryBound(to: tide_frame.self).pointee.schema_id = schemaID(of: FrameView(bytes: bytes.memory))
  }

  private func rename(_ bytes: AlignedBytes, _ name: String) {
    let view = FrameView(bytes: bytes.memory)
    let place = UnsafeMutableRawPointer(mutating: view.column(0).nameBytes.baseAddress!)
    precondition(view.column(0).nameBytes.count == name.utf8.count, "a name keeps its length")
    memcpy(place, name, name.utf8.count)
    sign(bytes)
  }

  @Test func `a schema is kept once, whatever the values and encodings`() throws {
    let peer = SchemaInterner()
    for _ in 0..<3 { try FrameValidator.validate(frame("a").raw, peer: peer) }
    #expect(peer.count == 1)
    try FrameValidator.validate(frame("b").raw, peer: peer)
    try FrameValidator.validate(frame("a", type: .double).raw, peer: peer)
    #expect(peer.count == 3)
    let nested = try SampleFrame.nested()
    sign(nested.bytes)
    for _ in 0..<2 { try FrameValidator.validate(nested.bytes.raw, peer: peer) }
    #expect(peer.count == 4)
  }

  @Test func `a frame without an identity is validated and not kept`() throws {
    let peer = SchemaInterner()
    let bytes = try frame("a")
    bytes.memory.assumingMemoryBound(to: tide_frame.self).pointee.schema_id = 0
    try FrameValidator.validate(bytes.raw, peer: peer)
    #expect(peer.count == 0)
  }

  @Test func `what is inside a column belongs to its schema`() throws {
    let peer = SchemaInterner()
    let nested = try SampleFrame.nested()
    sign(nested.bytes)
    try FrameValidator.validate(nested.bytes.raw, peer: peer)
    nested.at(nested.columns[SampleFrame.Nested.x].name)[0] ^= 2
    #expect { try FrameValidator.validate(nested.bytes.raw, peer: peer) } throws: { ($0 as? FrameRejection)?.rule == 36 }
    sign(nested.bytes)
    try FrameValidator.validate(nested.bytes.raw, peer: peer)
    #expect(peer.count == 2)
  }

  @Test func `a broken frame teaches nothing`() throws {
    let peer = SchemaInterner()
    let sample = try SampleFrame()
    sign(sample.bytes)
    sample.header.pointee.tmin -= 1
    #expect { try FrameValidator.validate(sample.bytes.raw, peer: peer) } throws: { ($0 as? FrameRejection)?.rule == 32 }
    #expect(peer.count == 0)
  }

  @Test func `a peer has 4096 schemas and not one more, and the ones it has go on`() throws {
    let peer = SchemaInterner()
    let bytes = try frame("0000")
    for number in 0..<4096 {
      rename(bytes, "\(number + 1000)")
      try FrameValidator.validate(bytes.raw, peer: peer)
    }
    #expect(peer.count == 4096)
    rename(bytes, "more")
    #expect { try FrameValidator.validate(bytes.raw, peer: peer) } throws: {
      ($0 as? FrameRejection)?.reason == "the peer has sent more than 4096 schemas"
    }
    rename(bytes, "1000")
    try FrameValidator.validate(bytes.raw, peer: peer)
  }

  @Test func `the schemas of a peer take 16 MiB and not more`() throws {
    let peer = SchemaInterner()
    let builder = FrameBuilder()
    for number in 0..<2000 { _ = try builder.addColumn("\(number + 10000)" + String(repeating: "n", count: 250), .bool) }
    builder.endRow()
    let bytes = try written(builder)
    let view = FrameView(bytes: bytes.memory)
    let text = UnsafeMutableRawPointer(mutating: view.column(0).nameBytes.baseAddress!)
    var accepted = 0
    let refusal = #expect(throws: FrameRejection.self) {
      for number in 0..<100 {
        text.storeBytes(of: UInt8(0x41 + number % 26), toByteOffset: 60, as: UInt8.self)
        text.storeBytes(of: UInt8(0x41 + number / 26), toByteOffset: 61, as: UInt8.self)
        sign(bytes)
        try FrameValidator.validate(bytes.raw, peer: peer)
        accepted += 1
      }
    }
    #expect(refusal?.reason == "the schemas of the peer exceed 16 MiB")
    #expect(accepted == (16 << 20) / (2000 * (7 + 255)))
  }
}
