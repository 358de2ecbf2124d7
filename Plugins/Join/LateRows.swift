import PluginKit

/// Sends rows that came too late to the port `late`, each with how late it was.
final class LateRows {
  static let field = "lateness"

  private let port: UInt32
  private let changes: FrameDeriver
  private let rows = UnsafeMutablePointer<UInt16>.allocate(capacity: FrameLimits.maxRows)
  private let lateness = UnsafeMutablePointer<Int64>.allocate(capacity: FrameLimits.maxRows)
  private var count = 0

  init(port: UInt32) throws {
    self.port = port
    changes = try FrameDeriver([.set(Self.field)])
  }

  deinit {
    rows.deallocate()
    lateness.deallocate()
  }

  /// Takes row `at` of the batch, which the watermark had passed by so much.
  func add(_ at: Int, of batch: Batch, by nanoseconds: Int64) {
    rows[count] = batch.selection.map { $0[at] } ?? UInt16(truncatingIfNeeded: at)
    lateness[at] = nanoseconds
    count += 1
  }

  /// Sends what was taken of a batch.
  func send(_ batch: Batch, _ out: inout Output) throws {
    guard count > 0 else { return }
    defer { count = 0 }
    let values = ColumnValues(UnsafeBufferPointer(start: UnsafePointer(lateness), count: batch.count))
    try out.send(
      batch, rows: UnsafeBufferPointer(start: UnsafePointer(rows), count: count), changing: changes, values: [values], to: port)
  }
}
