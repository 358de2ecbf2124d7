/// What stands before the aggregates of one key in one pane.
struct StateRecord {
  /// Number of the key.
  var key: UInt32
  /// True when something was added since the last early result.
  var isChanged: Bool

  static let headBytes = 8

  /// The record that the aggregates at a place belong to.
  @inline(__always)
  static func of(_ aggregates: UnsafeMutableRawPointer) -> UnsafeMutablePointer<StateRecord> {
    (aggregates - headBytes).assumingMemoryBound(to: StateRecord.self)
  }
}
