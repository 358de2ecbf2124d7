/// A field of the input by its name: looked up once per schema, not once per frame.
///
/// Keep it in the component and ask it at each batch. A field that the frame lacks gives the column that is null in every row.
@frozen
public struct Field: Sendable {
  public let name: String
  @usableFromInline var schema: UInt64 = 0
  @usableFromInline var index: Int32 = -1

  public init(_ name: String) { self.name = name }

  /// The field's column in a batch.
  @inlinable
  public mutating func column(of batch: Batch) -> ColumnView {
    let frame = batch.frame
    // A frame that no host has seen yet bears no schema id.
    if schema != frame.schemaID || schema == 0 {
      index = frame.column(named: name)?.index ?? -1
      schema = frame.schemaID
    }
    return ColumnView(frame: frame.frame, index: index)
  }

  /// The field's numbers in a batch: doubles, and integers widened to them.
  @inlinable
  public mutating func numbers(of batch: Batch) -> Numbers { Numbers(column(of: batch)) }
}

/// The numbers of a column, read as doubles; nil where a row has none.
@frozen
public struct Numbers {
  public let column: ColumnView
  /// All rows, when they lie in a row and none is null.
  @usableFromInline let vector: UnsafePointer<Double>?

  @inlinable
  public init(_ column: ColumnView) {
    self.column = column
    vector = column.validity == nil ? column.doubles?.baseAddress : nil
  }

  /// False when the column holds something else, such as text: then every row reads as nil.
  @inlinable public var areNumbers: Bool { column.type == .double || column.type == .int || column.isAbsent }

  /// The number of a frame row.
  @inlinable
  public subscript(row: Int) -> Double? {
    if let vector { return vector[row] }
    return areNumbers && column.isValid(row) ? column.double(row) : nil
  }
}
