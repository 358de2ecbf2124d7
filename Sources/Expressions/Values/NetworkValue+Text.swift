/// Why a text is no address, or no range of addresses.
enum NetworkFault: Error {
  case malformed, zone, mappedInDots
}

extension NetworkValue {
  /// An address, or a range when there is a slash; nil for other texts.
  public init?(_ text: Text) {
    guard let value = try? text.utf8.contains(UInt8(ascii: "/")) ? Self(range: text.utf8) : Self(address: text.utf8) else {
      return nil
    }
    self = value
  }

  /// From `192.168.0.1`, or `2001:db8::68` in any of its spellings. No zones, no address of IPv4 in dots within one of IPv6.
  init(address text: [UInt8]) throws(NetworkFault) {
    guard !text.contains(UInt8(ascii: "%")) else { throw .zone }
    if text.contains(UInt8(ascii: ":")) {
      guard !text.contains(UInt8(ascii: ".")) else { throw .mappedInDots }
      guard let bytes = Self.version6(text) else { throw .malformed }
      self.init(bytes: bytes)
    } else {
      guard let bytes = Self.version4(text) else { throw .malformed }
      self.init(bytes: bytes)
    }
  }

  /// From an address, `/` and the bits of its prefix.
  init(range text: [UInt8]) throws(NetworkFault) {
    guard let slash = text.firstIndex(of: UInt8(ascii: "/")) else { throw .malformed }
    self = try NetworkValue(address: Array(text[..<slash]))
    let digits = text[(slash + 1)...]
    guard (1...3).contains(digits.count), digits.allSatisfy(isDigit), digits.count == 1 || digits.first != UInt8(ascii: "0"),
      let bits = Int(String(decoding: digits, as: UTF8.self)), bits <= bytes.count * 8
    else { throw .malformed }
    prefix = bits
  }

  public var text: Text {
    var result: [UInt8] = []
    if bytes.count == 4 {
      for (index, byte) in bytes.enumerated() {
        if index > 0 { result.append(".") }
        result.append(Int64(byte))
      }
    } else {
      appendVersion6(to: &result)
    }
    if let prefix {
      result.append("/")
      result.append(Int64(prefix))
    }
    return Text(utf8: result)
  }

  private static func version4(_ text: [UInt8]) -> [UInt8]? {
    let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var bytes: [UInt8] = []
    for part in parts {
      guard (1...3).contains(part.count), part.allSatisfy(isDigit), part.count == 1 || part.first != UInt8(ascii: "0"),
        let byte = UInt8(String(decoding: part, as: UTF8.self))
      else { return nil }
      bytes.append(byte)
    }
    return bytes
  }

  private static func version6(_ text: [UInt8]) -> [UInt8]? {
    guard let gap = text.place(of: Array("::".utf8)) else {
      return groups(text[...]).flatMap { $0.count == 16 ? $0 : nil }
    }
    guard let head = groups(text[..<gap]), let tail = groups(text[(gap + 2)...]) else { return nil }
    let missing = 16 - head.count - tail.count
    return missing < 2 ? nil : head + Array(repeating: 0, count: missing) + tail
  }

  /// Groups of up to four hexadecimal digits with colons between them, two bytes each; none of an empty text.
  private static func groups(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    guard !text.isEmpty else { return [] }
    guard text.count <= 39 else { return nil }
    var bytes: [UInt8] = []
    for part in text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false) {
      guard (1...4).contains(part.count), part.allSatisfy(isHexadecimal),
        let group = UInt16(String(decoding: part, as: UTF8.self), radix: 16)
      else { return nil }
      bytes += [UInt8(group >> 8), UInt8(group & 0xFF)]
    }
    return bytes
  }

  /// The spelling of RFC 5952: lower case, no zeros in front, the longest run of zeros as `::`.
  private func appendVersion6(to result: inout [UInt8]) {
    let groups = (0..<8).map { UInt16(bytes[2 * $0]) << 8 | UInt16(bytes[2 * $0 + 1]) }
    var gap = 0..<0
    var start = 0
    while start < 8 {
      var end = start
      while end < 8, groups[end] == 0 { end += 1 }
      if end - start > max(gap.count, 1) { gap = start..<end }
      start = max(end, start) + 1
    }
    var index = 0
    while index < 8 {
      if !gap.isEmpty, index == gap.lowerBound {
        result.append("::")
        index = gap.upperBound
      } else {
        if index > 0, index != gap.upperBound || gap.isEmpty { result.append(":") }
        result.append(contentsOf: String(groups[index], radix: 16).utf8)
        index += 1
      }
    }
  }
}

private func isHexadecimal(_ byte: UInt8) -> Bool {
  isDigit(byte) || (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "f"))
}
