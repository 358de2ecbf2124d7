/// One frame as this instance sees it: borrowed and immutable, valid until the call that it was passed to returns.
public struct Batch {
  /// The batch of the contract.
  public let raw: UnsafePointer<tide_batch>

  @inlinable
  init(_ raw: UnsafePointer<tide_batch>) { self.raw = raw }

  /// The frame, header and columns.
  @inlinable public var frame: FrameView { FrameView(raw.pointee.frame) }

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
    @usableFromInline var position = 0

    @inlinable
    init(_ selection: UnsafePointer<UInt16>?, _ count: Int) {
      self.selection = selection
      self.count = count
    }

    @inlinable
    public mutating func next() -> Int? {
      guard position < count else { return nil }
      defer { position &+= 1 }
      guard let selection else { return position }
      return Int(selection[position])
    }

    @inlinable public var underestimatedCount: Int { count }
  }
}
