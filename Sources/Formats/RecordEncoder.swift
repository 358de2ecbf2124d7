import CRecords
import CTidemill

/// Writes rows as lines of JSON, CSV or text, or as sealed frames. It belongs to one thread at a time.
public final class RecordEncoder {
  private enum Core {
    /// Of CRecords, for text.
    case text(OpaquePointer)
    case frames(StoredFrameEncoder)
  }

  public let plan: EncodePlan
  private let core: Core

  public init(_ plan: EncodePlan) {
    self.plan = plan
    guard let format = plan.format.code else {
      core = .frames(StoredFrameEncoder(plan.compression))
      return
    }
    let handle: OpaquePointer = withStrings(plan.csv.columns ?? []) { names in
      var into = record_encode_plan()
      into.format = UInt32(format)
      into.time_format = plan.timeFormat?.code ?? RECORD_TIME_PLAIN
      into.verbatim = plan.verbatim ? 1 : 0
      into.delimiter = plan.csv.delimiter
      if plan.csv.columns != nil { (into.names, into.name_count) = (names.baseAddress, UInt32(clamping: names.count)) }
      return record_encoder_create(&into)
    }
    core = .text(handle)
  }

  deinit { if case .text(let handle) = core { record_encoder_destroy(handle) } }

  /// The selected rows, each with its line end, or as one frame; valid until the next call. CSV begins with its header row, once.
  public func encode(_ batch: UnsafePointer<tide_batch>) -> UnsafeRawBufferPointer {
    switch core {
    case .text(let handle):
      let text = record_encode(handle, batch)
      return UnsafeRawBufferPointer(start: text.data, count: Int(text.length))
    case .frames(let encoder): return encoder.encode(batch)
    }
  }

  /// Another file begins: CSV has its header row there too, unless the file goes on.
  public func begin(continued: Bool) {
    if case .text(let handle) = core { record_encoder_begin(handle, continued ? 1 : 0) }
  }

  /// Calls `body` with each frame row that the last `encode` left out, because it has a field that is none of the columns.
  public func forEachRefused(_ body: (_ row: UInt32, _ reason: String) -> Void) {
    var count: UInt64 = 0
    guard case .text(let handle) = core, let refused = record_refused_rows(handle, &count), count > 0 else { return }
    for row in UnsafeBufferPointer(start: refused, count: Int(count)) {
      let reason = UnsafeRawBufferPointer(start: row.reason.data, count: Int(row.reason.length))
      body(row.row, String(decoding: reason, as: UTF8.self))
    }
  }
}
