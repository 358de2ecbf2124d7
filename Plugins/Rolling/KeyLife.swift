import PluginKit

/// When a key is forgotten: no row for longer than `ttl`, by the times of rows and the watermark, never by the clock.
///
/// A row finds its key forgotten by its own time and its own watermark, so that results do not depend on when memory is given back.
/// What the watermark has passed is given back now and then: the whole table is looked at each time the watermark has gone on by a
/// quarter of `ttl`, and as many rows have come as a quarter of the table.
struct KeyLife {
  /// Nil: keys stay.
  let ttl: Int64?
  private(set) var watermark = Int64.min
  private var sweptAt = Int64.min
  private var rows = 0

  init(ttl: Int64?) { self.ttl = ttl }

  /// True when a key whose latest row was of the time `latest` is forgotten for a row.
  ///
  /// - Parameter clock: the row's time, or its watermark where that is later.
  @inline(__always)
  func isOver(_ latest: Int64, at clock: Int64) -> Bool {
    guard let ttl else { return false }
    let (end, overflow) = latest.addingReportingOverflow(ttl)
    return !overflow && clock > end
  }

  mutating func count(_ rows: Int) { self.rows &+= rows }

  /// Goes on to a watermark. True when the keys that it has passed are to be given back.
  mutating func advance(to time: Int64, keys: Int) -> Bool {
    guard time > watermark else { return false }
    watermark = time
    guard let ttl, rows >= keys / 4, time < .max else { return false }
    if sweptAt > .min, time < Self.add(sweptAt, ttl / 4) { return false }
    swept()
    return true
  }

  mutating func swept() {
    sweptAt = watermark
    rows = 0
  }

  /// True when no row that is still expected finds this key.
  func isPast(_ latest: Int64) -> Bool { watermark > .min && watermark < .max && isOver(latest, at: watermark) }

  private static func add(_ time: Int64, _ length: Int64) -> Int64 {
    let (sum, overflow) = time.addingReportingOverflow(length)
    return overflow ? .max : sum
  }

  // MARK: Snapshots

  func snapshot(_ writer: StateWriter) throws { try writer.write(watermark) }

  mutating func restore(_ reader: StateReader) throws {
    watermark = try reader.read()
    swept()
  }
}
