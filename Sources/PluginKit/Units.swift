extension Duration {
  /// Length in nanoseconds, held at the ends of Int64.
  public var wholeNanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let limit: Int64 = seconds < 0 ? .min : .max
    if overflow { return limit }
    let (sum, carried) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
    return carried ? limit : sum
  }
}

/// A duration as configurations write it, in the largest unit that holds it exactly: `1500ms`, `2s`.
func durationText(_ nanoseconds: Int64) -> String {
  let units: [(Int64, String)] = [
    (86_400_000_000_000, "d"), (3_600_000_000_000, "h"), (60_000_000_000, "m"), (1_000_000_000, "s"), (1_000_000, "ms"),
    (1_000, "us"),
  ]
  for (unit, name) in units where nanoseconds != 0 && nanoseconds % unit == 0 { return "\(nanoseconds / unit)\(name)" }
  return nanoseconds == 0 ? "0s" : "\(nanoseconds)ns"
}

/// A size as configurations write it: `64KiB`, `1MiB`, `100B`.
func sizeText(_ bytes: Int) -> String {
  for (shift, name) in [(30, "GiB"), (20, "MiB"), (10, "KiB")] where bytes > 0 && bytes & ((1 << shift) - 1) == 0 {
    return "\(bytes >> shift)\(name)"
  }
  return "\(bytes)B"
}
