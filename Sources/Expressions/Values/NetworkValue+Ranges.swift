extension NetworkValue {
  /// The address of IPv4 that one of IPv6 stands for (::ffff:0:0/96), else the value itself.
  var unmapped: NetworkValue {
    guard prefix == nil, isMapped else { return self }
    return NetworkValue(bytes: Array(bytes[12...]))
  }

  /// True of ::ffff:0:0/96.
  private var isMapped: Bool {
    bytes.count == 16 && bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
  }

  var family: Int64 { bytes.count == 4 ? 4 : 6 }

  var isUnspecified: Bool { bytes.allSatisfy { $0 == 0 } }

  var isLoopback: Bool {
    bytes.count == 4 ? bytes[0] == 127 : bytes[..<15].allSatisfy { $0 == 0 } && bytes[15] == 1
  }

  var isMulticast: Bool { bytes.count == 4 ? bytes[0] & 0xF0 == 0xE0 : bytes[0] == 0xFF }

  var isLinkLocalMulticast: Bool {
    bytes.count == 4 ? bytes[..<3] == [224, 0, 0] : bytes[0] == 0xFF && bytes[1] & 0x0F == 2
  }

  var isLinkLocalUnicast: Bool {
    bytes.count == 4 ? bytes[0] == 169 && bytes[1] == 254 : bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80
  }

  /// Also of private networks: an address of one machine that is none of the special ones.
  var isGlobalUnicast: Bool {
    !isUnspecified && !isLoopback && !isMulticast && !isLinkLocalUnicast && bytes != [255, 255, 255, 255]
  }

  /// The range with all bits behind the prefix cleared.
  var masked: NetworkValue { NetworkValue(bytes: cleared(after: prefix ?? bytes.count * 8), prefix: prefix) }

  /// True when an address, or each address of a range, is in this range; never across families.
  func contains(_ other: NetworkValue) -> Bool {
    let prefix = prefix ?? bytes.count * 8
    guard bytes.count == other.bytes.count, (other.prefix ?? other.bytes.count * 8) >= prefix else { return false }
    return cleared(after: prefix) == other.cleared(after: prefix)
  }

  private func cleared(after bits: Int) -> [UInt8] {
    var result = bytes
    for index in result.indices {
      let kept = min(max(bits - index * 8, 0), 8)
      result[index] &= UInt8(truncatingIfNeeded: 0xFF00 >> kept)
    }
    return result
  }
}
