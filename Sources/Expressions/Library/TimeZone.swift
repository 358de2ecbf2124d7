import CExpressions

/// A zone of the tz database by name, or a fixed distance from UTC as `+05:30`, `-08:00` or `02:00`.
final class TimeZone: @unchecked Sendable {
  static let utc = TimeZone(offset: 0)

  private let offset: Int64
  // Never changed, and the library takes any number of threads.
  private let zone: OpaquePointer?

  private init(offset: Int64) {
    self.offset = offset
    zone = nil
  }

  init(_ text: Text) throws(EvaluationError) {
    if text.utf8.isEmpty || text == "UTC" {
      (offset, zone) = (0, nil)
    } else if let fixed = fixedOffset(text) {
      (offset, zone) = (fixed, nil)
    } else {
      let zone = text.utf8.withUnsafeBytes { bytes in
        tide_zone_new(bytes.baseAddress?.assumingMemoryBound(to: CChar.self), UInt64(bytes.count))
      }
      guard let zone else {
        throw EvaluationError("'\(text)' is no time zone: names such as 'Europe/Berlin', and '+02:00', are")
      }
      (offset, self.zone) = (0, zone)
    }
  }

  deinit { if let zone { tide_zone_free(zone) } }

  /// Date and time of day on the clocks of the zone.
  func civil(_ timestamp: Timestamp) -> CivilTime {
    let offset = zone.map { tide_zone_offset($0, timestamp.seconds) } ?? offset
    return CivilTime(seconds: timestamp.seconds &+ offset)
  }
}
