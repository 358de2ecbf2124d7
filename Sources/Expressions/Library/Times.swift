extension Library {
  static let times: [Definition] =
    part("getFullYear", \.year)
    + part("getMonth") { $0.month - 1 }
    + part("getDate", \.day)
    + part("getDayOfMonth") { $0.day - 1 }
    + part("getDayOfWeek", \.dayOfWeek)
    + part("getDayOfYear", \.dayOfYear)
    + part("getHours", of: 3_600_000_000_000) { civil, _ in civil.secondOfDay / 3_600 }
    + part("getMinutes", of: 60_000_000_000) { civil, _ in civil.secondOfDay / 60 % 60 }
    + part("getSeconds", of: 1_000_000_000) { civil, _ in civil.secondOfDay % 60 }
    + part("getMilliseconds", of: 1_000_000) { _, timestamp in Int64(timestamp.nanoseconds / 1_000_000) }

  /// A part of a date, in UTC or in a zone.
  private static func part(_ name: String, _ part: @escaping @Sendable (CivilTime) -> Int64) -> [Definition] {
    self.part(name, of: nil) { civil, _ in part(civil) }
  }

  /// A part of a timestamp, in UTC or in a zone, and, when there is a unit, of a duration: milliseconds are those within the
  /// second, all other units count the whole duration.
  private static func part(
    _ name: String, of nanosecondsPerUnit: Int64?, _ part: @escaping @Sendable (CivilTime, Timestamp) -> Int64
  ) -> [Definition] {
    let unzoned: Function.Unary = { value, _ throws(EvaluationError) in
      switch value {
      case .timestamp(let timestamp): return .int(part(CivilTime(seconds: timestamp.seconds), timestamp))
      case .duration(let duration):
        guard let nanosecondsPerUnit else { throw .noSuchOverload }
        let count = duration.whole(nanosecondsPerUnit: nanosecondsPerUnit)
        return .int(nanosecondsPerUnit == 1_000_000 ? count % 1_000 : count)
      default: throw .noSuchOverload
      }
    }
    let zoned: @Sendable (Value, TimeZone) throws(EvaluationError) -> Value = { value, zone throws(EvaluationError) in
      guard case .timestamp(let timestamp) = value else { throw .noSuchOverload }
      return .int(part(zone.civil(timestamp), timestamp))
    }
    return [
      .method(name, unzoned),
      .method(
        name,
        prepared: { zone in
          guard case .string(let name) = zone, let zone = try? TimeZone(name) else { return nil }
          return { value, _ throws(EvaluationError) in try zoned(value, zone) }
        },
        { value, zone, frame throws(EvaluationError) in
          guard case .string(let name) = zone, case .timestamp = value else { throw .noSuchOverload }
          return try zoned(value, try frame.caches.zone(name))
        }
      ),
    ]
  }
}
