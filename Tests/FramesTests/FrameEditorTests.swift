import CTidemill
import Frames
import TestSupport
import Testing

struct FrameEditorTests {
  @Test func `a frame gains a row watermark and keeps everything else`() throws {
    let seed: UInt64 = 0x7EED_0005
    var random = SplitMix(seed: seed)
    for round in 0..<100 {
      let rows = Int.random(in: 1...300, using: &random)
      let model = FrameModel.random(rows: rows, using: &random)
      let plain = try model.bytes()
      let view = FrameView(bytes: plain.memory)
      let values = (0..<rows).map { _ in Int64.random(in: .min ... .max, using: &random) }

      let perRow = AlignedBytes(count: plain.count + FrameEditor.rowWatermarkRoom(view))
      let length = values.withUnsafeBufferPointer {
        FrameEditor.addRowWatermark(.perRow($0), to: view, into: perRow.memory, capacity: perRow.count)
      }
      #expect(length == perRow.count)
      let edited = try FrameValidator.validate(perRow.raw)
      #expect(model.difference(from: edited) == nil, "seed \(seed), round \(round)")
      #expect((0..<rows).allSatisfy { edited.rowWatermark($0) == values[$0] })
      #expect(schemaID(of: edited) == schemaID(of: view))

      let constant = AlignedBytes(count: plain.count + FrameEditor.constantRowWatermarkRoom)
      #expect(
        FrameEditor.addRowWatermark(.constant(42), to: view, into: constant.memory, capacity: constant.count) == constant.count)
      let fixed = try FrameValidator.validate(constant.raw)
      #expect(model.difference(from: fixed) == nil, "seed \(seed), round \(round)")
      #expect(fixed.rowWatermark(rows - 1) == 42)
    }
  }

  @Test func `a row watermark can be added in place, and replaced`() throws {
    var random = SplitMix(seed: 0x7EED_0006)
    let model = FrameModel.random(rows: 100, using: &random)
    let plain = try model.bytes()
    let room = AlignedBytes(count: plain.count + 4096)
    room.memory.copyMemory(from: plain.memory, byteCount: plain.count)
    let view = FrameView(bytes: room.memory)
    let first = FrameEditor.addRowWatermark(.constant(1), to: view, into: room.memory, capacity: room.count)
    #expect(first == plain.count + 128)
    #expect(try FrameValidator.validate(room.raw).rowWatermark(99) == 1)
    let values = (0..<100).map { Int64($0) }
    let second = values.withUnsafeBufferPointer {
      FrameEditor.addRowWatermark(.perRow($0), to: view, into: room.memory, capacity: room.count)
    }
    #expect(second == first + 832)
    let edited = try FrameValidator.validate(room.raw)
    #expect(edited.rowWatermark(99) == 99)
    #expect(model.difference(from: edited) == nil)
  }

  @Test func `nothing is written where there is no room`() throws {
    let sample = try SampleFrame()
    let target = AlignedBytes(count: sample.bytes.count)
    let view = FrameView(bytes: sample.bytes.memory)
    #expect(FrameEditor.addRowWatermark(.constant(1), to: view, into: target.memory, capacity: target.count) == 0)
    #expect(target.raw.allSatisfy { $0 == 0 })
  }
}
