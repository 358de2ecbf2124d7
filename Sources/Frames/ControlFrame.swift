import CTidemill

/// A frame without rows: a message to the stream itself, 128 bytes.
public struct ControlFrame: Equatable, Sendable {
  public enum Message: Equatable, Sendable {
    /// No row before this event time, in nanoseconds, is expected any more.
    case watermark(Int64)
    /// The stream has nothing for a while: leave it out of the minimum.
    case idle
    /// A checkpoint passes.
    case barrier(checkpoint: UInt64, triggerTime: Int64, options: BarrierOptions)
    /// Nothing follows; `finalSequence` is the number of the last frame before.
    case endOfStream(reason: UInt32, finalSequence: UInt64)
  }

  /// How a barrier may travel and what its checkpoint is for.
  public struct BarrierOptions: OptionSet, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    /// It may overtake queued frames, which then belong to the checkpoint.
    public static let unalignedAllowed = BarrierOptions(rawValue: 1)
    public static let savepoint = BarrierOptions(rawValue: 2)
    /// The pipeline stops after it.
    public static let final = BarrierOptions(rawValue: 4)
  }

  public var message: Message
  /// Source partition or edge.
  public var stream: UInt32
  /// Number of the frame in its stream.
  public var sequence: UInt64

  public init(_ message: Message, stream: UInt32 = 0, sequence: UInt64 = 0) {
    self.message = message
    self.stream = stream
    self.sequence = sequence
  }

  /// Reads a control frame; `nil` for frames with rows and for fillers. The frame must have passed validation.
  public init?(_ view: FrameView) {
    let control = UnsafeRawPointer(view.frame).assumingMemoryBound(to: tide_control.self)
    switch view.kind {
    case .watermark: message = .watermark(control.pointee.watermark)
    case .idle: message = .idle
    case .barrier:
      message = .barrier(
        checkpoint: control.pointee.checkpoint_id, triggerTime: control.pointee.trigger_time,
        options: BarrierOptions(rawValue: control.pointee.options))
    case .endOfStream:
      message = .endOfStream(reason: control.pointee.reason, finalSequence: control.pointee.final_seq)
    default: return nil
    }
    stream = view.stream
    sequence = view.sequence
  }

  /// Writes the frame's 128 bytes to memory that is 64-byte aligned and gives a view of them.
  @discardableResult
  public func write(into bytes: UnsafeMutableRawPointer) -> FrameView {
    bytes.initializeMemory(as: UInt8.self, repeating: 0, count: FrameLimits.headerBytes)
    let frame = bytes.assumingMemoryBound(to: tide_frame.self)
    frame.pointee.magic = TIDE_FRAME_MAGIC
    frame.pointee.major = UInt8(TIDE_FRAME_MAJOR)
    frame.pointee.minor = UInt8(TIDE_FRAME_MINOR)
    frame.pointee.frame_len = TIDE_FRAME_HEADER
    frame.pointee.raw_len = TIDE_FRAME_HEADER
    frame.pointee.header_len = UInt16(TIDE_FRAME_HEADER)
    frame.pointee.log_pos = .max
    frame.pointee.stream = stream
    frame.pointee.seq = sequence
    frame.pointee.kind = kind.rawValue
    let control = bytes.assumingMemoryBound(to: tide_control.self)
    switch message {
    case .watermark(let time): control.pointee.watermark = time
    case .idle: break
    case .barrier(let checkpoint, let triggerTime, let options):
      control.pointee.checkpoint_id = checkpoint
      control.pointee.trigger_time = triggerTime
      control.pointee.options = options.rawValue
    case .endOfStream(let reason, let finalSequence):
      control.pointee.reason = reason
      control.pointee.final_seq = finalSequence
    }
    return FrameView(bytes: bytes)
  }

  /// The kind of frame that carries the message.
  public var kind: FrameKind {
    switch message {
    case .watermark: .watermark
    case .idle: .idle
    case .barrier: .barrier
    case .endOfStream: .endOfStream
    }
  }
}
