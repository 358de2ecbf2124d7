import PluginKit

/// Event times and ids of a batch, one for each row that it visits.
final class OrderColumns {
  private var times: [Int64] = []
  private var ids: [Int64] = []
  private var texts: [tide_string] = []

  /// Valid until the next call, and while the batch is.
  func read(_ batch: Batch) -> RowOrder {
    let frame = batch.raw.pointee.frame!
    var order = RowOrder()
    let time = tide_role(frame, UInt32(TIDE_ROLE_EVENT_TIME))
    if time >= 0 { order.times = Self.words(time, batch, &times) }
    let id = tide_role(frame, UInt32(TIDE_ROLE_ID))
    if id < 0 { return order }
    if tide_type(frame, id) == UInt32(TIDE_UTF8) {
      if texts.count < batch.count { texts = Array(repeating: tide_string(), count: max(1024, batch.count)) }
      order.textIDs = texts.withUnsafeMutableBufferPointer { texts in
        for index in 0..<batch.count { texts[index] = tide_utf8(frame, id, tide_row(batch.selection, UInt32(index))) }
        return UnsafePointer(texts.baseAddress!)
      }
    } else {
      order.ids = Self.words(id, batch, &ids)
    }
    return order
  }

  private static func words(_ column: Int32, _ batch: Batch, _ into: inout [Int64]) -> UnsafePointer<Int64> {
    let frame = batch.raw.pointee.frame!
    if batch.selection == nil, let all = tide_time_vec(frame, column) ?? tide_i64_vec(frame, column) { return all }
    if into.count < batch.count { into = Array(repeating: 0, count: max(1024, batch.count)) }
    return into.withUnsafeMutableBufferPointer { words in
      for index in 0..<batch.count { words[index] = tide_i64(frame, column, tide_row(batch.selection, UInt32(index))) }
      return UnsafePointer(words.baseAddress!)
    }
  }
}
