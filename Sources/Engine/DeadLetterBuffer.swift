import CHost
import CTidemill
import Formats
import Frames

/// The rows that a node could not take, collected into a frame for its dead-letter port: when, where and why, and the record.
///
/// The record is the original bytes where the row still has them, else its fields as JSON. Bytes that are not UTF-8 go to the
/// column `bytes` instead of `record`.
final class DeadLetterBuffer {
  private enum Column {
    static let time = 0, node = 1, code = 2, reason = 3, origin = 4, offset = 5, attempt = 6, record = 7, bytes = 8
  }
  /// Rows after which the buffer is sent on.
  private static let maxRows = 256

  private let node: String
  private lazy var builder = makeBuilder()
  private lazy var encoder = RecordEncoder(EncodePlan())

  init(node: String) { self.node = node }

  private(set) var rows = 0
  /// Bytes of records and reasons, which is what grows.
  private var textBytes = 0
  var isFull: Bool { rows >= Self.maxRows || textBytes > 1 << 20 }
  var byteCount: Int { builder.byteCount }

  private func makeBuilder() -> FrameBuilder {
    let builder = FrameBuilder()
    builder.kind = .error
    do {
      _ = try builder.addColumn("time", .time, role: .eventTime, nullable: false)
      for name in ["node", "code", "reason", "origin"] { _ = try builder.addColumn(name, .string) }
      _ = try builder.addColumn("offset", .int)
      _ = try builder.addColumn("attempt", .int)
      _ = try builder.addColumn("record", .string, dictionary: false)
      _ = try builder.addColumn("bytes", .binary, dictionary: false)
    } catch {
      preconditionFailure("the columns of dead letters do not fit a frame: \(error)")
    }
    return builder
  }

  /// Adds a row of a frame.
  func append(
    _ frame: UnsafePointer<tide_frame>, row: UInt32, code: String, reason: String, attempt: Int64, time: Int64
  ) {
    let original = tide_verbatim(frame, row)
    if let data = original.data {
      let record = UnsafeRawBufferPointer(start: data, count: Int(original.length))
      return append(record: record, place: nil, code: code, reason: reason, attempt: attempt, time: time)
    }
    var number = UInt16(truncatingIfNeeded: row)
    withUnsafePointer(to: &number) { selection in
      var batch = tide_batch(
        size: UInt32(MemoryLayout<tide_batch>.size), port: 0, frame: frame, selection: selection, count: 1, reserved: 0)
      var record = encoder.encode(&batch)
      if record.last == UInt8(ascii: "\n") { record = UnsafeRawBufferPointer(rebasing: record.dropLast()) }
      append(record: record, place: nil, code: code, reason: reason, attempt: attempt, time: time)
    }
  }

  /// Adds a record as it was read; `place` is where its partition's bytes come from, if that is known, and its offset there.
  func append(
    record: UnsafeRawBufferPointer, place: (origin: String?, offset: UInt64)?, code: String, reason: String, attempt: Int64,
    time: Int64
  ) {
    builder.put(Column.time, time: time)
    builder.put(Column.node, node)
    builder.put(Column.code, code)
    builder.put(Column.reason, reason)
    if let origin = place?.origin { builder.put(Column.origin, origin) }
    if let place { builder.put(Column.offset, Int64(clamping: place.offset)) }
    builder.put(Column.attempt, attempt)
    if tide_utf8_prefix(record.baseAddress, UInt64(record.count), nil) == UInt64(record.count) {
      builder.put(Column.record, utf8: record)
    } else {
      builder.put(Column.bytes, binary: record)
    }
    builder.endRow()
    rows += 1
    textBytes += record.count + reason.utf8.count
  }

  /// Writes the frame and begins the next; the buffer must have room for `byteCount`.
  func write(into room: UnsafeMutableRawBufferPointer) {
    guard builder.write(into: room.baseAddress!, capacity: room.count) > 0 else {
      preconditionFailure("dead letters: \(builder.failure.map { "\($0)" } ?? "no room")")
    }
    clear()
  }

  func clear() {
    builder.reset()
    rows = 0
    textBytes = 0
  }
}
