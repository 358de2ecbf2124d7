/// The clocks of a place over a few years: how far they are ahead of UTC, and when that changes.
struct ModelZone: Sendable {
  struct Change: Sendable {
    /// Seconds since the epoch from which on the clocks are so far ahead.
    var from: Int64
    var aheadSeconds: Int64
  }

  var name: String
  /// The first holds since ever.
  var changes: [Change]

  private static let second: Int64 = 1_000_000_000

  /// One hour more from 29 March 2026, 01:00 UTC, to 25 October.
  static let berlin = ModelZone(
    name: "Europe/Berlin",
    changes: [
      .init(from: .min, aheadSeconds: 3600), .init(from: 1_774_746_000, aheadSeconds: 7200),
      .init(from: 1_792_890_000, aheadSeconds: 3600),
    ])
  /// One hour more from 8 March 2026, 07:00 UTC, to 1 November, 06:00.
  static let newYork = ModelZone(
    name: "America/New_York",
    changes: [
      .init(from: .min, aheadSeconds: -18000), .init(from: 1_772_953_200, aheadSeconds: -14400),
      .init(from: 1_793_512_800, aheadSeconds: -18000),
    ])
  /// 4 November 2018 begins at one o'clock, 18 February 2018 ends after a second hour before midnight.
  static let saoPaulo = ModelZone(
    name: "America/Sao_Paulo",
    changes: [
      .init(from: .min, aheadSeconds: -7200), .init(from: 1_518_919_200, aheadSeconds: -10800),
      .init(from: 1_541_300_400, aheadSeconds: -7200), .init(from: 1_550_368_800, aheadSeconds: -10800),
    ])
  /// Half an hour more in the summer of the south: from 4 April 2026, 15:00 UTC, 10.5 hours, from 3 October, 15:30, 11.
  static let lordHowe = ModelZone(
    name: "Australia/Lord_Howe",
    changes: [
      .init(from: .min, aheadSeconds: 39600), .init(from: 1_775_314_800, aheadSeconds: 37800),
      .init(from: 1_791_041_400, aheadSeconds: 39600),
    ])
  static let all = [berlin, newYork, saoPaulo, lordHowe]

  /// Changes that are events to test around, in seconds since the epoch.
  var moments: [Int64] { changes.dropFirst().map(\.from) }

  /// The group of `count` days, counted from 1 January 1970 of the place, that a time is in.
  func days(_ count: Int64, at time: Int64) -> Span {
    let group = Self.floor(day(of: time), count)
    return Span(start: start(ofDay: group * count), end: start(ofDay: group * count + count))
  }

  /// Days since 1 January 1970 that a calendar on the wall shows.
  private func day(of time: Int64) -> Int64 {
    let seconds = Self.floor(time, Self.second)
    let ahead = changes.last { $0.from <= seconds }!.aheadSeconds
    return Self.floor(seconds + ahead, 86400)
  }

  /// The first instant of a day: midnight on some clock, or the change that leaps over midnight.
  private func start(ofDay wanted: Int64) -> Int64 {
    let midnights = changes.map { wanted * 86400 - $0.aheadSeconds }
    return (midnights + moments).map { $0 * Self.second }.filter { day(of: $0) >= wanted && day(of: $0 - 1) < wanted }.min()!
  }

  private static func floor(_ a: Int64, _ b: Int64) -> Int64 { a >= 0 ? a / b : -((b - 1 - a) / b) }
}
