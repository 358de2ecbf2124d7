import PluginKit

/// How texts say a time. All times are nanoseconds since 1970 in UTC, in the years 1678 to 2261.
enum TimeFormat {
  /// RFC 3339 with a zone, or a number of milliseconds.
  case rfc3339
  /// A number, with a fraction if there is one: of so many nanoseconds.
  case number(unit: Int64)
  /// `Oct 11 22:14:15`, as of RFC 3164.
  case syslog
  /// `10/Oct/2000:13:55:36 -0700`, as of access logs.
  case access
  case pattern(TimePattern)

  static let words = ["rfc3339", "s", "ms", "us", "ns", "syslog", "access"]

  /// By its word, or a pattern, which has a `%`.
  init(_ text: String) throws {
    switch text {
    case "rfc3339": self = .rfc3339
    case "s": self = .number(unit: 1_000_000_000)
    case "ms": self = .number(unit: 1_000_000)
    case "us": self = .number(unit: 1000)
    case "ns": self = .number(unit: 1)
    case "syslog": self = .syslog
    case "access": self = .access
    default:
      guard text.utf8.contains(UInt8(ascii: "%")) else {
        throw PluginError.config(
          "'\(text)' is none of \(Self.words.joined(separator: ", ")), and no pattern such as %Y-%m-%d %H:%M:%S",
          at: "time_format")
      }
      self = .pattern(try TimePattern(text))
    }
  }

  /// The time that a text says, blanks around it left out; nil when it says none.
  func time(_ text: Bytes, _ defaults: TimeDefaults) -> Int64? {
    let text = text.trimmed
    switch self {
    case .rfc3339:
      return TimeText.rfc3339(text) ?? TimeText.number(text, unit: 1_000_000)
    case .number(let unit): return TimeText.number(text, unit: unit)
    case .syslog:
      var at = 0
      guard let time = TimeText.syslog(text, &at, defaults), at == text.count else { return nil }
      return time
    case .access: return TimeText.access(text)
    case .pattern(let pattern): return pattern.time(text, defaults)
    }
  }

  /// The unit of numbers that are no text, such as those of JSON.
  var unit: Int64? {
    switch self {
    case .rfc3339: 1_000_000
    case .number(let unit): unit
    default: nil
    }
  }
}

/// What a time is taken to be where it does not say so.
struct TimeDefaults {
  /// Seconds that clocks are ahead of UTC.
  var zoneSeconds = 0
  /// The year; nil takes the one that brings the time close before `reference`.
  var year: Int?
  /// Nanoseconds since 1970.
  var reference: Int64 = 0

  /// The year of a day and a time of day that do not say it: so that they lie at most a day ahead of the reference.
  func year(of parts: TimeParts) -> Int {
    if let year { return year }
    let now = Calendar.year(ofDay: Calendar.floor(reference, 86_400_000_000_000))
    var dated = parts
    // Eight years back there was a 29th of February, whatever the reference.
    for year in stride(from: now + 1, through: now - 8, by: -1) {
      dated.year = year
      if let time = dated.nanoseconds, time <= reference &+ 86_400_000_000_000 { return year }
    }
    return now
  }
}

/// A time by its parts.
struct TimeParts {
  var year = 1970
  var month = 1
  var day = 1
  var hour = 0
  var minute = 0
  /// To 60, which is the first second of the next minute.
  var second = 0
  var nanosecond = 0
  var zoneSeconds = 0

  /// Nil when there is no such day or time, or it lies outside of 1678 to 2261.
  var nanoseconds: Int64? {
    guard 1...12 ~= month, 1...Calendar.days(inMonth: month, year: year) ~= day, 0...23 ~= hour, 0...59 ~= minute,
      0...60 ~= second, 1677...2262 ~= year
    else { return nil }
    let days = Calendar.day(year, month, day)
    return TimeText.time(seconds: Int64(days * 86400 + hour * 3600 + minute * 60 + second - zoneSeconds), nanosecond)
  }
}

/// Days of the Gregorian calendar, counted from 1970-01-01.
enum Calendar {
  static func isLeap(_ year: Int) -> Bool { (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 }

  static func days(inMonth month: Int, year: Int) -> Int {
    switch month {
    case 2: isLeap(year) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Of a year from 0 on. A year counts from March, so that the odd day is its last.
  static func day(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let shifted = month > 2 ? year : year - 1
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
  }

  static func year(ofDay day: Int) -> Int {
    // 365.2425 days a year: the guess is right or one off.
    var year = 1970 + floor(Int64(day), 365)
    while Self.day(year, 1, 1) > day { year -= 1 }
    while Self.day(year + 1, 1, 1) <= day { year += 1 }
    return year
  }

  static func floor(_ value: Int64, _ divisor: Int64) -> Int {
    let quotient = value / divisor
    return Int(value % divisor < 0 ? quotient - 1 : quotient)
  }

  private static let months: [StaticString] = [
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
  ]
  private static let weekdays: [StaticString] = [
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
  ]

  /// The month whose English name, or its first three letters, stands at `at`, which moves behind it.
  static func month(_ text: Bytes, _ at: inout Int) -> Int? { name(in: months, text, &at).map { $0 + 1 } }
  /// Passes the name of a day of the week.
  static func weekday(_ text: Bytes, _ at: inout Int) -> Int? { name(in: weekdays, text, &at) }

  private static func name(in names: [StaticString], _ text: Bytes, _ at: inout Int) -> Int? {
    for (index, name) in names.enumerated() {
      let letters = Bytes(name)
      var count = 0
      while count < letters.count, at + count < text.count, text[at + count] | 0x20 == letters[count] { count += 1 }
      guard count >= 3 else { continue }
      at += count == letters.count ? count : 3
      return index
    }
    return nil
  }
}
