/// The rows that a key's window holds, oldest first, and what their values add up to.
///
/// Two stacks: each row of the front knows what it and the rows of the front behind it add up to; of the back there is one record of
/// all. The window is the record of the first row and that of the back together. A row joins the back; when a row is to leave and the
/// front is empty, the back becomes the front. So each row is added twice, and none is subtracted (Tangwongsan, Hirzel and Schneider,
/// "In-Order Sliding-Window Aggregation in Worst-Case Constant Time", 2021, call this Two-Stacks Lite).
struct KeyRows {
  /// The back's record, and behind it a ring of rows; nil before the first row.
  var memory: UnsafeMutableRawPointer?
  /// Greatest event time of the key's rows.
  var latest = Int64.min
  /// Least event time in the back.
  var backLeast = Int64.max
  /// Of the ring, a power of two.
  var capacity: Int32 = 0
  /// Place of the oldest row.
  var head: Int32 = 0
  /// Rows in the front.
  var front: Int32 = 0
  var count: Int32 = 0
  /// True when rows lie in the order of their times.
  var isOrdered = true
  /// True when the key has had a row that still counts.
  var isAlive = false
}
