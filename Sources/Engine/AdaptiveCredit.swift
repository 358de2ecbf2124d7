/// Makes the byte credit of an edge follow its reader, so that what waits there is read within a target time.
///
/// The reader publishes the bytes that it has taken; their rate is averaged, and the credit becomes rate x target (as Flink sizes
/// its buffers). A reader that runs dry shows no more than the rate of the input, so the credit then grows. When the credit has
/// found its size and the edge stays full of small frames, frames may have more rows, and when they may have the most, the
/// producer may linger before it asks for more input. Pure: it is told times and counters, and says what to do.
package struct AdaptiveCredit: Equatable {
  /// Time between two steps.
  package static let stepNanoseconds: Int64 = 100_000_000
  /// A credit stays as it is while it is within this share of the right one.
  package static let hysteresis = 0.25
  /// Weight of the latest step's rate in the average.
  package static let weight = 0.3
  package static let leastBytes = 64 << 10
  package static let mostLingerNanoseconds: Int64 = 5_000_000
  private static let lingerStep: Int64 = 1_250_000
  /// Rows of a frame that the producer makes: on an edge that runs empty, at first, and on one that stays full.
  package static let leastFrameRows = 256, usualFrameRows = 1024, mostFrameRows = 4096

  /// What the edge looks like to its producer.
  package struct Reading: Equatable {
    package var now: Int64
    /// Bytes that the reader has taken so far.
    package var poppedBytes: UInt64
    /// Queued now.
    package var queuedBytes: Int
    /// Rows and frames that went in so far.
    package var pushedRows: UInt64
    package var pushedFrames: UInt64

    package init(now: Int64, poppedBytes: UInt64, queuedBytes: Int, pushedRows: UInt64, pushedFrames: UInt64) {
      self.now = now
      self.poppedBytes = poppedBytes
      self.queuedBytes = queuedBytes
      self.pushedRows = pushedRows
      self.pushedFrames = pushedFrames
    }
  }

  package let targetNanoseconds: Int64
  package let mostBytes: Int
  package private(set) var creditBytes: Int
  /// How long the producer may wait for more input between calls.
  package private(set) var lingerNanoseconds: Int64 = 0
  /// Rows that a frame of the producer may have.
  package private(set) var frameRows = AdaptiveCredit.usualFrameRows
  /// Bytes a nanosecond; nil before the first step.
  package private(set) var rate: Double?
  private var last: Reading?

  package init(targetNanoseconds: Int64, mostBytes: Int) {
    self.targetNanoseconds = targetNanoseconds
    self.mostBytes = mostBytes
    creditBytes = mostBytes
  }

  /// Takes a step when one is due; true when the credit has changed.
  package mutating func observe(_ reading: Reading) -> Bool {
    guard let last else {
      self.last = reading
      return false
    }
    let elapsed = reading.now &- last.now
    guard elapsed >= Self.stepNanoseconds else { return false }
    self.last = reading
    let latest = Double(reading.poppedBytes &- last.poppedBytes) / Double(elapsed)
    let average = rate.map { $0 + Self.weight * (latest - $0) } ?? latest
    rate = average
    let wanted = reading.queuedBytes == 0 ? mostBytes : bounded(average * Double(targetNanoseconds))
    let isRight = abs(Double(wanted) - Double(creditBytes)) <= Self.hysteresis * Double(creditBytes)
    if isRight { resizeFrames(reading, since: last) }
    guard !isRight else { return false }
    // Half or twice as much at most: one reading may mislead.
    let next = max(min(wanted, 2 * creditBytes), creditBytes / 2)
    guard next != creditBytes else { return false }
    creditBytes = next
    return true
  }

  private func bounded(_ bytes: Double) -> Int {
    bytes >= Double(mostBytes) ? mostBytes : max(Int(bytes), min(Self.leastBytes, mostBytes))
  }

  /// Larger frames first, then waiting for them; back in the opposite order.
  private mutating func resizeFrames(_ reading: Reading, since last: Reading) {
    let rows = reading.pushedRows &- last.pushedRows, frames = reading.pushedFrames &- last.pushedFrames
    let isFull = reading.queuedBytes >= creditBytes - creditBytes / 4
    if isFull, frames > 0, rows / frames < UInt64(Self.mostFrameRows) {
      if frameRows < Self.mostFrameRows {
        frameRows *= 2
      } else {
        lingerNanoseconds = min(lingerNanoseconds + Self.lingerStep, Self.mostLingerNanoseconds)
      }
    } else if reading.queuedBytes <= creditBytes / 4 {
      if lingerNanoseconds > 0 {
        lingerNanoseconds = max(lingerNanoseconds - Self.lingerStep, 0)
      } else {
        frameRows = max(frameRows / 2, Self.leastFrameRows)
      }
    }
  }
}
