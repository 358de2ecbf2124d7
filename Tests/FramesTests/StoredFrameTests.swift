import CHost
import CTidemill
import Frames
import StoredFrames
import TestSupport
import Testing

struct StoredFrameTests {
  private func sealed(_ view: FrameView, _ sealer: FrameSealer, sequence: UInt64? = nil) -> [UInt8] {
    var bytes = [UInt8](repeating: 0xEE, count: FrameSealer.room(for: view))
    let length = bytes.withUnsafeMutableBytes { sealer.seal(view, sequence: sequence, into: $0) }
    return Array(bytes[..<length])
  }

  @Test(arguments: FrameCodec.allCases)
  func `what was sealed is opened as it was`(codec: FrameCodec) throws {
    let seed: UInt64 = 0x7EED_0010
    var random = SplitMix(seed: seed)
    let sealer = FrameSealer(codec)
    let opener = FrameOpener()
    var shorter = 0
    for round in 0..<100 {
      let model = FrameModel.random(rows: Int.random(in: 1...500, using: &random), using: &random)
      let plain = try model.bytes()
      let view = FrameView(bytes: plain.memory)
      // One byte off, as in a stream.
      let stream = [0] + sealed(view, sealer, sequence: UInt64(round))
      try stream.withUnsafeBytes { stream throws in
        let bytes = UnsafeRawBufferPointer(rebasing: stream[1...])
        guard case .frame(let stored) = try StoredFrame.cut(bytes) else { Issue.record("no frame"); return }
        #expect(stored.byteCount == bytes.count && stored.rawByteCount == plain.count && stored.isSigned)
        #expect(stored.sequence == UInt64(round) && stored.kind == .data)
        #expect(stored.codec == codec || bytes.count == plain.count)
        if bytes.count < plain.count { shorter += 1 }
        let opened = try opener.open(bytes)
        #expect(model.difference(from: opened) == nil, "seed \(seed), round \(round)")
        #expect(opened.schemaID == schemaID(of: view) && opened.frame.pointee.flags == 0)
      }
    }
    #expect(codec == .none ? shorter == 0 : shorter > 50)
  }

  @Test(arguments: FrameCodec.allCases)
  func `control frames are sealed too`(codec: FrameCodec) throws {
    let bytes = AlignedBytes(count: 128)
    let frame = ControlFrame(.watermark(77), stream: 3, sequence: 9)
    let stored = sealed(frame.write(into: bytes.memory), FrameSealer(codec))
    #expect(stored.count == 128)
    let opener = FrameOpener()
    let opened = try stored.withUnsafeBytes { bytes throws in try ControlFrame(opener.open(bytes)) }
    withExtendedLifetime(opener) { #expect(opened == frame) }
  }

  @Test(arguments: FrameCodec.allCases)
  func `no changed byte of a sealed frame goes unnoticed`(codec: FrameCodec) throws {
    let sample = try SampleFrame()
    let whole = sealed(FrameView(bytes: sample.bytes.memory), FrameSealer(codec))
    let opener = FrameOpener()
    var noticed = 0
    for at in 0..<whole.count {
      var bytes = whole
      bytes[at] ^= 0x10
      do { _ = try bytes.withUnsafeBytes { _ = try opener.open($0) } } catch { noticed += 1 }
    }
    #expect(noticed == whole.count)
  }

  @Test func `a stream is cut into its frames, however its bytes arrive`() throws {
    let sample = try SampleFrame()
    let view = FrameView(bytes: sample.bytes.memory)
    let stream = sealed(view, FrameSealer(.lz4)) + sealed(view, FrameSealer(.none)) + sealed(view, FrameSealer(.zstd))
    let opener = FrameOpener()
    var codecs: [FrameCodec] = []
    var from = 0
    var have = 0
    while from < stream.count {
      let cut = try stream[from..<from + have].withUnsafeBytes { try StoredFrame.cut($0) }
      switch cut {
      case .needs(let count):
        #expect(count > have && count <= view.byteCount)
        have = count
      case .frame(let stored):
        #expect(have == max(128, stored.byteCount))
        let rows = try stream[from..<from + have].withUnsafeBytes { bytes throws in try opener.open(bytes).rows }
        #expect(rows == SampleFrame.rows)
        codecs.append(stored.codec)
        from += stored.byteCount
        have = 0
      }
    }
    #expect(codecs == [.lz4, .none, .zstd])
  }

  @Test func `after rubbish a stream goes on at the next frame`() throws {
    let sample = try SampleFrame()
    let frame = sealed(FrameView(bytes: sample.bytes.memory), FrameSealer(.lz4))
    let rubbish = Array("TIDE, TI and T are no frames. TIDE".utf8) + [UInt8](repeating: 0x54, count: 200)
    let stream = rubbish + frame
    try stream.withUnsafeBytes { bytes throws in
      #expect { try StoredFrame.cut(bytes) } throws: { ($0 as? FrameRejection)?.rule == 2 }
      let at = StoredFrame.nextStart(in: bytes, from: 1)
      #expect(at == rubbish.count)
      let cut = try StoredFrame.cut(UnsafeRawBufferPointer(rebasing: bytes[at...]))
      #expect(cut != .needs(128))
      #expect(StoredFrame.nextStart(in: bytes, from: at + 1) == bytes.count)
    }
    // A header without a checksum is not looked for.
    var unsigned = frame
    unsigned[18] &= 0xFE
    (rubbish + unsigned + frame).withUnsafeBytes {
      #expect(StoredFrame.nextStart(in: $0, from: 1) == rubbish.count + frame.count)
    }
    let many = [[UInt8]](repeating: Array(unsigned[..<128]), count: 10_000).flatMap { $0 }
    (many + frame).withUnsafeBytes { #expect(StoredFrame.nextStart(in: $0, from: 1) == many.count, "in one step") }
    // The length of a signed frame is known though it is above the limit.
    unsigned.withUnsafeBytes { #expect(StoredFrame.signedByteCount($0) == nil) }
    frame.withUnsafeBytes { bytes in
      #expect(StoredFrame.signedByteCount(bytes) == frame.count)
      #expect(StoredFrame.signedByteCount(UnsafeRawBufferPointer(rebasing: bytes[..<127])) == nil)
      #expect { try StoredFrame.cut(bytes, limit: 128) } throws: { ($0 as? FrameRejection)?.rule == 3 }
    }
    var forged = frame
    forged[8] ^= 0x80
    forged.withUnsafeBytes { #expect(StoredFrame.signedByteCount($0) == nil) }
    // A frame may begin in the last bytes, and nothing but more of them can tell.
    (Array("xxTID".utf8)).withUnsafeBytes { #expect(StoredFrame.nextStart(in: $0, from: 0) == 2) }
    [UInt8]("TIDExxT".utf8).withUnsafeBytes { #expect(StoredFrame.nextStart(in: $0, from: 1) == 6) }
    [UInt8]().withUnsafeBytes { #expect(StoredFrame.nextStart(in: $0, from: 0) == 0) }
  }

  /// Edits a sealed frame, signs it anew and gives the rule that it is refused for.
  private func rule(_ codec: FrameCodec, limit: Int = 1 << 20, _ edit: (inout [UInt8], inout tide_frame) -> Void) throws -> Int?
  {
    let sample = try SampleFrame()
    var bytes = sealed(FrameView(bytes: sample.bytes.memory), FrameSealer(codec))
    var header = bytes.withUnsafeBytes { $0.loadUnaligned(as: tide_frame.self) }
    edit(&bytes, &header)
    bytes.withUnsafeMutableBytes { $0.storeBytes(of: header, as: tide_frame.self) }
    if Int(header.frame_len) <= bytes.count, header.header_len <= 256 { tide_envelope_sign(&bytes) }
    do {
      _ = try bytes.withUnsafeBytes { _ = try FrameOpener(limit: limit).open($0) }
      return nil
    } catch { return (error as? FrameRejection)?.rule }
  }

  @Test func `signed lies are refused before anything is made ready for them`() throws {
    for codec in [FrameCodec.lz4, .zstd] {
      #expect(try rule(codec) { _, _ in } == nil)
      #expect(try rule(codec) { $1.raw_len = 1 << 21 } == 5)
      #expect(try rule(codec) { $1.raw_len = .max - 63 } == 5)
      #expect(try rule(codec) { $1.raw_len += 64 } == 5)
      #expect(try rule(codec) { $1.raw_len -= 64 } == 5)
      #expect(try rule(codec) { $1.raw_len = 0 } == 5)
      #expect(try rule(codec) { $1.raw_len += 1 } == 5)
      #expect(try rule(codec) { $1.codec = codec == .lz4 ? 2 : 1 } == 5)
      #expect(try rule(codec) { $1.codec = 3 } == 5)
      #expect(try rule(codec) { bytes, _ in bytes[128] &+= 1 } == 5)
      #expect(try rule(codec) { bytes, _ in bytes[131] = 0xFF } == 5)
      #expect(try rule(codec) { bytes, _ in bytes[140] ^= 0xFF } != nil)
      #expect(try rule(codec) { $1.frame_len = 128 } == 5)
      #expect(try rule(codec) { $1.rows += 1 } == 11)
      #expect(try rule(codec, limit: 512) { _, _ in } == 3)
      #expect(
        try rule(codec) {
          $0 += [UInt8](repeating: 0, count: 64); $1.frame_len += 64
        } == 5)
    }
    #expect(try rule(.none) { $1.raw_len += 64 } == 5)
    #expect(
      try rule(.none) {
        $1.frame_len += 64; $1.raw_len += 64
      } == 5)
    #expect(try rule(.none) { $1.flags |= 4 } == 5)
  }

  @Test func `peers have schemas of their own, and a peer that lies spoils no other's`() throws {
    let sample = try SampleFrame()
    let stored = sealed(FrameView(bytes: sample.bytes.memory), FrameSealer(.lz4))
    sample.at(sample.columns[SampleFrame.double].name)[0] ^= 1
    sample.header.pointee.schema_id = stored.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 64, as: UInt64.self) }
    let lie = sealed(FrameView(bytes: sample.bytes.memory), FrameSealer(.lz4))
    let opener = FrameOpener()
    let (honest, liar) = (SchemaInterner(), SchemaInterner())
    try stored.withUnsafeBytes { bytes throws in _ = try opener.open(bytes, peer: honest) }
    lie.withUnsafeBytes { bytes in
      for peer in [honest, liar, nil] {
        #expect { try opener.open(bytes, peer: peer) } throws: { ($0 as? FrameRejection)?.rule == 36 }
      }
    }
    try stored.withUnsafeBytes { bytes throws in _ = try opener.open(bytes, peer: liar) }
    #expect(honest.count == 1 && liar.count == 1)
  }

  @Test func `a frame opens into memory of the caller, when it fits`() throws {
    let sample = try SampleFrame()
    let view = FrameView(bytes: sample.bytes.memory)
    let stored = sealed(view, FrameSealer(.zstd))
    let room = AlignedBytes(count: view.byteCount)
    let into = UnsafeMutableRawBufferPointer(start: room.memory, count: room.count)
    let less = UnsafeMutableRawBufferPointer(rebasing: into[..<(into.count - 64)])
    try stored.withUnsafeBytes { bytes throws in
      let opened = try FrameOpener().open(bytes, into: into).byteCount
      #expect(opened == view.byteCount)
      #expect { try FrameOpener().open(bytes, into: less) } throws: { ($0 as? FrameRejection)?.rule == 5 }
      #expect { try FrameOpener().open(UnsafeRawBufferPointer(rebasing: bytes[..<200])) } throws: {
        ($0 as? FrameRejection)?.rule == 3
      }
    }
  }
}
