import CTidemill

/// The rest of rows that come without one: an object with a null for each field that is set to null in the row.
///
/// Made once for a plan; staging a frame takes nothing from the allocator once its stores are large enough.
final class NullRest {
  private let keys: [UInt8]
  /// Numbers of values, in the order of their fields' names.
  private let numbers: [Int]
  /// Names of one row's nulls, by their place.
  @exclusivity(unchecked) private var nulls: [Int] = []

  /// `types` are those of the values; a variant has a null of its own.
  init(_ plan: DerivationPlan, types: [ColumnType]) {
    var fields: [(name: [UInt8], number: Int)] = []
    for (number, type) in types.enumerated() where type != .variant {
      if let name = plan.name(ofValues: number) { fields.append((name, number)) }
    }
    fields.sort { $0.name.lexicographicallyPrecedes($1.name) }
    keys = VariantKeys.encoded(fields.map { $0.name[...] })
    numbers = fields.map(\.number)
    nulls.reserveCapacity(fields.count)
  }

  /// True when a field of the plan has a null.
  static func isNeeded(_ values: [ColumnValues], _ plan: DerivationPlan) -> Bool {
    for number in values.indices where values[number].nullCount > 0 && values[number].type != .variant {
      if plan.name(ofValues: number) != nil { return true }
    }
    return false
  }

  func stage(_ values: [ColumnValues], _ rows: ValueRows, into staged: StagedColumn) {
    guard numbers.contains(where: { values[$0].nullCount > 0 }) else { return staged.setNothing(.variant, count: rows.count) }
    staged.offsets.removeAll()
    staged.heap.removeAll()
    staged.validity.removeAll()
    staged.validity.append(repeating: UInt8(0), count: (rows.count + 7) / 8)
    let bits = staged.validity.base.assumingMemoryBound(to: UInt8.self)
    staged.offsets.append(repeating: Int32(0), count: 1)
    var there = 0
    for row in 0..<rows.count {
      find(values, rows[row])
      if !nulls.isEmpty {
        write(to: staged.heap)
        bits[row >> 3] |= 1 << UInt8(row & 7)
        there += 1
      }
      staged.offsets.append(repeating: Int32(truncatingIfNeeded: staged.heap.count), count: 1)
    }
    if there == rows.count { staged.validity.removeAll() }
    keys.withUnsafeBytes { staged.store(variants: rows.count, keys: $0, nulls: rows.count - there) }
  }

  private func find(_ values: [ColumnValues], _ place: Int) {
    nulls.removeAll(keepingCapacity: true)
    for key in numbers.indices where values[numbers[key]].state(place) == .null { nulls.append(key) }
  }

  /// An object whose members are nulls, of a byte each.
  private func write(to heap: ByteStore) {
    let head = VariantHead(isObject: true, count: nulls.count, greatestKey: nulls[nulls.count - 1], size: nulls.count)
    head.write(to: heap.extend(by: head.byteCount), key: { nulls[$0] }, start: { $0 })
    heap.append(repeating: UInt8(0), count: nulls.count)
  }
}
