import PluginKit

/// Records on their way out, whole and in order. A connection that breaks in the middle of one sends it again from its start;
/// frames are kept until the other end says that it took them, and sent again when it did not.
struct SendQueue {
  /// How records are told apart.
  enum Framing: Sendable {
    /// One on each line.
    case lines
    /// The same, but line ends inside of quotes belong to the record, and the first record heads each connection (RFC 4180).
    case table
    /// Each says how long it is.
    case frames
  }

  /// Bytes at the front that are let go at once: moving the rest costs less than keeping them.
  private static let slackBytes = 256 << 10

  private let framing: Framing
  private var bytes: [UInt8] = []
  /// First byte that was not given to the connection.
  private var sent = 0
  /// What is before it is done with: whole records that were sent, frames that were taken.
  private var done = 0
  private var isQuoted = false
  /// The header of a table, for the connections after the first.
  private var header: [UInt8] = []
  /// It is not in the queue any more.
  private var isHeaderDone = false
  /// Where frames end that are not done, with their numbers.
  private var ends: [(end: Int, sequence: UInt64)] = []

  init(_ framing: Framing) { self.framing = framing }

  /// Nothing is left to give to a connection.
  var isSent: Bool { sent == bytes.count }
  /// Nothing is left that may have to be sent, or sent again.
  var isDone: Bool { framing == .frames ? done == bytes.count : isSent }
  /// Bytes that wait: for a connection, or to be taken at its other end.
  var waitingBytes: Int { bytes.count - (framing == .frames ? done : sent) }

  /// Records that are not done.
  var records: Int {
    framing == .frames ? ends.count : bytes[done...].count { $0 == UInt8(ascii: "\n") }
  }

  mutating func append(_ records: UnsafeRawBufferPointer) {
    let start = bytes.count
    bytes.append(contentsOf: records)
    switch framing {
    case .lines: break
    case .table: if header.isEmpty { header = Array(records[..<Self.firstRecordEnd(records)]) }
    case .frames:
      var offset = 0
      while offset < records.count, let frame = FrameHeader(UnsafeRawBufferPointer(rebasing: records[offset...])) {
        offset += frame.byteCount
        ends.append((start + offset, frame.sequence))
      }
    }
  }

  /// Gives what is not sent to `write`, which answers how much of it a connection took.
  mutating func send(_ write: (UnsafeRawBufferPointer) -> Int) {
    let taken = bytes.withUnsafeBytes { write(UnsafeRawBufferPointer(rebasing: $0[sent...])) }
    findDone(from: sent, to: sent + taken)
    sent += taken
    letGo()
  }

  /// The other end has taken all frames up to this one.
  mutating func acknowledge(_ sequence: UInt64) {
    let count = ends.prefix { $0.sequence <= sequence && $0.end <= sent }.count
    guard count > 0 else { return }
    done = ends[count - 1].end
    ends.removeFirst(count)
    letGo()
  }

  /// The connection is gone: what it has a part of, or did not take, is for the next one.
  mutating func rewind() {
    sent = done
    isQuoted = false
    guard isHeaderDone else { return }
    bytes.insert(contentsOf: header, at: done)
    isHeaderDone = false
  }

  private mutating func letGo() {
    if done == bytes.count {
      bytes.removeAll(keepingCapacity: bytes.count <= 4 * Self.slackBytes)
      (sent, done) = (0, 0)
    } else if done >= Self.slackBytes, done >= bytes.count / 2 {
      bytes.removeFirst(done)
      for index in ends.indices { ends[index].end -= done }
      sent -= done
      done = 0
    }
  }

  private mutating func findDone(from start: Int, to end: Int) {
    switch framing {
    case .lines:
      if let last = bytes[start..<end].lastIndex(of: UInt8(ascii: "\n")) { done = last + 1 }
    case .table:
      for index in start..<end {
        if bytes[index] == UInt8(ascii: "\"") {
          isQuoted.toggle()
        } else if bytes[index] == UInt8(ascii: "\n"), !isQuoted {
          done = index + 1
          isHeaderDone = true
        }
      }
    case .frames: break
    }
  }

  private static func firstRecordEnd(_ records: UnsafeRawBufferPointer) -> Int {
    var isQuoted = false
    for (index, byte) in records.enumerated() {
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      if byte == UInt8(ascii: "\n"), !isQuoted { return index + 1 }
    }
    return records.count
  }
}
