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

extension [UInt8] {
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
