import PluginKit

/// Rows in snapshots.
extension RowStore {
  /// Latest time, flags, numbers of rows, then each row: time, mask, values.
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
  ///   - widened: arguments that were saved as integers and are doubles by now.
  func restore(
    _ key: UnsafeMutablePointer<KeyRows>, _ reader: StateReader, limit: Int, length: Int64?, widened: [Bool]
  ) throws {
    let latest = try reader.read(Int64.self)
    let (count, front) = (try reader.read(UInt32.self), try reader.read(UInt32.self))
    guard count <= limit, front <= count, count > 0 else { throw Self.damaged("\(front) of \(count) rows") }
    key.pointee.latest = latest
    key.pointee.isAlive = true
    let allowed = tracks.count == 64 ? UInt64.max : (1 << UInt64(tracks.count)) - 1
    var (before, greatest) = (Int64.min, Int64.min)
    for place in 0..<Int32(bitPattern: count) {
      // Room is made as rows come, so that a number which they do not reach costs nothing.
      if place == key.pointee.capacity { grow(key) }
      key.pointee.count = place + 1
      let row = row(place, key)
      try reader.read(into: UnsafeMutableRawBufferPointer(start: row, count: recordAt))
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
      for argument in widened.indices where widened[argument] {
        let at = row + Self.valuesAt + 8 * argument
        at.storeBytes(of: Double(at.load(as: Int64.self)).bitPattern, as: UInt64.self)
      }
    }
    sum(key, front: Int32(bitPattern: front))
  }

  static func damaged(_ what: String) -> PluginError { PluginError(.state, "the saved rows of a window hold \(what)") }
}
