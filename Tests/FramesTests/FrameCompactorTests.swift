import CTidemill
import Frames
import TestSupport
import Testing

struct FrameCompactorTests {
  private func compact(_ view: FrameView, _ rows: [Int]?, count: Int) -> AlignedBytes {
    let selection = rows?.map { UInt16($0) }
    func run(_ pointer: UnsafePointer<UInt16>?) -> AlignedBytes {
      let bytes = AlignedBytes(count: FrameCompactor.byteCount(of: view, selection: pointer, count: count))
      bytes.memory.initializeMemory(as: UInt8.self, repeating: 0xEE, count: bytes.count)
      let length = FrameCompactor.compact(view, selection: pointer, count: count, into: bytes.memory, capacity: bytes.count)
      precondition(length == bytes.count, "a compaction has the size it said")
      return bytes
    }
    return selection.map { $0.withUnsafeBufferPointer { run($0.baseAddress) } } ?? run(nil)
  }

  @Test func `the selected rows and nothing else come along, in every encoding`() throws {
    let seed: UInt64 = 0x7EED_0007
    var random = SplitMix(seed: seed)
    for round in 0..<200 {
      let rows = Int.random(in: 1...500, using: &random)
      let model = FrameModel.random(rows: rows, using: &random)
      let plain = try model.bytes()
      let view = FrameView(bytes: plain.memory)
      let keep = Int.random(in: 1...10, using: &random)
      var selected = (0..<rows).filter { _ in Int.random(in: 0..<10, using: &random) < keep }
      if selected.isEmpty { selected = [rows - 1] }
      let bytes = compact(view, selected, count: selected.count)
      let small = try FrameValidator.validate(bytes.raw)
      #expect(model.difference(from: small, rows: selected) == nil, "seed \(seed), round \(round)")
      #expect(schemaID(of: small) == schemaID(of: view))
      // A sequence whose rows do not follow each other becomes flat.
      let flattened = (0..<view.columnCount).count { view.column($0).encoding == .sequence } * 8 * selected.count
      #expect(small.kind == .data && bytes.count <= plain.count + 1024 + flattened)
    }
  }

  @Test func `a contiguous selection keeps the sequence, another makes it flat`() throws {
    let sample = try SampleFrame()
    let view = FrameView(bytes: sample.bytes.memory)
    let slice = try FrameValidator.validate(compact(view, [4, 5, 6], count: 3).raw)
    #expect(slice.column(SampleFrame.id).encoding == .sequence)
    #expect(slice.column(SampleFrame.id).int(0) == 1 << 48 + 4)
    let holes = try FrameValidator.validate(compact(view, [4, 6, 7], count: 3).raw)
    #expect(holes.column(SampleFrame.id).encoding == .flat)
    #expect(holes.column(SampleFrame.id).int(1) == 1 << 48 + 6)
    #expect(holes.column(SampleFrame.source).encoding == .constant)
    #expect(holes.column(SampleFrame.key).encoding == .dictionary)
  }

  @Test func `row watermark and verbatim records come along`() throws {
    let sample = try SampleFrame()
    let view = FrameView(bytes: sample.bytes.memory)
    let bytes = compact(view, [1, 2, 19], count: 3)
    let small = try FrameValidator.validate(bytes.raw)
    #expect((0..<3).map { small.rowWatermark($0) } == [1, .min, 19])
    #expect((0..<3).map { String(decoding: small.verbatim($0)!, as: UTF8.self) } == ["{\"n\":1}", "{\"n\":2}", "{\"n\":19}"])
  }

  @Test func `a null selection takes the first rows`() throws {
    let sample = try SampleFrame()
    let view = FrameView(bytes: sample.bytes.memory)
    let bytes = compact(view, nil, count: 7)
    let small = try FrameValidator.validate(bytes.raw)
    #expect(small.rows == 7)
    #expect((0..<7).allSatisfy { small.column(SampleFrame.text).string($0) == "€ \($0)" })
  }

  @Test func `nulls of constants and sequences come along`() throws {
    let sample = try SampleFrame()
    let id = SampleFrame.id
    for column in [SampleFrame.source, id] {
      sample.columns[column].valid = sample.columns[SampleFrame.int].valid
      sample.columns[column].nulls = sample.columns[SampleFrame.int].nulls
      sample.columns[column].flags |= UInt8(TIDE_NULLABLE)
    }
    let view = try FrameValidator.validate(sample.bytes.raw)
    let bytes = compact(view, [0, 1, 3, 5], count: 4)
    let small = try FrameValidator.validate(bytes.raw)
    #expect((0..<4).map { small.column(SampleFrame.source).isValid($0) } == [false, true, false, true])
    #expect(small.column(id).encoding == .flat && small.column(id).ints?[0] == 0 && small.column(id).int(3) == 1 << 48 + 5)
    let valid = compact(view, [1, 2], count: 2)
    #expect(try FrameValidator.validate(valid.raw).column(SampleFrame.source).validity == nil)
  }
}
