/// A date and a time of day in the Gregorian calendar, also before it was introduced; the year 0 comes before the year 1.
struct CivilTime {
  var year: Int64
  /// 1 ... 12.
  var month: Int64
  /// 1 ... 31.
  var day: Int64
  /// 0 ..< 86,400.
  var secondOfDay: Int64

  /// From seconds since 1970-01-01T00:00:00 on the same clock.
  init(seconds: Int64) {
    secondOfDay = seconds.floorRemainder(86_400)
    // Years that begin in March put the leap day last; 400 of them always have 146,097 days.
    let days = seconds.floorQuotient(86_400) + 719_468
    let era = days.floorQuotient(146_097)
    let dayOfEra = days - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
    month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  /// Days from 1970-01-01 to a date.
  static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
    let marchYear = month <= 2 ? year - 1 : year
    let era = marchYear.floorQuotient(400)
    let yearOfEra = marchYear - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  static func days(inMonth month: Int64, of year: Int64) -> Int64 {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// 0 on the first of January.
  var dayOfYear: Int64 { Self.days(year: year, month: month, day: day) - Self.days(year: year, month: 1, day: 1) }

  /// 0 on a Sunday; 1970-01-01 was a Thursday.
  var dayOfWeek: Int64 { (Self.days(year: year, month: month, day: day) + 4).floorRemainder(7) }
}

extension Int64 {
  /// Rounded down, for a positive divisor.
  func floorQuotient(_ divisor: Int64) -> Int64 {
    let quotient = self / divisor
    return self % divisor < 0 ? quotient - 1 : quotient
  }

  func floorRemainder(_ divisor: Int64) -> Int64 {
    let remainder = self % divisor
    return remainder < 0 ? remainder + divisor : remainder
  }
}
