import CTidemill

/// The texts of a column as UTF-8, in place; nil where a row has none.
///
/// `string(row)` of the column makes a `String` and allocates; comparing bytes does not, and `TextMatch` compares once for each
/// distinct text of a frame.
@frozen
public struct Texts {
  public let column: ColumnView

  @inlinable
  public init(_ column: ColumnView) { self.column = column }

  /// False when the column holds something else: then every row reads as nil.
  @inlinable public var areTexts: Bool { column.type == .string || column.isAbsent }

  /// The text of a frame row, borrowed from the frame.
  @inlinable
  public subscript(row: Int) -> UnsafeRawBufferPointer? {
    areTexts && column.isValid(row) ? column.bytes(row) : nil
  }
}

/// Whether the rows of a column hold one text. Keep it in the component and ask it at each batch:
///
/// ```swift
/// var isGood = TextMatch("quality", equals: "good")
/// …
/// let rows = isGood.rows(of: batch)
/// try out.forward(batch) { rows[$0] }
/// ```
public struct TextMatch: Sendable {
  @usableFromInline var field: Field
  @usableFromInline let wanted: [UInt8]

  public init(_ field: String, equals text: String) {
    self.field = Field(field)
    wanted = Array(text.utf8)
  }

  /// The answers for the rows of a batch.
  @inlinable
  public mutating func rows(of batch: Batch) -> Rows { Rows(field.column(of: batch), wanted) }

  /// Answers for the rows of one frame.
  public struct Rows {
    @usableFromInline let column: ColumnView
    @usableFromInline let wanted: [UInt8]
    @usableFromInline let isText: Bool
    /// The rows' codes when the column has a dictionary, and the code of the text, or a value above all codes when it is not there.
    @usableFromInline let codes: UnsafePointer<UInt16>?
    @usableFromInline let code: UInt32
    @usableFromInline let hasNulls: Bool

    @inlinable
    init(_ column: ColumnView, _ wanted: [UInt8]) {
      self.column = column
      self.wanted = wanted
      isText = column.type == .string
      hasNulls = column.validity != nil
      let dictionary = column.dictionary
      codes = isText && dictionary != nil ? column.codes?.baseAddress : nil
      var found = UInt32.max
      if let dictionary {
        for entry in 0..<dictionary.count where Self.isSame(dictionary.bytes(entry), wanted) {
          found = UInt32(truncatingIfNeeded: entry)
          break
        }
      }
      code = found
    }

    /// True when the row holds the text; false when it holds another, or none.
    @inlinable
    public subscript(row: Int) -> Bool {
      if let codes { return UInt32(codes[row]) == code && (!hasNulls || column.isValid(row)) }
      return isText && column.isValid(row) && Self.isSame(column.bytes(row), wanted)
    }

    @inlinable
    static func isSame(_ bytes: UnsafeRawBufferPointer, _ wanted: [UInt8]) -> Bool {
      guard bytes.count == wanted.count else { return false }
      return bytes.elementsEqual(wanted)
    }
  }
}

extension Field {
  /// The field's texts in a batch.
  @inlinable
  public mutating func texts(of batch: Batch) -> Texts { Texts(column(of: batch)) }
}
