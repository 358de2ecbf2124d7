/// The whole numbers of a column; nil where a row has none.
@frozen
public struct Integers {
  public let column: ColumnView
  /// All rows, when they lie in a row and none is null.
  @usableFromInline let vector: UnsafePointer<Int64>?

  @inlinable
  public init(_ column: ColumnView) {
    self.column = column
    vector = column.validity == nil && column.type == .int ? column.ints?.baseAddress : nil
  }

  /// False when the column holds something else: then every row reads as nil.
  @inlinable public var areIntegers: Bool { column.type == .int || column.isAbsent }

  /// The integer of a frame row.
  @inlinable
  public subscript(row: Int) -> Int64? {
    if let vector { return vector[row] }
    return areIntegers && column.isValid(row) ? column.int(row) : nil
  }
}

extension Field {
  /// The field's integers in a batch.
  @inlinable
  public mutating func integers(of batch: Batch) -> Integers { Integers(column(of: batch)) }
}
