/// Work on a batch in several parts, where the values of an expression for all of its rows have no room at once.
///
/// ```swift
/// try batch.forEachPart { part in
///   let values = try expression.values(of: part)
///   for index in 0..<part.count - values.leftCount { … }
///   return part.count - values.leftCount
/// }
/// ```
/// So what becomes of a row does not depend on the rows that come with it.
extension Batch {
  /// Calls `body` with the batch, and again with what it left.
  ///
  /// - Parameter body: gives how many rows it took, from the first on: all, or at least one.
  public func forEachPart(_ body: (Batch) throws -> Int) throws {
    var taken = try body(self)
    guard taken < count else { return }
    let numbers = rows.map { UInt16(truncatingIfNeeded: $0) }
    try numbers.withUnsafeBufferPointer { numbers in
      while taken < numbers.count {
        var part = raw.pointee
        part.selection = numbers.baseAddress! + taken
        part.count = UInt32(numbers.count - taken)
        taken += max(1, try withUnsafePointer(to: part) { try body(Batch($0)) })
      }
    }
  }
}

extension ColumnValues {
  /// Rows at the end that an expression was not evaluated for, for want of room: they count as errors until they are asked for by
  /// themselves. The first row is never one of them.
  public var leftCount: Int { Int(raw.reserved) }
}
