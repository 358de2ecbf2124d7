import CTidemill

/// Copies selected rows of frames and gives them one column more, or another in place of the one of that name; the caller writes
/// its values into the frame.
///
/// A `FrameDeriver` of one change, for values that need not stand anywhere else first. Make one and keep it.
public final class FrameExtender {
  private let deriver: FrameDeriver
  private let column = StagedColumn()
  private var work: (frame: FrameView, rows: FrameDeriver.Rows, derivation: Derivation)?

  /// Where the new column's buffers are, to be filled; the frame is complete but for them.
  public struct Buffers {
    /// Length of the frame.
    public var length: Int
    /// One value a row, or for texts the offsets.
    public var data: UnsafeMutableRawPointer
    /// Of texts.
    public var heap: UnsafeMutableRawPointer
    /// Nil when no row is null.
    public var valid: UnsafeMutableRawPointer?
  }

  /// Throws for a name that no field can have.
  public init(_ name: String) throws(FrameDeriveError) { deriver = try FrameDeriver([.set(name)]) }

  /// Gets ready to write a column of integers, unsigned integers, doubles or texts for `count` >= 1 rows, and gives the length of the
  /// frame.
  ///
  /// - Parameters:
  ///   - selection: strictly ascending row numbers; `nil` selects the first `count` rows.
  ///   - heapBytes: bytes of all texts together.
  public func begin(
    _ frame: FrameView, selection: UnsafePointer<UInt16>?, count: Int, type: ColumnType, nulls: Int, heapBytes: Int = 0
  ) throws(FrameDeriveError) -> Int {
    let rows = FrameDeriver.Rows(selection, count: count)
    let derivation = try deriver.derivation(for: frame, types: [type])
    column.reserve(type, count: count, nulls: nulls, heapBytes: heapBytes)
    derivation.staged[0] = column
    deriver.stageRest(frame, rows, ValueRows(count: count), [], derivation)
    let length = deriver.layOut(frame, rows, derivation, into: nil)
    try derivation.checkLimits()
    work = (frame, rows, derivation)
    return length
  }

  /// Writes the frame to 64-byte aligned memory of at least as many bytes as `begin` gave.
  public func extend(into bytes: UnsafeMutableRawPointer) -> Buffers {
    guard let (frame, rows, derivation) = work else { preconditionFailure("a frame is begun before it is extended") }
    let length = deriver.layOut(frame, rows, derivation, into: bytes)
    deriver.setSchema(bytes.assumingMemoryBound(to: tide_frame.self), hasChangedRest: derivation.rest != nil)
    work = nil
    let placed = column.placed
    return Buffers(
      length: length, data: bytes + Int(placed.data), heap: bytes + Int(placed.heap),
      valid: placed.valid == 0 ? nil : bytes + Int(placed.valid))
  }
}
