import PluginKit

/// Which frames of a client were taken, and what of that the client was told.
struct TakenFrames {
  /// Where frames end in what the client sent, with their numbers.
  private var ends: [(position: UInt64, sequence: UInt64)] = []
  /// Where the next header is expected.
  private var next: UInt64 = 0
  private var taken: UInt64?
  private var told: UInt64?
  /// What is left of an acknowledgement that the connection took a part of.
  private var rest: [UInt8] = []

  /// There is something to tell that the connection does not take.
  var isWaiting: Bool { !rest.isEmpty || taken != told }

  /// Notes the frames that begin in bytes which are not decoded yet.
  mutating func see(_ bytes: UnsafeRawBufferPointer, at position: UInt64) {
    // What the decoder passed over is no frame.
    next = max(next, position)
    while next - position < UInt64(bytes.count) {
      let left = UnsafeRawBufferPointer(rebasing: bytes[Int(next - position)...])
      guard left.count >= FrameHeader.headerBytes else { return }
      if let header = FrameHeader(left) {
        next += UInt64(header.byteCount)
        ends.append((next, header.sequence))
      } else {
        next += UInt64(FrameHeader.nextSigned(in: left))
      }
    }
  }

  /// Everything before a position was decoded.
  mutating func take(until position: UInt64) {
    let count = ends.prefix { $0.position <= position }.count
    guard count > 0 else { return }
    taken = ends[count - 1].sequence
    ends.removeFirst(count)
  }

  /// Tells the client of the last frame that was taken. A client that reads nothing is told later, of a later frame.
  mutating func tell(_ socket: Socket) {
    if rest.isEmpty, let taken, taken != told {
      rest = Acknowledgement(taken).bytes
      told = taken
    }
    guard !rest.isEmpty, case .bytes(let count) = rest.withUnsafeBytes({ socket.write($0) }) else { return }
    rest.removeFirst(count)
  }
}
