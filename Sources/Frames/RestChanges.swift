import CTidemill

/// What changes of columns do to the fields that are no column: the members of the column of the role `rest`.
///
/// Seldom does a frame have both, for the planner makes columns of fields that are named; what is left there is mostly explicit nulls.
final class RestChanges {
  private let changes: [ColumnChange]
  /// Names that something happens to, but for those that are not kept.
  private let touched: [[UInt8]]
  private let keepsSome: Bool

  init(_ changes: [ColumnChange]) {
    self.changes = changes
    touched = changes.flatMap { change -> [[UInt8]] in
      switch change.kind {
      case .remove(let name): [name]
      case .rename(let names): names.flatMap { [$0.from, $0.to] }
      case .set(let name, _): [name]
      case .keep, .role: []
      }
    }
    keepsSome = changes.contains { if case .keep = $0.kind { true } else { false } }
  }

  /// What a field is called after all changes; nil when it is gone.
  private func name(after name: [UInt8]) -> [UInt8]? {
    var name = name
    for change in changes {
      switch change.kind {
      case .remove(name), .set(name, _): return nil
      case .keep(let names) where !names.contains(name): return nil
      case .rename(let names):
        if let place = names.firstIndex(where: { $0.from == name }) {
          name = names[place].to
        } else if names.contains(where: { $0.to == name }) {
          return nil
        }
      default: break
      }
    }
    return name
  }

  /// Fields that are null, not absent, in some rows: their names, and the values that say in which.
  typealias Nulls = [(name: [UInt8], values: ColumnValues)]

  /// Writes the changed fields of rows to `staged`; false when nothing changes in them.
  func stage(_ frame: FrameView, _ rows: Kept, _ values: ValueRows, nulls: Nulls, into staged: StagedColumn) -> Bool {
    guard let rest = frame.column(role: .rest), !nulls.isEmpty || touches(rest, rows) else { return false }
    let old = [UInt8](rest.variantKeys)
    let (keys, numbers, renumbered) = numbers(old, nulls: nulls)
    let nullNumbers = nulls.map { null in numbers.places[ArraySlice(null.name)] ?? 0 }
    for store in [staged.offsets, staged.heap, staged.validity] { store.removeAll() }
    var rewriter = VariantRewriter(out: staged.heap)
    let bits = staged.validity.extend(by: (rows.count + 7) / 8).assumingMemoryBound(to: UInt8.self)
    for byte in 0..<(rows.count + 7) / 8 { bits[byte] = 0 }
    staged.offsets.append(repeating: Int32(0), count: 1)
    var members: [(number: Int, value: UnsafeRawPointer?)] = []
    var there = 0
    for row in 0..<rows.count {
      members.removeAll(keepingCapacity: true)
      let before = staged.heap.count
      let value = rest.bytes(rows(row))
      var isObject = true
      if let from = value.baseAddress, value.count > 0 {
        isObject = VariantRewriter.forEachMember(of: from) { key, value in
          if let number = numbers.after[key] { members.append((number, value)) }
        }
        if !isObject, !keepsSome { rewriter.rewrite(from, value.count, renumbered) }
      }
      // What is no object has no fields, and stays unless only some fields do.
      isObject = isObject || keepsSome
      if isObject {
        for (place, null) in nulls.enumerated() where null.values.state(values[row]) == .null {
          members.append((nullNumbers[place], nil))
        }
        members.sort { $0.number < $1.number }
        if !members.isEmpty { rewriter.write(members, renumbered) }
      }
      if staged.heap.count > before {
        bits[row >> 3] |= 1 << UInt8(row & 7)
        there += 1
      }
      staged.offsets.append(repeating: Int32(truncatingIfNeeded: staged.heap.count), count: 1)
    }
    if there == rows.count { staged.validity.removeAll() }
    keys.withUnsafeBytes { staged.store(variants: rows.count, keys: $0, nulls: rows.count - there) }
    return true
  }

  /// True when a field that changes is in one of the rows.
  private func touches(_ rest: ColumnView, _ rows: Kept) -> Bool {
    if keepsSome { return rest.nullCount < rest.count }
    let keys = rest.variantKeys
    let ids = touched.compactMap { name in
      name.withUnsafeBytes {
        let text = VariantReader.text($0)
        return tide_var_key(VariantReader.text(keys), text.data, text.length)
      }
    }
    let known = ids.filter { $0 >= 0 }
    guard !known.isEmpty else { return false }
    return (0..<rows.count).contains { row in
      let value = rest.variantReader(rows(row))
      return known.contains { value.field($0).kind != .absent }
    }
  }

  /// The keys of the changed fields, for each old key the new number of a field of that name, nil where it is gone, and the new
  /// numbers of all old keys, nil where they stay.
  private func numbers(
    _ old: [UInt8], nulls: Nulls
  ) -> (keys: [UInt8], numbers: (after: [Int?], places: [ArraySlice<UInt8>: Int]), renumbered: [UInt32]?) {
    let names = VariantKeys.names(in: old)
    let after = names.map { name(after: Array($0)) }
    let added = Set(after.compactMap { $0 } + nulls.map(\.name)).subtracting(names.map { Array($0) })
    let sorted = added.sorted { $0.lexicographicallyPrecedes($1) }.map { $0[...] }
    let union = added.isEmpty ? (keys: old, numbers: [nil]) : VariantKeys.union([old, VariantKeys.encoded(sorted)])
    var places: [ArraySlice<UInt8>: Int] = [:]
    for (place, name) in VariantKeys.names(in: union.keys).enumerated() { places[name] = place }
    return (union.keys, (after.map { $0.flatMap { places[$0[...]] } }, places), union.numbers[0])
  }
}
