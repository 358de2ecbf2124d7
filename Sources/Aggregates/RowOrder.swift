import PluginKit

/// Event time and id of the rows of a batch: the order of `first`, `last`, `top` and `list`.
struct RowOrder {
  /// One a row; nil without event times, which then are equal.
  var times: UnsafePointer<Int64>?
  /// One a row; rows have ids of one of both forms, or none.
  var ids: UnsafePointer<Int64>?
  var textIDs: UnsafePointer<tide_string>?

  @inline(__always) func time(_ row: UInt32) -> Int64 { times.map { $0[Int(row)] } ?? 0 }

  func id(_ row: UInt32) -> Scalar {
    if let ids { return Scalar(ids[Int(row)]) }
    guard let textIDs else { return .none }
    let text = textIDs[Int(row)]
    return Scalar(.string, bytes: UnsafeRawBufferPointer(start: text.data, count: Int(text.length)))
  }
}
