import CRecords
import CTidemill

/// Writes rows as lines of JSON or text. It belongs to one thread at a time.
public final class RecordEncoder {
  public let plan: EncodePlan
  private let handle: OpaquePointer

  public init(_ plan: EncodePlan) {
    self.plan = plan
    var into = record_encode_plan()
    into.format = UInt32(plan.format.code)
    into.time_format = plan.timeFormat?.code ?? RECORD_TIME_PLAIN
    into.verbatim = plan.verbatim ? 1 : 0
    handle = record_encoder_create(&into)
  }

  deinit { record_encoder_destroy(handle) }

  /// The selected rows, each with its line end; valid until the next call.
  public func encode(_ batch: UnsafePointer<tide_batch>) -> UnsafeRawBufferPointer {
    let text = record_encode(handle, batch)
    return UnsafeRawBufferPointer(start: text.data, count: Int(text.length))
  }
}
