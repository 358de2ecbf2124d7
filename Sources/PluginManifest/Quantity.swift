/// Durations and sizes as text.
public enum Quantity {
  private static let durationUnits: [(name: String, factor: Int64)] = [
    ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000), ("ms", 1_000_000),
    ("us", 1_000), ("ns", 1),
  ]
  private static let sizeUnits: [(name: String, factor: Int64)] = [
    ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("TB", 1_000_000_000_000), ("GB", 1_000_000_000),
    ("MB", 1_000_000), ("kB", 1_000), ("KB", 1_000), ("B", 1),
  ]

  /// Nanoseconds of a duration such as `1500ms`, `2s`, `1h30m` or `1.5s`: units d, h, m, s, ms, us, ns, each once, longest first.
  /// Nil when the text is none, is not a whole number of nanoseconds or does not fit.
  public static func nanoseconds(_ text: String) -> Int64? {
    if text == "0" { return 0 }
    var total: Int64 = 0
    var rest = Substring(text)
    var lastFactor = Int64.max
    guard !rest.isEmpty else { return nil }
    while !rest.isEmpty {
      let number = rest.prefix { ($0.isASCII && $0.isNumber) || $0 == "." }
      rest = rest[number.endIndex...]
      let name = rest.prefix { $0.isASCII && $0.isLetter }
      rest = rest[name.endIndex...]
      guard let unit = durationUnits.first(where: { $0.name == name }), unit.factor < lastFactor,
        let part = scaled(number, by: unit.factor)
      else { return nil }
      lastFactor = unit.factor
      let (sum, overflow) = total.addingReportingOverflow(part)
      if overflow { return nil }
      total = sum
    }
    return total
  }

  /// Bytes of a size such as `64KiB`, `10MB`, `1.5GiB` or `4096`. Nil when the text is none, is not a whole number of bytes or does
  /// not fit.
  public static func bytes(_ text: String) -> Int64? {
    let number = text.prefix { ($0.isASCII && $0.isNumber) || $0 == "." }
    let name = text[number.endIndex...].drop { $0 == " " }
    if name.isEmpty { return number.contains(".") ? nil : scaled(number, by: 1) }
    guard let unit = sizeUnits.first(where: { $0.name == name }) else { return nil }
    return scaled(number, by: unit.factor)
  }

  /// `number * factor`, exact: nil when it is no decimal number, not whole or out of range.
  private static func scaled(_ number: Substring, by factor: Int64) -> Int64? {
    let parts = number.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), !parts[0].isEmpty, let whole = Int64(parts[0]) else { return nil }
    let (product, overflow) = whole.multipliedReportingOverflow(by: factor)
    if overflow { return nil }
    guard parts.count == 2 else { return product }
    var fraction: Int64 = 0
    var place: Int64 = 1
    guard !parts[1].isEmpty, parts[1].utf8.count <= 18 else { return nil }
    for digit in parts[1].utf8 {
      fraction = fraction * 10 + Int64(digit - UInt8(ascii: "0"))
      place *= 10
    }
    let (high, low) = fraction.multipliedFullWidth(by: factor)
    let divided = place.dividingFullWidth((high, low))
    guard divided.remainder == 0 else { return nil }
    let (sum, tooMuch) = product.addingReportingOverflow(divided.quotient)
    return tooMuch ? nil : sum
  }

  /// A duration in the largest units that keep it whole: `1h30m`, `1500ms`, `0s`.
  public static func text(nanoseconds: Int64) -> String {
    guard nanoseconds > 0 else { return nanoseconds == 0 ? "0s" : "\(nanoseconds)ns" }
    if nanoseconds < 60_000_000_000 || nanoseconds % 1_000_000_000 != 0 {
      let unit = durationUnits.first { nanoseconds % $0.factor == 0 && $0.factor <= 1_000_000_000 } ?? ("ns", 1)
      return "\(nanoseconds / unit.factor)\(unit.name)"
    }
    var text = ""
    var rest = nanoseconds
    for unit in durationUnits where rest >= unit.factor {
      text += "\(rest / unit.factor)\(unit.name)"
      rest %= unit.factor
    }
    return text
  }

  /// A size in the largest binary unit that keeps it whole: `64KiB`, `10000000B`.
  public static func text(bytes: Int64) -> String {
    guard bytes > 0 else { return "\(bytes)B" }
    let unit = sizeUnits.first { $0.name.hasSuffix("iB") && bytes % $0.factor == 0 } ?? ("B", 1)
    return "\(bytes / unit.factor)\(unit.name)"
  }
}
