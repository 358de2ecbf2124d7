import CTidemill
import Formats
import Frames
import TestSupport
import Testing

/// Frames in files and streams: what is written is read again, and what is broken is told from what is not.
@Suite struct FrameFormatTests {
  private static let source: RecordPlan = {
    var plan = RecordPlan()
    plan.format = .frame
    return plan
  }()

  private static func sink(_ compression: EncodePlan.Compression) -> EncodePlan {
    var plan = EncodePlan()
    plan.format = .frame
    plan.compression = compression
    return plan
  }

  /// 3,000 records in the encoder's own spelling, in the order of columns and names.
  private static let lines = (0..<3000).map { i in
    "{\"ts\":\(1_700_000_000_000 + i * 7 % 1000),\"key\":\"k\(i % 9)\",\"v\":\(Double(i) / 4),\"a\":[\(i),{\"b\":null}],\"é\":\"\(i % 3)\"}"
  }

  private static let columns = plan(
    .init("ts", .time, role: .eventTime), .init("key", .string, role: .key), .init("v", .double), rest: true)

  /// The lines as sealed frames of 1024 rows or fewer.
  private func sealed(_ compression: EncodePlan.Compression, lines: [String] = Self.lines) throws -> [[UInt8]] {
    let encoder = RecordEncoder(Self.sink(compression))
    var frames: [[UInt8]] = []
    try decode(Array((lines.joined(separator: "\n") + "\n").utf8), Self.columns) { frame in
      var batch = tide_batch()
      batch.frame = frame.frame
      batch.count = UInt32(frame.rows)
      frames.append(Array(encoder.encode(&batch)))
    }
    return frames
  }

  @Test(arguments: EncodePlan.Compression.allCases) func `rows come back as they were, cut anywhere`(
    compression: EncodePlan.Compression
  ) throws {
    let bytes = try sealed(compression).flatMap { $0 }
    #expect(bytes.count % 64 == 0)
    for step in [100, 8192, 40_000, bytes.count] {
      let outcome = try readFrames(bytes, cuts: Array(stride(from: step, to: bytes.count, by: step)))
      #expect(outcome.lines == Self.lines && outcome.dead == [], "steps of \(step)")
    }
  }

  @Test func `compressed frames are shorter`() throws {
    let lengths = try EncodePlan.Compression.allCases.map { try sealed($0).joined().count }
    #expect(lengths[1] * 3 < lengths[0] * 2 && lengths[2] < lengths[1])
  }

  @Test func `event times, ids and roles stay`() throws {
    var ids: [Int64] = []
    try readFrames(sealed(.zstd).flatMap { $0 }) { frame in
      #expect(frame.stream == 3 && !frame.hasRowWatermark && frame.schemaID == schemaID(of: frame))
      let times = frame.column(role: .eventTime)!
      for row in 0..<frame.rows {
        let id = frame.column(role: .id)!.int(row)
        #expect(times.time(row) == (1_700_000_000_000 + id * 7 % 1000) * 1_000_000)
        ids.append(id)
      }
      #expect(frame.column(role: .key)?.name == "key")
    }
    #expect(ids == (0..<3000).map { Int64($0) })
  }

  @Test func `a selection is written without the other rows`() throws {
    let encoder = RecordEncoder(Self.sink(.lz4))
    var bytes: [UInt8] = []
    try decode(Array((Self.lines[..<100].joined(separator: "\n") + "\n").utf8), Self.columns) { frame in
      let selection: [UInt16] = [0, 7, 99]
      selection.withUnsafeBufferPointer { selection in
        var batch = tide_batch()
        batch.frame = frame.frame
        batch.selection = selection.baseAddress
        batch.count = 3
        bytes += Array(encoder.encode(&batch))
        batch.count = 0
        bytes += Array(encoder.encode(&batch))
      }
    }
    #expect(try readFrames(bytes).lines == [0, 7, 99].map { Self.lines[$0] })
  }

  @Test(arguments: EncodePlan.Compression.allCases) func `a corrupt frame is dead alone`(compression: EncodePlan.Compression)
    throws
  {
    let frames = try sealed(compression)
    var random = SplitMix(seed: 11)
    for round in 0..<60 {
      var broken = frames
      let victim = random.below(frames.count)
      let at = random.below(round % 3 == 0 ? 128 : frames[victim].count)
      broken[victim][at] ^= UInt8(1 << random.below(8))
      let before = broken[..<victim].joined().count
      let bytes = broken.flatMap { $0 }
      for cuts in [[], [before + 64], Array(stride(from: 1000, to: bytes.count, by: 1000))] {
        let outcome = try readFrames(bytes, cuts: cuts)
        let place: Comment = "frame \(victim), byte \(at)"
        #expect(outcome.dead.map(\.offset) == [UInt64(before)], place)
        #expect(outcome.dead.allSatisfy { $0.code == "frame" && $0.reason.contains("(rule ") }, place)
        let rows = [0..<1024, 1024..<2048, 2048..<3000].enumerated().filter { $0.offset != victim }.map(\.element)
        #expect(outcome.lines == rows.flatMap { Self.lines[$0] }, place)
      }
    }
  }

  @Test func `garbage before, between and behind frames is one dead record each`() throws {
    let frames = try sealed(.none, lines: Array(Self.lines[..<40]))
    let garbage = Array("TIDE was here, and {\"json\":1} too\n".utf8) + [UInt8](repeating: 0, count: 200)
    let bytes = garbage + frames[0] + garbage + frames[0] + frames[0].prefix(500)
    for step in [37, 500, bytes.count] {
      let outcome = try readFrames(bytes, cuts: Array(stride(from: step, to: bytes.count, by: step)))
      #expect(outcome.lines.count == 80, "steps of \(step)")
      #expect(
        outcome.dead.map(\.offset)
          == [0, garbage.count + frames[0].count, 2 * (garbage.count + frames[0].count)].map { UInt64($0) }, "steps of \(step)")
    }
    #expect(try readFrames([]).dead == [])
    #expect(try readFrames(Array("{\"a\":1}\n".utf8)).dead.count == 1)
  }

  @Test func `a schema that its identity does not fit is refused`() throws {
    let frame = try sealed(.none, lines: Array(Self.lines[..<4]))[0]
    var bytes = frame
    bytes[64] ^= 1
    // Without checksums, so that nothing else is wrong.
    bytes[18] &= 0xFC
    for at in [60, 61, 62, 63, 124, 125, 126, 127] { bytes[at] = 0 }
    let outcome = try readFrames(bytes)
    #expect(outcome.lines == [])
    #expect(outcome.dead.map(\.reason) == ["schema_id is not that of the columns, at byte 64 (rule 36)"])
  }

  @Test func `a frame that is longer than the limit is dead alone`() throws {
    let small = try sealed(.none, lines: Array(Self.lines[..<4]))[0]
    for compression in EncodePlan.Compression.allCases {
      let large = try sealed(compression, lines: Array(Self.lines[..<1024]))[0]
      let bytes = small + large + small + large
      // Stored it is longer than the limit, or shorter and only once opened longer.
      let limit = compression == .none ? large.count - 64 : large.count
      for cuts in [[], [small.count + 128], Array(stride(from: 100, to: bytes.count, by: 100))] {
        let outcome = try readFrames(bytes, limit: limit, cuts: cuts)
        let good = Array(Self.lines[..<4])
        #expect(outcome.lines == good + good, "\(compression)")
        #expect(outcome.dead.map(\.offset) == [UInt64(small.count), UInt64(2 * small.count + large.count)], "\(compression)")
        #expect(
          Set(outcome.dead.map(\.reason)) == [
            compression == .none
              ? "frame_len is above the limit, at byte 8 (rule 3)" : "raw_len is above the limit, at byte 12 (rule 5)"
          ])
      }
    }
  }

  @Test func `a frame that is not signed and too long is dead, and the stream goes on at a signed one`() throws {
    let small = try sealed(.none, lines: Array(Self.lines[..<4]))[0]
    var large = try sealed(.zstd, lines: Array(Self.lines[..<1024]))[0]
    large[18] &= 0xFE
    for at in 60...63 { large[at] = 0 }
    let bytes = small + large + small
    for step in [100, bytes.count] {
      let outcome = try readFrames(bytes, limit: large.count, cuts: Array(stride(from: step, to: bytes.count, by: step)))
      #expect(outcome.lines.count == 8 && outcome.dead.map(\.offset) == [UInt64(small.count)])
    }
  }

  @Test func `bytes full of headers that nobody signed are passed over once`() throws {
    let small = try sealed(.none, lines: Array(Self.lines[..<4]))[0]
    // Each claims all of the bytes, and would be opened in vain.
    var header = Array(small[..<128])
    header[18] &= 0xFC
    for at in Array(60...63) + Array(124...127) { header[at] = 0 }
    header.withUnsafeMutableBytes {
      $0.storeBytes(of: UInt32(2 << 20).littleEndian, toByteOffset: 8, as: UInt32.self)
      $0.storeBytes(of: UInt32(2 << 20).littleEndian, toByteOffset: 12, as: UInt32.self)
    }
    var bytes: [UInt8] = []
    for _ in 0..<(4 << 20) / 128 { bytes += header }
    bytes += small
    let outcome = try readFrames(bytes)
    #expect(outcome.dead.map(\.offset) == [0] && outcome.lines.count == 4)
    // Behind them a frame is signed or dead.
    var unsigned = small
    unsigned[18] &= 0xFC
    for at in Array(60...63) + Array(124...127) { unsigned[at] = 0 }
    #expect(try readFrames(unsigned).lines.count == 4)
    let behind = try readFrames(header + small + unsigned + small)
    #expect(behind.dead.map(\.offset) == [0, UInt64(128 + small.count)] && behind.lines.count == 8)
  }

  /// Reads frames, cut into pieces that end at `cuts`, and writes their rows as JSON.
  @discardableResult
  private func readFrames(
    _ bytes: [UInt8], limit: Int = RecordPlan.maxFrameBytes, cuts: [Int] = [], look: (FrameView) throws -> Void = { _ in }
  ) throws -> Outcome {
    var plan = Self.source
    plan.maxRecordBytes = limit
    let decoder = try RecordDecoder(plan)
    let encoder = RecordEncoder(EncodePlan())
    var outcome = Outcome()
    var at = 0
    for end in cuts + [bytes.count] where end >= at {
      let final = end == bytes.count
      try bytes[at..<end].withUnsafeBytes { piece in
        guard let start = piece.baseAddress else { return }
        var taken = 0
        while true {
          let step = decoder.decode(
            start + taken, length: piece.count - taken, readable: piece.count - taken, partition: 3, offset: UInt64(at + taken),
            final: final, ingestTime: now)
          taken += step.consumed
          for dead in decoder.deadRecords {
            #expect(dead.bytes.count <= 4096)
            outcome.dead.append(.init(offset: dead.offset, code: dead.code, reason: dead.reason, record: ""))
          }
          if decoder.rows > 0 {
            let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: decoder.frameByteCount, alignment: 64)
            defer { memory.deallocate() }
            #expect(decoder.writeFrame(into: memory.baseAddress!, capacity: memory.count - 1, stream: 3, firstID: 0) == 0)
            #expect(
              decoder.writeFrame(into: memory.baseAddress!, capacity: memory.count, stream: 3, firstID: 0) == memory.count)
            let frame = try FrameValidator.validate(UnsafeRawBufferPointer(memory))
            try look(frame)
            var batch = tide_batch()
            batch.frame = frame.frame
            batch.count = UInt32(frame.rows)
            let text = String(decoding: encoder.encode(&batch), as: UTF8.self)
            outcome.lines += text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
          }
          if !step.frameReady { break }
        }
        at += taken
      }
      if final { #expect(at == bytes.count, "everything is taken") }
    }
    return outcome
  }
}
