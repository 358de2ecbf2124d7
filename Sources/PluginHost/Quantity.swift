/// Durations and sizes as they are written in manifests: a number and a unit, "1.5s", "64KiB".
package enum Quantity {
  private static let durations: [(unit: String, scale: Double)] = [
    ("ns", 1), ("us", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 60e9), ("h", 3600e9), ("d", 86400e9),
  ]
  private static let sizes: [(unit: String, scale: Double)] = [
    ("B", 1), ("kB", 1e3), ("KB", 1e3), ("MB", 1e6), ("GB", 1e9), ("TB", 1e12), ("KiB", 1024), ("MiB", 1_048_576),
    ("GiB", 1_073_741_824), ("TiB", 1_099_511_627_776),
  ]

  /// A duration in nanoseconds, nil when the text is none.
  package static func nanoseconds(_ text: String) -> Int64? { amount(text, durations) }

  /// A size in bytes, nil when the text is none.
  package static func bytes(_ text: String) -> Int64? { amount(text, sizes) }

  /// "2s" for 2_000_000_000: the largest unit that leaves a whole number.
  package static func duration(ofNanoseconds value: Int64) -> String {
    written(value, Array(durations.reversed())) ?? "\(value)ns"
  }

  /// "64KiB" for 65536: the largest binary unit that leaves a whole number.
  package static func size(ofBytes value: Int64) -> String {
    written(value, sizes.suffix(4).reversed() + [sizes[0]]) ?? "\(value)B"
  }

  private static func amount(_ text: String, _ units: [(unit: String, scale: Double)]) -> Int64? {
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    guard let first = digits.first, first != ".", let number = Double(digits),
      let scale = units.first(where: { $0.unit == text[digits.endIndex...] })?.scale
    else { return nil }
    // Whole numbers keep all their digits; a double has 53 bits.
    if let whole = Int64(digits) {
      let (product, overflow) = whole.multipliedReportingOverflow(by: Int64(scale))
      return overflow ? nil : product
    }
    return Int64(exactly: (number * scale).rounded())
  }

  private static func written(_ value: Int64, _ units: [(unit: String, scale: Double)]) -> String? {
    if value == 0 { return nil }
    return units.first { value % Int64($0.scale) == 0 }.map { "\(value / Int64($0.scale))\($0.unit)" }
  }
}
