extension Timestamp {
  /// From RFC 3339: a date, `T`, a time with as many digits of a fraction as wanted, `Z` or an offset. Digits beyond
  /// nanoseconds are dropped; a 60th second counts as the first one of the next minute. Nil for other texts, and outside of the
  /// years 1 to 9999.
  public init?(_ text: Text) {
    var scanner = ByteScanner(text.utf8)
    guard let year = scanner.number(digits: 4), scanner.take("-"), let month = scanner.number(digits: 2), scanner.take("-"),
      let day = scanner.number(digits: 2), scanner.take(anyOf: "Tt") != nil, let hour = scanner.number(digits: 2),
      scanner.take(":"), let minute = scanner.number(digits: 2), scanner.take(":"), let second = scanner.number(digits: 2),
      (1...12).contains(month), day >= 1, day <= CivilTime.days(inMonth: month, of: year), hour < 24, minute < 60, second <= 60
    else { return nil }
    var nanoseconds: Int64 = 0
    if scanner.take(".") {
      guard let fraction = scanner.digits(1, .max) else { return nil }
      nanoseconds = scanner.nanoseconds(fraction)
    }
    guard let offset = scanner.takeOffset(), scanner.isAtEnd else { return nil }
    let days = CivilTime.days(year: year, month: month, day: day)
    self.init(
      seconds: days * 86_400 + hour * 3_600 + minute * 60 + second - offset, nanoseconds: second == 60 ? 0 : Int32(nanoseconds))
    guard isInRange else { return nil }
  }
}

extension Duration {
  /// From numbers with units, one after another and with one sign for all: `1h30m`, `-0.5s`, `250ms`; `0` needs none. Units are
  /// h, m, s, ms, us (µs) and ns. What is less than a nanosecond is dropped. Nil for other texts, and beyond the range of
  /// durations.
  public init?(_ text: Text) {
    var scanner = ByteScanner(text.utf8)
    let isNegative = scanner.take(anyOf: "+-") == UInt8(ascii: "-")
    if scanner.take("0"), scanner.isAtEnd {
      self.init(seconds: 0)
      return
    }
    scanner = ByteScanner(text.utf8)
    _ = scanner.take(anyOf: "+-")
    guard !scanner.isAtEnd else { return nil }
    var total: Int128 = 0
    while !scanner.isAtEnd {
      // Eighteen digits of hours are beyond the range already.
      let whole = scanner.digits(1, 18)
      var fraction: ArraySlice<UInt8> = []
      if scanner.take(".") { fraction = scanner.digits(0, .max)! }
      guard whole != nil || !fraction.isEmpty, let unit = scanner.takeUnit() else { return nil }
      total += Int128(whole.map(scanner.value) ?? 0) * unit
      // Fifteen digits of an hour are less than a nanosecond.
      let digits = fraction.prefix(15)
      var scale: Int128 = 1
      for _ in digits { scale *= 10 }
      total += Int128(scanner.value(digits)) * unit / scale
      guard total <= Int128(Self.maxSeconds) * 1_000_000_000 else { return nil }
    }
    if isNegative { total = -total }
    let second: Int128 = 1_000_000_000
    let remainder = (total % second + second) % second
    self.init(seconds: Int64((total - remainder) / second), nanoseconds: Int32(remainder))
  }
}

/// Seconds east of UTC from `±hh:mm`, or from `hh:mm`, which is east; nil for other texts.
func fixedOffset(_ text: Text) -> Int64? {
  var scanner = ByteScanner(text.utf8)
  let isWest = scanner.take(anyOf: "+-") == UInt8(ascii: "-")
  guard let hours = scanner.digits(1, 2).map(scanner.value), scanner.take(":"), let minutes = scanner.number(digits: 2),
    hours < 24, minutes < 60, scanner.isAtEnd
  else { return nil }
  return (isWest ? -1 : 1) * (hours * 3_600 + minutes * 60)
}

extension ByteScanner {
  /// The first nine digits of a fraction of a second, filled up with zeros.
  fileprivate func nanoseconds(_ fraction: ArraySlice<UInt8>) -> Int64 {
    let digits = fraction.prefix(9)
    return (digits.count..<9).reduce(value(digits)) { sum, _ in sum * 10 }
  }

  /// `Z`, or a sign, hours and minutes.
  fileprivate mutating func takeOffset() -> Int64? {
    if take(anyOf: "Zz") != nil { return 0 }
    guard let sign = take(anyOf: "+-"), let hours = number(digits: 2), take(":"), let minutes = number(digits: 2), hours < 24,
      minutes < 60
    else { return nil }
    return (sign == UInt8(ascii: "-") ? -1 : 1) * (hours * 3_600 + minutes * 60)
  }

  /// Nanoseconds of a unit.
  fileprivate mutating func takeUnit() -> Int128? {
    if take("h") { return 3_600_000_000_000 }
    if take("s") { return 1_000_000_000 }
    if take("m") { return take("s") ? 1_000_000 : 60_000_000_000 }
    if take("n") { return take("s") ? 1 : nil }
    if take("u") { return take("s") ? 1_000 : nil }
    // The micro sign U+00B5, and the Greek letter U+03BC.
    for first in [(0xC2, 0xB5), (0xCE, 0xBC)] as [(UInt8, UInt8)] where next == first.0 {
      skip(1)
      guard next == first.1 else { return nil }
      skip(1)
      return take("s") ? 1_000 : nil
    }
    return nil
  }
}
