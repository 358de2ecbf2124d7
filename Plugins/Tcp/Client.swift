import Glibc
import PluginKit

/// One client of the source `tcp`: its connection, and what it sent of a record so far.
final class Client {
  /// What one step came to.
  enum Step {
    /// Records were taken, or may be.
    case more
    /// Whole records wait for room behind the source.
    case full
    /// Nothing came.
    case rest
    /// It is done; a record that it left unfinished has been dealt with.
    case gone(Leaving)
  }

  /// How a client left.
  enum Leaving {
    case ended
    /// Sent a record that is too long.
    case cut
    case broken(String)
    case silent
  }

  /// Bytes of one read: what one client may bring in before the next one's turn.
  static let chunkBytes = 64 << 10

  let socket: Socket
  let address: String
  /// Its place in the table, and its partition.
  let slot: Int
  /// When something last came, a reading of `Host.now`.
  private(set) var heardAt: Int64

  private var partition: UInt32 { UInt32(slot) }
  /// Memory only while there is something in it: many clients are silent most of the time.
  private var buffer: RecordBuffer?
  private var position: UInt64 = 0
  /// Of a client that sends frames.
  private var frames: TakenFrames?

  init(_ socket: Socket, _ address: String, slot: Int, now: Int64, sendsFrames: Bool) {
    self.socket = socket
    self.address = address
    self.slot = slot
    heardAt = now
    if sendsFrames { frames = TakenFrames() }
  }

  /// What is awaited of the connection.
  var interest: DescriptorWatch.Interest {
    .init(socket.descriptor, frames?.isWaiting == true ? POLLIN | POLLOUT : POLLIN)
  }

  /// Records wait that need no further bytes.
  var hasRecords: Bool { buffer?.hasRecords ?? false }

  /// Reads and decodes one chunk.
  func step(_ codec: Codec, maxRecord: Int, _ out: inout Output) throws -> Step {
    let buffer = self.buffer ?? RecordBuffer(codec, partition: partition, position: position, chunkBytes: Self.chunkBytes)
    self.buffer = buffer
    defer { frames?.tell(socket) }
    let known = buffer.undecoded.count
    if buffer.wantsBytes {
      var came = Socket.Transfer.wait
      try buffer.fill {
        came = socket.read(into: $0)
        return switch came {
        case .bytes(let count): count
        case .end: 0
        case .wait, .broken: nil
        }
      }
      switch came {
      case .bytes: heardAt = out.host.now
      case .end: break
      case .wait:
        rest(buffer)
        return .rest
      case .broken(let why):
        try leave("the connection broke in the middle of this record: \(why)", codec, &out)
        return .gone(.broken(why))
      }
    }
    if mayHoldRecord(buffer, beyond: known) {
      frames?.see(buffer.undecoded, at: buffer.position)
      try buffer.decode(codec, &out)
      frames?.take(until: buffer.position)
    }
    if buffer.hasRecords { return .full }
    if buffer.isDone { return .gone(.ended) }
    if buffer.undecoded.count > maxRecord {
      try leave("the record is longer than \(maxRecord) bytes; the client was cut off", codec, &out)
      return .gone(.cut)
    }
    return .more
  }

  /// False when nothing that came can end a record: a client that sends byte by byte does not have all it sent looked at each time.
  private func mayHoldRecord(_ buffer: RecordBuffer, beyond known: Int) -> Bool {
    guard frames == nil, !buffer.isEnded, !buffer.hasRecords else { return true }
    return UnsafeRawBufferPointer(rebasing: buffer.undecoded[known...]).contains(UInt8(ascii: "\n"))
  }

  /// Lets go of a client that says nothing.
  func expire(_ codec: Codec, _ out: inout Output) throws {
    try leave("nothing followed in the middle of this record", codec, &out)
  }

  /// Nothing more is read: decodes whole records that wait, and lets go. False: call again.
  func finish(_ codec: Codec, _ out: inout Output) throws -> Bool {
    defer { frames?.tell(socket) }
    if let buffer, buffer.hasRecords {
      frames?.see(buffer.undecoded, at: buffer.position)
      try buffer.decode(codec, &out)
      frames?.take(until: buffer.position)
      if buffer.hasRecords { return false }
    }
    try leave("the pipeline was stopped in the middle of this record", codec, &out)
    return true
  }

  private func rest(_ buffer: RecordBuffer) {
    guard buffer.undecoded.isEmpty else { return }
    position = buffer.position
    self.buffer = nil
  }

  /// What it sent of an unfinished record goes to the dead letters.
  private func leave(_ why: String, _ codec: Codec, _ out: inout Output) throws {
    if let buffer, !buffer.undecoded.isEmpty {
      try codec.bury(buffer.undecoded, partition: partition, offset: buffer.position, why, &out)
    }
    buffer = nil
    try codec.end(partition, &out)
  }
}
