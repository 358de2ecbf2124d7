import CTidemill

/// Copies selected rows of a frame and puts the columns of a second frame, which has one row for each of them, beside theirs.
///
/// A column of the second frame takes the place of the first one's with the same name or role, else it comes last. One of that name
/// that plays a role loses its name, so that it is written nowhere, and keeps its part. The original records, which the rows no
/// longer are, stay behind, and so do dictionaries that nobody needs any more. The host computes the schema anew. Memory is kept
/// from frame to frame. Not thread-safe.
public final class FrameJoiner {
  private var frame: FrameView?
  private var selection: UnsafePointer<UInt16>?
  private var count = 0
  private var other: FrameView?
  /// Where the descriptors of both frames stand in the new one.
  private var places: [Int] = [], otherPlaces: [Int] = []
  /// Columns of the first frame that lose their names.
  private var nameless: [Int] = []
  private var top = 0
  /// Once it is known.
  private var length: Int?
  private var total = 0

  private static let left = -1

  public init() {}

  /// Takes the frames, which must stay as they are until the result is written.
  ///
  /// - Parameters:
  ///   - selection: strictly ascending row numbers; `nil` selects the first `count` rows.
  ///   - other: a frame of `count` >= 1 rows.
  ///   - leavingOut: the name of a column that does not come along; one with a role loses its name. Empty leaves out none.
  public func join(
    _ frame: FrameView, selection: UnsafePointer<UInt16>?, count: Int, with other: FrameView,
    leavingOut name: UnsafeRawBufferPointer = UnsafeRawBufferPointer(start: nil, count: 0)
  ) {
    precondition(other.rows == count, "a joined frame has a row for each that is kept")
    (self.frame, self.selection, self.count, self.other) = (frame, selection, count, other)
    length = nil
    placeColumns(frame, other, name)
    placeOthers(frame)
    for index in other.columnCount..<other.descriptorCount { otherPlaces[index] = next() }
  }

  /// False when the columns are more than a frame has room for, or one with a role would stand beyond the places of roles.
  public var fits: Bool {
    guard let other, total <= FrameLimits.maxColumns else { return false }
    return !(0..<other.columnCount).contains { otherPlaces[$0] >= Int(TIDE_NONE_ROLE) && other.column($0).role != nil }
  }

  /// Length of the frame that `write` writes.
  public var byteCount: Int {
    let bytes = length ?? run(nil)
    length = bytes
    return bytes
  }

  /// Writes the frame to 64-byte aligned memory of at least `byteCount` bytes and gives its length.
  @discardableResult
  public func write(into bytes: UnsafeMutableRawPointer) -> Int { run(bytes) }

  // MARK: Places

  private func next() -> Int {
    defer { total += 1 }
    return total
  }

  private func placeColumns(_ frame: FrameView, _ other: FrameView, _ leftOut: UnsafeRawBufferPointer) {
    places.removeAll(keepingCapacity: true)
    otherPlaces.removeAll(keepingCapacity: true)
    nameless.removeAll(keepingCapacity: true)
    for _ in 0..<frame.descriptorCount { places.append(Self.left) }
    for _ in 0..<other.descriptorCount { otherPlaces.append(Self.left) }
    total = 0
    for index in 0..<frame.columnCount {
      let column = frame.column(index)
      if let role = column.role, let found = other.column(role: role) {
        otherPlaces[Int(found.index)] = next()
        continue
      }
      let name = column.nameBytes
      let found =
        name.isEmpty
        ? -1 : Int(tide_find_n(other.frame, name.baseAddress?.assumingMemoryBound(to: CChar.self), UInt64(name.count)))
      let isLeftOut = !name.isEmpty && name.elementsEqual(leftOut)
      if found < 0, !isLeftOut {
        places[index] = next()
      } else if column.role != nil {
        places[index] = next()
        nameless.append(index)
      } else if found >= 0, otherPlaces[found] < 0 {
        otherPlaces[found] = next()
      }
    }
    for index in 0..<other.columnCount where otherPlaces[index] < 0 { otherPlaces[index] = next() }
    top = total
  }

  /// What stands behind the columns: what is inside those that come along, what they refer to, and the row watermark.
  private func placeOthers(_ frame: FrameView) {
    let none = UInt16(TIDE_NONE_COLUMN)
    // Inner columns come after what they are inside, so one pass tells which come along; their places follow in the next.
    let wanted = Int.max
    for index in frame.columnCount..<frame.descriptorCount {
      let parent = tide_col(frame.frame, Int32(index)).pointee.parent
      if parent != none, places[Int(parent)] >= 0 { places[index] = wanted }
    }
    for index in 0..<frame.descriptorCount where places[index] >= 0 {
      let dictionary = tide_col(frame.frame, Int32(index)).pointee.dict
      if dictionary != none { places[Int(dictionary)] = wanted }
    }
    if frame.hasRowWatermark { places[Int(frame.frame.pointee.row_wm)] = wanted }
    for index in frame.columnCount..<frame.descriptorCount where places[index] == wanted { places[index] = next() }
  }

  // MARK: Writing

  private func run(_ out: UnsafeMutableRawPointer?) -> Int {
    guard let frame, let other else { preconditionFailure("a joiner has frames before it counts or writes") }
    let names = FrameLimits.headerBytes + FrameLimits.descriptorBytes * total
    let namesBytes = Int(frame.frame.pointee.names_len)
    let otherNames = names + namesBytes
    var first = Compaction(frame: frame, selection: selection, count: count, out: out)
    first.layout.at = otherNames + Int(other.frame.pointee.names_len)
    copyNames(of: frame, to: out.map { $0 + names })
    copyNames(of: other, to: out.map { $0 + otherNames })
    copy(&first, places, names: names)
    var second = Compaction(frame: other, selection: nil, count: count, out: out)
    second.layout = first.layout
    copy(&second, otherPlaces, names: otherNames)
    let length = second.layout.close()
    guard let out else { return length }
    let header = out.assumingMemoryBound(to: tide_frame.self)
    header.initialize(to: frame.frame.pointee)
    header.pointee.names = UInt32(names)
    header.pointee.names_len += other.frame.pointee.names_len
    header.pointee.cols = UInt16(total)
    header.pointee.top = UInt16(top)
    header.pointee.verbatim = 0
    header.pointee.schema_id = 0
    if frame.hasRowWatermark { header.pointee.row_wm = UInt16(places[Int(frame.frame.pointee.row_wm)]) }
    setRoles(header, FrameView(bytes: out))
    header.finish(rows: count, length: length)
    return length
  }

  private func copyNames(of frame: FrameView, to out: UnsafeMutableRawPointer?) {
    let header = frame.frame.pointee
    out?.copyMemory(from: UnsafeRawPointer(frame.frame) + Int(header.names), byteCount: Int(header.names_len))
  }

  /// Copies the descriptors that have a place, and their buffers.
  private func copy(_ compaction: inout Compaction, _ places: [Int], names: Int) {
    defer { for list in compaction.lists { list.deallocate() } }
    let source = compaction.source
    let isFirst = source == frame?.frame
    let none = UInt16(TIDE_NONE_COLUMN)
    for (index, place) in places.enumerated() where place >= 0 {
      var column = tide_col(source, Int32(index)).pointee
      if column.name_len == 0 || (isFirst && nameless.contains(index)) {
        column.name_len = 0
        column.name = 0
      } else {
        column.name = UInt32(names + Int(column.name) - Int(source.pointee.names))
      }
      if compaction.isWhole {
        compaction.copyWhole(&column)
      } else if let kept = compaction.kept(index) {
        compaction.compactColumn(&column, kept)
      } else {
        compaction.copyBuffers(&column)
      }
      if column.dict != none { column.dict = UInt16(places[Int(column.dict)]) }
      if column.parent != none { column.parent = UInt16(places[Int(column.parent)]) }
      if column.nchild > 0 { column.first_child = UInt16(places[Int(column.first_child)]) }
      (compaction.out.map { $0 + FrameLimits.headerBytes + FrameLimits.descriptorBytes * place })?
        .storeBytes(of: column, as: tide_column.self)
    }
  }

  private func setRoles(_ header: UnsafeMutablePointer<tide_frame>, _ made: FrameView) {
    let none = UInt8(TIDE_NONE_ROLE)
    header.pointee.role = (none, none, none, none, none, none, none, none)
    withUnsafeMutableBytes(of: &header.pointee.role) { roles in
      for index in 0..<top {
        let role = tide_col(made.frame, Int32(index)).pointee.role
        if role != none, Int(role) < roles.count { roles[Int(role)] = UInt8(truncatingIfNeeded: index) }
      }
    }
  }
}
