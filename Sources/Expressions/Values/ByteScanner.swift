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

  /// Digits of a number, as many as there are but no more than `most`; nil, with nothing taken, when there are fewer than
  /// `least`.
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
}
