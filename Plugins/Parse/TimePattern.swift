import PluginKit

/// A form of times in the conversions of `strptime`, and `%f`, digits of a fraction.
struct TimePattern {
  private enum Part {
    case year, shortYear, month, monthName, weekday, day, dayOfYear, hour, halfDayHour, minute, second, half, fraction, zone
    case zoneName, epoch
    /// Any number of blanks, also none.
    case blank
    case byte(UInt8)
  }

  private var parts: [Part] = []
  private var hasYear = false
  private var hasZone = false

  init(_ text: String) throws {
    var hasDay = false
    var rest = Self.expanded(text)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        parts.append(byte == 0x20 || byte == 0x09 ? .blank : .byte(byte))
        continue
      }
      guard let letter = rest.popFirst(), let part = Self.part(letter) else {
        let shown = rest.isEmpty && text.hasSuffix("%") ? "%" : "%" + Self.letter(before: rest, in: text)
        throw PluginError.config("'\(shown)' is no part of a time that can be read", at: "time_format")
      }
      switch part {
      case .year, .shortYear: hasYear = true
      case .day, .dayOfYear: hasDay = true
      case .zone, .zoneName: hasZone = true
      case .epoch: (hasYear, hasDay, hasZone) = (true, true, true)
      default: break
      }
      parts.append(part)
    }
    if !hasDay { throw PluginError.config("a time needs a day: %d, %j or %s", at: "time_format") }
  }

  private static func letter(before rest: ArraySlice<UInt8>, in text: String) -> String {
    let expanded = Self.expanded(text)
    let at = expanded.count - rest.count - 1
    return at >= 0 ? String(decoding: expanded[at...at], as: UTF8.self) : ""
  }

  /// With the conversions that stand for several.
  private static func expanded(_ text: String) -> [UInt8] {
    let short: [UInt8: StaticString] = [
      UInt8(ascii: "T"): "%H:%M:%S", UInt8(ascii: "R"): "%H:%M", UInt8(ascii: "F"): "%Y-%m-%d", UInt8(ascii: "D"): "%m/%d/%y",
    ]
    var out: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%"), let letter = rest.popFirst() else {
        out.append(byte)
        continue
      }
      if let longer = short[letter] { out += Bytes(longer) } else { out += [byte, letter] }
    }
    return out
  }

  private static func part(_ letter: UInt8) -> Part? {
    switch letter {
    case UInt8(ascii: "Y"): .year
    case UInt8(ascii: "y"): .shortYear
    case UInt8(ascii: "m"): .month
    case UInt8(ascii: "b"), UInt8(ascii: "B"), UInt8(ascii: "h"): .monthName
    case UInt8(ascii: "a"), UInt8(ascii: "A"): .weekday
    case UInt8(ascii: "d"), UInt8(ascii: "e"): .day
    case UInt8(ascii: "j"): .dayOfYear
    case UInt8(ascii: "H"), UInt8(ascii: "k"): .hour
    case UInt8(ascii: "I"), UInt8(ascii: "l"): .halfDayHour
    case UInt8(ascii: "M"): .minute
    case UInt8(ascii: "S"): .second
    case UInt8(ascii: "p"): .half
    case UInt8(ascii: "f"): .fraction
    case UInt8(ascii: "z"): .zone
    case UInt8(ascii: "Z"): .zoneName
    case UInt8(ascii: "s"): .epoch
    case UInt8(ascii: "n"), UInt8(ascii: "t"): .blank
    case UInt8(ascii: "%"): .byte(UInt8(ascii: "%"))
    default: nil
    }
  }

  /// Nil when the whole text does not have this form, or says no time of 1678 to 2261.
  func time(_ text: Bytes, _ defaults: TimeDefaults) -> Int64? {
    var at = 0
    var found = TimeParts()
    var half: Int?
    var dayOfYear: Int?
    var epoch: Int64?
    if !hasZone { found.zoneSeconds = defaults.zoneSeconds }
    func number(_ most: Int, _ range: ClosedRange<Int>) -> Int? {
      while at < text.count, text[at] == 0x20 { at += 1 }
      guard let value = TimeText.number(text, &at, most: most), range ~= value else { return nil }
      return value
    }
    for part in parts {
      switch part {
      case .byte(let byte):
        guard at < text.count, text[at] == byte else { return nil }
        at += 1
      case .blank: while at < text.count, text[at] == 0x20 || text[at] == 0x09 { at += 1 }
      case .year:
        guard let value = number(4, 0...9999) else { return nil }
        found.year = value
      case .shortYear:
        guard let value = number(2, 0...99) else { return nil }
        found.year = value < 69 ? 2000 + value : 1900 + value
      case .month:
        guard let value = number(2, 1...12) else { return nil }
        found.month = value
      case .monthName:
        guard let value = Calendar.month(text, &at) else { return nil }
        found.month = value
      case .weekday: guard Calendar.weekday(text, &at) != nil else { return nil }
      case .day:
        guard let value = number(2, 1...31) else { return nil }
        found.day = value
      case .dayOfYear:
        guard let value = number(3, 1...366) else { return nil }
        dayOfYear = value
      case .hour:
        guard let value = number(2, 0...23) else { return nil }
        found.hour = value
      case .halfDayHour:
        guard let value = number(2, 1...12) else { return nil }
        found.hour = value % 12
      case .minute:
        guard let value = number(2, 0...59) else { return nil }
        found.minute = value
      case .second:
        guard let value = number(2, 0...60) else { return nil }
        found.second = value
      case .half:
        guard at + 2 <= text.count, text[at + 1] | 0x20 == UInt8(ascii: "m") else { return nil }
        let letter = text[at] | 0x20
        guard letter == UInt8(ascii: "a") || letter == UInt8(ascii: "p") else { return nil }
        half = letter == UInt8(ascii: "p") ? 12 : 0
        at += 2
      case .fraction:
        guard let value = TimeText.fractionDigits(text, &at) else { return nil }
        found.nanosecond = value
      case .zone:
        guard let value = TimeText.zone(text, &at) else { return nil }
        found.zoneSeconds = value
      case .zoneName: guard zoneName(text, &at) else { return nil }
      case .epoch:
        let isNegative = TimeText.take("-", text, &at)
        guard let value = TimeText.number(text, &at, most: 12) else { return nil }
        epoch = Int64(isNegative ? -value : value)
      }
    }
    guard at == text.count else { return nil }
    if let epoch { return TimeText.time(seconds: epoch, found.nanosecond) }
    if let half { found.hour += half }
    if !hasYear { found.year = defaults.year(of: found) }
    guard let dayOfYear else { return found.nanoseconds }
    (found.month, found.day) = (1, 1)
    guard dayOfYear <= (Calendar.isLeap(found.year) ? 366 : 365), let first = found.nanoseconds else { return nil }
    let time = first.addingReportingOverflow(Int64(dayOfYear - 1) * 86_400_000_000_000)
    return time.overflow ? nil : time.partialValue
  }

  /// `UTC`, `GMT` or `Z`: other names mean different zones in different places.
  private func zoneName(_ text: Bytes, _ at: inout Int) -> Bool {
    for name in ["UTC", "GMT", "Z"] as [StaticString] {
      let letters = Bytes(name)
      if at + letters.count <= text.count, text.part(at, at + letters.count).isSame(as: letters) {
        at += letters.count
        return true
      }
    }
    return false
  }
}
