import PluginKit

/// Rows in snapshots.
extension RowStore {
  /// Latest time, flags, numbers of rows, then each row: time, mask, values, and what these are where some are mixed.
  func snapshot(_ key: UnsafeMutablePointer<KeyRows>, _ writer: StateWriter, group: UInt32) throws {
    try writer.write(key.pointee.latest, group: group)
    try writer.write(UInt32(bitPattern: key.pointee.count), group: group)
    try writer.write(UInt32(bitPattern: key.pointee.front), group: group)
    for place in 0..<key.pointee.count {
      try writer.write(UnsafeRawBufferPointer(start: row(place, key), count: recordAt), group: group)
    }
  }

  /// - Parameters:
  ///   - limit: most rows of a window.
  ///   - length: how long a window of time is, nil for one of so many rows.
  ///   - saved: by argument what its values were. Those that are something else by now become it.
  func restore(
    _ key: UnsafeMutablePointer<KeyRows>, _ reader: StateReader, limit: Int, length: Int64?, saved: [ValueForm?]
  ) throws {
    let latest = try reader.read(Int64.self)
    let (count, front) = (try reader.read(UInt32.self), try reader.read(UInt32.self))
    guard count <= limit, front <= count, count > 0 else { throw Self.damaged("\(front) of \(count) rows") }
    key.pointee.latest = latest
    key.pointee.isAlive = true
    let allowed = tracks.count == 64 ? UInt64.max : (1 << UInt64(tracks.count)) - 1
    let savedBytes = saved.contains(.mixed) ? recordAt : kindsAt
    var (before, greatest) = (Int64.min, Int64.min)
    for place in 0..<Int32(bitPattern: count) {
      // Room is made as rows come, so that a number which they do not reach costs nothing.
      if place == key.pointee.capacity { grow(key) }
      key.pointee.count = place + 1
      let row = row(place, key)
      row.initializeMemory(as: UInt8.self, repeating: 0, count: recordAt)
      try reader.read(into: UnsafeMutableRawBufferPointer(start: row, count: savedBytes))
      let time = row.load(as: Int64.self)
      guard row.load(fromByteOffset: Self.maskAt, as: UInt64.self) & ~allowed == 0 else { throw Self.damaged("other values") }
      if let length {
        let (age, overflow) = latest.subtractingReportingOverflow(time)
        guard time <= latest, !overflow, age < length, place >= front || time >= before else {
          throw Self.damaged("rows of other times")
        }
      }
      if time < greatest { key.pointee.isOrdered = false }
      (before, greatest) = (time, max(greatest, time))
      for (argument, form) in saved.enumerated() { try adopt(row, argument, form) }
    }
    sum(key, front: Int32(bitPattern: front))
  }

  /// Gives a value that was saved the form that its argument has by now.
  private func adopt(_ row: UnsafeMutableRawPointer, _ argument: Int, _ saved: ValueForm?) throws {
    let (value, kind) = (row + Self.valuesAt + 8 * argument, row + kindsAt + argument)
    switch (forms[argument], saved) {
    case (.mixed, .mixed):
      let found = kind.load(as: UInt8.self)
      guard ValueForm.Kind(rawValue: found) != nil else { throw Self.damaged("a value of kind \(found)") }
    case (.mixed, .int): kind.storeBytes(of: ValueForm.Kind.int.rawValue, as: UInt8.self)
    case (.double, .int): value.storeBytes(of: Double(value.load(as: Int64.self)).bitPattern, as: UInt64.self)
    default: break
    }
  }

  static func damaged(_ what: String) -> PluginError { PluginError(.state, "the saved rows of a window hold \(what)") }
}
