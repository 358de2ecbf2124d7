import PluginKit

/// Times as texts write them.
enum TimeText {
  private static let second: Int64 = 1_000_000_000
  /// 1678-01-01 and 2262-01-01, in seconds.
  private static let first: Int64 = -9_214_560_000
  private static let end: Int64 = 9_214_646_400

  /// Nil outside of the years 1678 to 2261.
  static func time(seconds: Int64, _ nanosecond: Int) -> Int64? {
    seconds >= first && seconds < end ? seconds * second + Int64(nanosecond) : nil
  }

  /// `2026-01-01T00:00:00Z`, with `t` or a blank in place of `T`, a fraction, a zone.
  static func rfc3339(_ text: Bytes) -> Int64? {
    var at = 0
    guard let time = rfc3339(text, &at), at == text.count else { return nil }
    return time
  }

  /// The same from `at` on, which moves behind it.
  static func rfc3339(_ text: Bytes, _ at: inout Int) -> Int64? {
    var parts = TimeParts()
    guard text.count >= at + 20, text[at + 4] == UInt8(ascii: "-"), text[at + 7] == UInt8(ascii: "-"),
      text[at + 10] | 0x20 == UInt8(ascii: "t") || text[at + 10] == 0x20,
      let year = Digits.number(text, at, 4), let month = Digits.number(text, at + 5, 2),
      let day = Digits.number(text, at + 8, 2)
    else { return nil }
    (parts.year, parts.month, parts.day) = (year, month, day)
    at += 11
    guard clock(text, &at, &parts), fraction(text, &at, &parts), let zone = zone(text, &at, needsColon: true) else {
      return nil
    }
    parts.zoneSeconds = zone
    return parts.nanoseconds
  }

  /// `Oct 11 22:14:15`; a year may stand behind the day, a fraction behind the seconds.
  static func syslog(_ text: Bytes, _ at: inout Int, _ defaults: TimeDefaults) -> Int64? {
    var parts = TimeParts()
    guard let month = Calendar.month(text, &at), blanks(text, &at), let day = number(text, &at, most: 2), blanks(text, &at)
    else { return nil }
    (parts.month, parts.day, parts.zoneSeconds) = (month, day, defaults.zoneSeconds)
    var hasYear = false
    if at + 4 < text.count, text[at + 4] == 0x20, let year = Digits.number(text, at, 4) {
      parts.year = year
      hasYear = true
      at += 5
    }
    guard clock(text, &at, &parts), fraction(text, &at, &parts) else { return nil }
    if !hasYear { parts.year = defaults.year(of: parts) }
    return parts.nanoseconds
  }

  /// `10/Oct/2000:13:55:36 -0700`.
  static func access(_ text: Bytes) -> Int64? {
    var parts = TimeParts()
    var at = 0
    guard let day = number(text, &at, most: 2), take("/", text, &at), let month = Calendar.month(text, &at),
      take("/", text, &at), let year = Digits.number(text, at, 4)
    else { return nil }
    at += 4
    guard take(":", text, &at), clock(text, &at, &parts), take(" ", text, &at), let zone = zone(text, &at),
      at == text.count
    else { return nil }
    (parts.year, parts.month, parts.day, parts.zoneSeconds) = (year, month, day, zone)
    return parts.nanoseconds
  }

  /// A number as JSON spells it, of so many nanoseconds; digits beyond nanoseconds are dropped.
  static func number(_ text: Bytes, unit: Int64) -> Int64? {
    guard let number = NumberText(text), let significand = number.significand else { return nil }
    guard number.digits + number.exponent <= 19, number.exponent >= -60 else { return nil }
    var value = significand
    if number.exponent >= 0 {
      value = value * NumberText.power(number.exponent) * UInt128(unit)
    } else if number.digits <= 28 {
      value = number.exponent < -38 ? 0 : value * UInt128(unit) / NumberText.power(-number.exponent)
    } else {
      return nil
    }
    let limit = UInt128(Int64.max)
    guard value <= limit else { return nil }
    // Dropping digits goes down, also below zero.
    var time = Int64(value)
    if number.isNegative {
      let isExact = number.exponent >= 0 || value * NumberText.power(min(-number.exponent, 19)) == significand * UInt128(unit)
      time = -time - (isExact ? 0 : 1)
    }
    return time >= first * second && time < end * second ? time : nil
  }

  // MARK: Parts

  @inline(__always)
  static func take(_ byte: Unicode.Scalar, _ text: Bytes, _ at: inout Int) -> Bool {
    guard at < text.count, text[at] == UInt8(ascii: byte) else { return false }
    at += 1
    return true
  }

  /// Passes one blank at least.
  static func blanks(_ text: Bytes, _ at: inout Int) -> Bool {
    guard take(" ", text, &at) else { return false }
    while at < text.count, text[at] == 0x20 { at += 1 }
    return true
  }

  /// One digit at least, `most` at most.
  static func number(_ text: Bytes, _ at: inout Int, most: Int) -> Int? {
    var value = 0
    let from = at
    while at < text.count, at - from < most, Digits.isDigit(text[at]) {
      value = value * 10 + Int(text[at] &- 0x30)
      at += 1
    }
    return at > from ? value : nil
  }

  /// `13:55:36`.
  static func clock(_ text: Bytes, _ at: inout Int, _ parts: inout TimeParts) -> Bool {
    guard at + 8 <= text.count, text[at + 2] == UInt8(ascii: ":"), text[at + 5] == UInt8(ascii: ":"),
      let hour = Digits.number(text, at, 2), let minute = Digits.number(text, at + 3, 2),
      let second = Digits.number(text, at + 6, 2)
    else { return false }
    (parts.hour, parts.minute, parts.second) = (hour, minute, second)
    at += 8
    return true
  }

  /// A point and digits, if a point stands there.
  static func fraction(_ text: Bytes, _ at: inout Int, _ parts: inout TimeParts) -> Bool {
    guard take(".", text, &at) else { return true }
    guard let value = fractionDigits(text, &at) else { return false }
    parts.nanosecond = value
    return true
  }

  /// Digits behind a point, as nanoseconds; those beyond the ninth are dropped.
  static func fractionDigits(_ text: Bytes, _ at: inout Int) -> Int? {
    let from = at
    var scale = 100_000_000
    var value = 0
    while at < text.count, Digits.isDigit(text[at]) {
      value += Int(text[at] &- 0x30) * scale
      scale /= 10
      at += 1
    }
    return at > from ? value : nil
  }

  /// `Z`, `+01:00`, or `+0100` and `+01` unless the colon is needed: the seconds ahead of UTC.
  static func zone(_ text: Bytes, _ at: inout Int, needsColon: Bool = false) -> Int? {
    guard at < text.count else { return nil }
    if text[at] | 0x20 == UInt8(ascii: "z") {
      at += 1
      return 0
    }
    let isBehind = text[at] == UInt8(ascii: "-")
    guard isBehind || text[at] == UInt8(ascii: "+"), let hours = Digits.number(text, at + 1, 2), hours < 24 else { return nil }
    at += 3
    let hasColon = take(":", text, &at)
    var minutes = 0
    if let found = Digits.number(text, at, 2) {
      minutes = found
      at += 2
    } else if hasColon || needsColon {
      return nil
    }
    guard minutes < 60, hasColon || !needsColon else { return nil }
    let seconds = hours * 3600 + minutes * 60
    return isBehind ? -seconds : seconds
  }
}
