import CTidemill
import Frames
import Testing

struct ControlFrameTests {
  @Test(arguments: [
    ControlFrame(.watermark(.min)),
    ControlFrame(.watermark(1_700_000_000_000_000_000), stream: 3, sequence: 9),
    ControlFrame(.idle, stream: 1),
    ControlFrame(.barrier(checkpoint: .max, triggerTime: -1, options: [.unalignedAllowed, .final])),
    ControlFrame(.barrier(checkpoint: 1, triggerTime: 2, options: .savepoint)),
    ControlFrame(.endOfStream(reason: 7, finalSequence: 12)),
  ])
  func `a control frame comes back as it was written`(frame: ControlFrame) throws {
    let bytes = AlignedBytes(count: 128)
    bytes.memory.initializeMemory(as: UInt8.self, repeating: 0xEE, count: 128)
    frame.write(into: bytes.memory)
    let view = try FrameValidator.validate(bytes.raw)
    #expect(ControlFrame(view) == frame)
    #expect(view.byteCount == 128 && view.kind == frame.kind && view.kind?.hasRows == false)
  }

  @Test func `a frame with rows is no control frame`() throws {
    let sample = try SampleFrame()
    #expect(ControlFrame(FrameView(bytes: sample.bytes.memory)) == nil)
  }
}
