import CRecords
import CTidemill

/// Turns bytes of records into frames after a plan. It belongs to one source and to one thread at a time.
///
/// A call takes whole records until the frame is full; what is left of the bytes belongs at the front of the next call's. Every
/// record is checked in full against its format and as UTF-8, whichever fields the plan wants.
public final class RecordDecoder {
  /// What a call of `decode` did.
  public struct Step: Equatable, Sendable {
    /// Bytes taken.
    public var consumed: Int
    /// The frame is full, or there are many dead records: take both, then call again with what is left.
    public var frameReady: Bool
  }

  /// A record that became no row.
  public struct DeadRecord {
    /// The kinds of reasons, as `code` gives them.
    public enum Code: UInt32, Sendable, CaseIterable {
      case json = 1, utf8, object, record, depth, key, frame, type, time, ahead, csv, fields
    }
    /// Position of the record's first byte in the partition.
    public var offset: UInt64
    /// In the bytes that were decoded, and as long-lived; of a record that is too long the first 4096.
    public var bytes: UnsafeRawBufferPointer
    /// A stable word: `json`, `type`, ...
    public var code: String
    /// A sentence, with the place in the record.
    public var reason: String
  }

  private enum Core {
    /// Of CRecords, for text.
    case text(OpaquePointer)
    case frames(StoredFrameDecoder)
  }

  public let plan: RecordPlan
  private let core: Core

  /// Throws `FormatError` when the plan cannot work.
  public init(_ plan: RecordPlan) throws {
    self.plan = plan
    guard let format = plan.format.code else {
      core = .frames(StoredFrameDecoder(limit: plan.maxRecordBytes))
      return
    }
    let made: OpaquePointer? = try withStrings(plan.columns.map(\.name)) { names in
      let columns = zip(plan.columns, names).map { column, name in
        record_column(
          name: name, type: column.type.code, role: column.role?.code ?? UInt8(TIDE_NONE_ROLE),
          declared: column.declared ? 1 : 0, exact: column.isExact ? 1 : 0, numbers: column.hasNumbers ? 1 : 0)
      }
      return try columns.withUnsafeBufferPointer { columns in
        try withStrings(plan.csv.columns ?? []) { names in
          var c = plan.withoutColumns
          c.format = format
          c.columns = columns.baseAddress
          c.count = UInt32(columns.count)
          if plan.csv.columns != nil { (c.names, c.name_count) = (names.baseAddress, UInt32(clamping: names.count)) }
          if let objection = record_plan_objection(&c) { throw FormatError(message: String(cString: objection)) }
          return record_decoder_create(&c)
        }
      }
    }
    guard let made else { throw FormatError(message: "out of memory") }
    core = .text(made)
  }

  deinit { if case .text(let handle) = core { record_decoder_destroy(handle) } }

  /// Takes records from the first `length` of `bytes`, of which `readable` may be read (64 beyond `length` spare a copy).
  ///
  /// `offset` is the position of the first byte in the partition: bytes at one offset never change. With `final` nothing follows
  /// there, so the last record may lack its line end. `ingestTime`, ns since the epoch, is that of the frame if this call begins
  /// one. The rows of one partition must be written before those of another are decoded.
  public func decode(
    _ bytes: UnsafeRawPointer, length: Int, readable: Int, partition: UInt32 = 0, offset: UInt64, final: Bool, ingestTime: Int64
  ) -> Step {
    switch core {
    case .text(let handle):
      let step = record_decode(
        handle, partition, bytes.assumingMemoryBound(to: UInt8.self), UInt64(length), UInt64(readable), offset, final ? 1 : 0,
        ingestTime)
      return Step(consumed: Int(step.consumed), frameReady: step.frame_ready != 0)
    case .frames(let decoder):
      return decoder.decode(
        UnsafeRawBufferPointer(start: bytes, count: length), partition: partition, offset: offset, final: final)
    }
  }

  /// Ends frames at so many rows or bytes from now on, where the plan does not end them earlier. Frames that come as such stay as
  /// they are.
  public func limitFrame(rows: Int, bytes: Int) {
    if case .text(let handle) = core { record_limit_frame(handle, UInt32(clamping: rows), UInt64(clamping: bytes)) }
  }

  /// Rows that wait for `writeFrame`.
  public var rows: Int {
    switch core {
    case .text(let handle): Int(record_rows(handle))
    case .frames(let decoder): decoder.rows
    }
  }

  /// Bytes of the frame that `writeFrame` would write now; 0 without rows.
  public var frameByteCount: Int {
    switch core {
    case .text(let handle): Int(record_frame_bytes(handle))
    case .frames(let decoder): decoder.frameByteCount
    }
  }

  /// Writes the rows as one frame to 64-byte aligned memory and begins the next one. Row i has the id `firstID` + i, unless the
  /// plan maps a field to that role, or the rows came with ids. Returns the frame's length; 0 without rows, and when `capacity` is
  /// too small.
  public func writeFrame(into: UnsafeMutableRawPointer, capacity: Int, stream: UInt32, firstID: Int64) -> Int {
    switch core {
    case .text(let handle):
      Int(record_write_frame(handle, into.assumingMemoryBound(to: UInt8.self), UInt64(capacity), stream, firstID))
    case .frames(let decoder): decoder.writeFrame(into: into, capacity: capacity, stream: stream)
    }
  }

  /// The records that the last `decode` found dead, in order; their bytes live as long as those that were decoded.
  public var deadRecords: [DeadRecord] {
    switch core {
    case .text(let handle): Self.deadRecords(handle)
    case .frames(let decoder): decoder.dead
    }
  }

  private static func deadRecords(_ handle: OpaquePointer) -> [DeadRecord] {
    var count: UInt64 = 0
    guard let dead = record_dead_records(handle, &count), count > 0 else { return [] }
    return UnsafeBufferPointer(start: dead, count: Int(count)).map { record in
      DeadRecord(
        offset: record.offset,
        bytes: UnsafeRawBufferPointer(start: record.bytes.data, count: Int(record.bytes.length)),
        code: DeadRecord.Code(rawValue: record.code).map { "\($0)" } ?? "json",
        reason: String(
          decoding: UnsafeRawBufferPointer(start: record.reason.data, count: Int(record.reason.length)), as: UTF8.self))
    }
  }

  /// Values of another type than their column, since the decoder was made.
  public var mismatches: UInt64 { counters.mismatches }
  /// Blank lines, which are skipped, since the decoder was made.
  public var blanks: UInt64 { counters.blanks }

  private var counters: record_counters {
    guard case .text(let handle) = core else { return record_counters() }
    return record_decoder_counters(handle)
  }
}

/// A plan that cannot work, and why.
public struct FormatError: Error, Equatable, CustomStringConvertible {
  public var message: String
  public var description: String { message }
}

extension RecordPlan {
  /// The plan in C without its columns.
  fileprivate var withoutColumns: record_plan {
    var plan = record_plan()
    plan.rest = rest ? 1 : 0
    plan.verbatim = verbatim ? 1 : 0
    plan.ingest_missing = timeMissing == .ingest ? 1 : 0
    plan.time_unit = timeUnit.code
    plan.max_ahead = maxAheadNanoseconds ?? -1
    plan.max_record = UInt64(clamping: maxRecordBytes)
    plan.max_depth = UInt32(clamping: maxDepth)
    plan.max_key = UInt32(clamping: maxKeyBytes)
    plan.rows_per_frame = UInt32(clamping: rowsPerFrame)
    plan.bytes_per_frame = UInt64(clamping: bytesPerFrame)
    plan.delimiter = csv.delimiter
    return plan
  }
}
