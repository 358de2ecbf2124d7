/// Reads a text from left to right.
struct ByteScanner {
  private let bytes: [UInt8]
  private(set) var place = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { place == bytes.count }
  var next: UInt8? { place < bytes.count ? bytes[place] : nil }

  mutating func skip(_ count: Int) { place = min(place + count, bytes.count) }

  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    place += 1
    return true
  }

  mutating func take(anyOf characters: String) -> UInt8? {
    guard let next, characters.utf8.contains(next) else { return nil }
    place += 1
    return next
  }

  /// Digits of a number, as many as there are but no more than `most`; nil, with nothing taken, when there are fewer than `least`.
  mutating func digits(_ least: Int, _ most: Int) -> ArraySlice<UInt8>? {
    var end = place
    while end < bytes.count, end - place < most, isDigit(bytes[end]) { end += 1 }
    guard end - place >= least else { return nil }
    defer { place = end }
    return bytes[place..<end]
  }

  /// Exactly so many digits, at most 18.
  mutating func number(digits count: Int) -> Int64? { digits(count, count).map(value) }

  func value(_ digits: ArraySlice<UInt8>) -> Int64 {
    digits.reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
  }
}

func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

extension [UInt8] {
  /// Appends a number in decimal, with zeros in front up to a width.
  mutating func append(_ number: Int64, width: Int = 1) {
    let digits = String(number.magnitude).utf8
    if number < 0 { append(UInt8(ascii: "-")) }
    append(contentsOf: repeatElement(UInt8(ascii: "0"), count: Swift.max(0, width - digits.count)))
    append(contentsOf: digits)
  }

  mutating func append(_ text: StaticString) {
    text.withUTF8Buffer { append(contentsOf: $0) }
  }

  /// Appends `.` and three, six or nine digits, as few as say it; nothing for 0.
  fileprivate mutating func append(fraction nanoseconds: Int32) {
    guard nanoseconds != 0 else { return }
    append(UInt8(ascii: "."))
    if nanoseconds % 1_000_000 == 0 {
      append(Int64(nanoseconds / 1_000_000), width: 3)
    } else if nanoseconds % 1_000 == 0 {
      append(Int64(nanoseconds / 1_000), width: 6)
    } else {
      append(Int64(nanoseconds), width: 9)
    }
  }
}

extension Timestamp {
  /// RFC 3339 in UTC.
  public var text: Text {
    let civil = CivilTime(seconds: seconds)
    var result: [UInt8] = []
    result.reserveCapacity(30)
    result.append(civil.year, width: 4)
    result.append("-")
    result.append(civil.month, width: 2)
    result.append("-")
    result.append(civil.day, width: 2)
    result.append("T")
    result.append(civil.secondOfDay / 3_600, width: 2)
    result.append(":")
    result.append(civil.secondOfDay / 60 % 60, width: 2)
    result.append(":")
    result.append(civil.secondOfDay % 60, width: 2)
    result.append(fraction: nanoseconds)
    result.append("Z")
    return Text(utf8: result)
  }
}

extension Duration {
  /// Seconds with their fraction and an `s`.
  public var text: Text {
    var result: [UInt8] = []
    let whole = seconds < 0 && nanoseconds > 0 ? seconds + 1 : seconds
    if seconds < 0 { result.append("-") }
    result.append(contentsOf: String(whole.magnitude).utf8)
    result.append(fraction: seconds < 0 && nanoseconds > 0 ? 1_000_000_000 - nanoseconds : nanoseconds)
    result.append("s")
    return Text(utf8: result)
  }
}
