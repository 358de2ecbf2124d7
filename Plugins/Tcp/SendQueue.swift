/// Records on their way out, whole and in order. A connection that breaks in the middle of one sends it again from its start.
struct SendQueue {
  /// How records are told apart.
  enum Framing: Sendable {
    /// One on each line.
    case lines
    /// The same, but line ends inside of quotes belong to the record (RFC 4180).
    case quotedLines
  }

  /// Bytes at the front that are let go at once: moving the rest costs less than keeping them.
  private static let slackBytes = 256 << 10

  private let framing: Framing
  private var bytes: [UInt8] = []
  /// First byte that was not given to a connection.
  private var sent = 0
  /// Behind the last whole record that was.
  private var recordEnd = 0
  private var isQuoted = false

  init(_ framing: Framing) { self.framing = framing }

  /// Bytes that no connection took yet.
  var unsentBytes: Int { bytes.count - sent }
  var isEmpty: Bool { unsentBytes == 0 }

  mutating func append(_ records: UnsafeRawBufferPointer) { bytes.append(contentsOf: records) }

  /// Gives what is not sent to `write`, which answers how much of it a connection took.
  mutating func send(_ write: (UnsafeRawBufferPointer) -> Int) {
    let taken = bytes.withUnsafeBytes { write(UnsafeRawBufferPointer(rebasing: $0[sent...])) }
    findRecordEnd(from: sent, to: sent + taken)
    sent += taken
    if isEmpty, recordEnd == sent {
      bytes.removeAll(keepingCapacity: bytes.count <= 4 * Self.slackBytes)
      (sent, recordEnd) = (0, 0)
    } else if recordEnd >= Self.slackBytes, recordEnd >= bytes.count / 2 {
      bytes.removeFirst(recordEnd)
      sent -= recordEnd
      recordEnd = 0
    }
  }

  /// The connection is gone: the record that it has a part of is sent again.
  mutating func rewind() {
    sent = recordEnd
    isQuoted = false
  }

  /// Records that no connection has whole.
  var records: Int { bytes[recordEnd...].count { $0 == UInt8(ascii: "\n") } }

  private mutating func findRecordEnd(from start: Int, to end: Int) {
    switch framing {
    case .lines:
      if let last = bytes[start..<end].lastIndex(of: UInt8(ascii: "\n")) { recordEnd = last + 1 }
    case .quotedLines:
      for index in start..<end {
        if bytes[index] == UInt8(ascii: "\"") {
          isQuoted.toggle()
        } else if bytes[index] == UInt8(ascii: "\n"), !isQuoted {
          recordEnd = index + 1
        }
      }
    }
  }
}
