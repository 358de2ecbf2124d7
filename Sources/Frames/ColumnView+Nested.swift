import CTidemill

/// Columns inside columns: what a list or a structure holds.
extension ColumnView {
  /// Columns directly inside this one: one of a list, the fields of a structure, else none.
  @inlinable public var childCount: Int { Int(tide_children(frame, index)) }

  /// The k-th of them; the column that is null in every row when there are fewer.
  @inlinable public func child(_ k: Int) -> ColumnView {
    ColumnView(frame: frame, index: tide_child(frame, index, UInt32(clamping: k)))
  }

  /// The field of this name, `nil` when the structure has none. Linear in the fields: resolve once per schema.
  @inlinable public func child(named name: String) -> ColumnView? {
    var name = name
    let found = name.withUTF8 { utf8 in
      utf8.withMemoryRebound(to: CChar.self) { tide_child_named(frame, index, $0.baseAddress, UInt64($0.count)) }
    }
    return found < 0 ? nil : ColumnView(frame: frame, index: found)
  }

  /// The rows of `child(0)` that are the list in this row; empty for null and for other types.
  @inlinable public func elements(_ row: Int) -> Range<Int> {
    let place = tide_list(frame, index, UInt32(truncatingIfNeeded: row))
    return Int(place.row)..<Int(place.row) + Int(place.count)
  }

  /// The row of every field, `child(k)`, that is the structure in this row; `nil` for null and for other types.
  @inlinable public func fields(_ row: Int) -> Int? {
    let place = tide_field(frame, index, UInt32(truncatingIfNeeded: row), 0)
    return place.column < 0 ? nil : Int(place.row)
  }
}
