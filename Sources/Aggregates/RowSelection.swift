import PluginKit

/// The rows for which an argument has a value and a filter is true, written one after the other: loops then ask nothing.
struct RowSelection {
  private var rows = UnsafeMutableBufferPointer<UInt32>(start: nil, count: 0)
  private var records = UnsafeMutableBufferPointer<UnsafeMutableRawPointer>(start: nil, count: 0)
  private var numbers = UnsafeMutableBufferPointer<UInt32>(start: nil, count: 0)

  func deallocate() {
    rows.deallocate()
    records.deallocate()
    numbers.deallocate()
  }

  private mutating func reserve(_ count: Int) {
    if rows.count > count { return }
    rows.deallocate()
    records.deallocate()
    let capacity = max(1024, count + count / 2 + 1)
    rows = .allocate(capacity: capacity)
    records = .allocate(capacity: capacity)
  }

  /// The rows that a filter takes and that have a value, or that have none. Valid until the next call.
  mutating func select(
    _ visit: Visit, _ states: UnsafePointer<UInt8>?, _ mask: ArgumentColumn?, missing: Bool = false
  ) -> Visit {
    reserve(visit.count)
    let (outRows, outRecords) = (rows.baseAddress!, records.baseAddress!)
    let truths = mask?.data.assumingMemoryBound(to: UInt8.self)
    let maskStates = mask?.states
    var (count, index) = (0, 0)
    while index < visit.count {
      let row = Int(visit.rows[index])
      outRows[count] = visit.rows[index]
      if let from = visit.records { outRecords[count] = from[index] }
      var isOut: UInt8 = 0
      if let states { isOut = (states[row] != 0) != missing ? 1 : 0 }
      if let maskStates { isOut |= maskStates[row] }
      if let truths { isOut |= truths[row] ^ 1 }
      count &+= isOut == 0 ? 1 : 0
      index &+= 1
    }
    return Visit(count: count, rows: rows.baseAddress!, records: visit.records == nil ? nil : UnsafePointer(outRecords))
  }

  /// The numbers from 0 on.
  mutating func all(_ count: Int) -> UnsafePointer<UInt32> {
    if numbers.count <= count {
      numbers.deallocate()
      numbers = .allocate(capacity: max(1024, count + count / 2 + 1))
      for index in 0..<numbers.count { numbers[index] = UInt32(truncatingIfNeeded: index) }
    }
    return UnsafePointer(numbers.baseAddress!)
  }

  /// One record, `count` times; valid until the next call but one of `select`.
  mutating func repeating(_ record: UnsafeMutableRawPointer, _ count: Int) -> UnsafePointer<UnsafeMutableRawPointer> {
    reserve(count)
    let out = records.baseAddress!
    out.update(repeating: record, count: count)
    return UnsafePointer(out)
  }
}
