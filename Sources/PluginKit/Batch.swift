/// One frame as this instance sees it: borrowed and immutable, valid until the call that it was passed to returns.
public struct Batch {
  /// The batch of the contract.
  public let raw: UnsafePointer<tide_batch>

  @inlinable
  init(_ raw: UnsafePointer<tide_batch>) { self.raw = raw }

  /// The frame, for the readers of frame.h.
  @inlinable public var frame: UnsafePointer<tide_frame> { raw.pointee.frame }

  /// Number of rows to visit; may be 0.
  @inlinable public var count: Int { Int(raw.pointee.count) }

  /// Input port that it arrived at.
  @inlinable public var port: UInt32 { raw.pointee.port }

  /// Frame row numbers to visit, strictly ascending; nil = all rows.
  @inlinable public var selection: UnsafePointer<UInt16>? { raw.pointee.selection }

  /// The frame's rows to visit, in order.
  @inlinable public var rows: Rows { Rows(selection, count) }

  /// Row numbers of a frame, in order.
  public struct Rows: Sequence, IteratorProtocol {
    @usableFromInline let selection: UnsafePointer<UInt16>?
    @usableFromInline let count: Int
    @usableFromInline var next_ = 0

    @inlinable
    init(_ selection: UnsafePointer<UInt16>?, _ count: Int) {
      self.selection = selection
      self.count = count
    }

    @inlinable
    public mutating func next() -> Int? {
      guard next_ < count else { return nil }
      let row = selection.map { Int($0[next_]) } ?? next_
      next_ &+= 1
      return row
    }

    @inlinable public var underestimatedCount: Int { count }
  }
}
