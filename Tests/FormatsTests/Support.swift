import CTidemill
import Formats
import Frames
import Testing

/// What became of some input: the rows as the encoder writes them, and the dead records.
struct Outcome: Equatable {
  struct Dead: Equatable {
    var offset: UInt64
    var code: String
    var reason: String
    var record: String
  }
  var lines: [String] = []
  var dead: [Dead] = []
  var mismatches: UInt64 = 0
  var blanks: UInt64 = 0
  /// Rows of every frame.
  var frames: [Int] = []

  static func == (a: Outcome, b: Outcome) -> Bool {
    // How rows are cut into frames is nobody's business.
    a.lines == b.lines && a.dead == b.dead && a.mismatches == b.mismatches && a.blanks == b.blanks
  }
}

/// 2023-11-14T22:13:20Z.
let now: Int64 = 1_700_000_000_000_000_000

func plan(_ columns: RecordPlan.Column..., rest: Bool = false, change: (inout RecordPlan) -> Void = { _ in }) -> RecordPlan {
  var plan = RecordPlan()
  plan.columns = columns
  plan.rest = rest
  change(&plan)
  return plan
}

/// Decodes the input, as one piece or cut into pieces that end at `cuts`, validates every frame, hands it to `look`, and encodes it.
@discardableResult
func decode(
  _ input: some Collection<UInt8>, _ plan: RecordPlan, encode encodePlan: EncodePlan = EncodePlan(), cuts: [Int] = [],
  padding: Int = 0, look: (FrameView) throws -> Void = { _ in }
) throws -> Outcome {
  let decoder = try RecordDecoder(plan)
  let encoder = RecordEncoder(encodePlan)
  var outcome = Outcome()
  let bytes = Array(input)
  var at = 0
  var nextID: Int64 = 0

  func takeFrame() throws {
    let length = decoder.frameByteCount
    let rows = decoder.rows
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: length, alignment: 64)
    defer { memory.deallocate() }
    memory.initializeMemory(as: UInt8.self, repeating: 0xAA)
    #expect(decoder.writeFrame(into: memory.baseAddress!, capacity: length - 1, stream: 3, firstID: nextID) == 0)
    #expect(decoder.writeFrame(into: memory.baseAddress!, capacity: length, stream: 3, firstID: nextID) == length)
    let frame = try FrameValidator.validate(UnsafeRawBufferPointer(memory))
    #expect(frame.byteCount == length && frame.rows == rows && frame.stream == 3)
    #expect(schemaID(of: frame) == frame.schemaID)
    #expect(uncoveredBytes(of: frame) == 0, "padding is zero")
    nextID += Int64(rows)
    try look(frame)
    var batch = tide_batch()
    batch.size = UInt32(MemoryLayout<tide_batch>.size)
    batch.frame = frame.frame
    batch.count = UInt32(rows)
    let text = String(decoding: encoder.encode(&batch), as: UTF8.self)
    outcome.frames.append(rows)
    outcome.lines += text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
  }

  for end in cuts + [bytes.count] where end >= at {
    let final = end == bytes.count
    // Exactly these bytes and `padding` more, so that a reader that goes too far is seen by a sanitizer.
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: max(end - at + padding, 1), alignment: 1)
    defer { piece.deallocate() }
    piece.initializeMemory(as: UInt8.self, repeating: UInt8(ascii: "7"))
    piece.copyBytes(from: bytes[at..<end])
    var taken = 0
    while true {
      let step = decoder.decode(
        UnsafeRawPointer(piece.baseAddress!) + taken, length: end - at - taken, readable: end - at - taken + padding,
        offset: UInt64(at + taken), final: final, ingestTime: now)
      taken += step.consumed
      for dead in decoder.deadRecords {
        outcome.dead.append(
          .init(
            offset: dead.offset, code: dead.code, reason: dead.reason, record: String(decoding: dead.bytes, as: UTF8.self)))
      }
      if decoder.rows > 0, step.frameReady || final { try takeFrame() }
      if !step.frameReady { break }
    }
    at += taken
    if final { #expect(at == bytes.count, "everything is taken") }
  }
  outcome.mismatches = decoder.mismatches
  outcome.blanks = decoder.blanks
  return outcome
}

func decode(
  _ text: String, _ plan: RecordPlan, encode: EncodePlan = EncodePlan(), cuts: [Int] = [],
  look: (FrameView) throws -> Void = { _ in }
) throws -> Outcome {
  try decode(Array(text.utf8), plan, encode: encode, cuts: cuts, look: look)
}

/// Bytes outside of everything that the frame describes which are not zero.
private func uncoveredBytes(of frame: FrameView) -> Int {
  var covered = [Bool](repeating: false, count: frame.byteCount)
  func cover(_ from: UInt32, _ length: Int) { for i in Int(from)..<Int(from) + length { covered[i] = true } }
  let header = frame.frame.pointee
  cover(0, 128)
  cover(header.desc, Int(header.cols) * MemoryLayout<tide_column>.size)
  cover(header.names, Int(header.names_len))
  for index in 0..<Int32(header.cols) {
    let column = tide_col(frame.frame, index).pointee
    if column.valid != 0 { cover(column.valid, (Int(column.len) + 7) / 8) }
    cover(column.data, Int(column.data_len))
    if column.heap_len != 0 { cover(column.heap, Int(column.heap_len)) }
  }
  return zip(covered, frame.bytes).count { !$0 && $1 != 0 }
}
