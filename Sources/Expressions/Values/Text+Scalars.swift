extension Text {
  /// Nil for bytes that are no valid UTF-8.
  init?(validating bytes: [UInt8]) {
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    decoding: while true {
      switch decoder.decode(&iterator) {
      case .scalarValue: continue
      case .emptyInput: break decoding
      case .error: return nil
      }
    }
    self.init(utf8: bytes)
  }

  /// How many code points there are, which is what `size()` counts.
  var scalarCount: Int {
    utf8.withUnsafeBufferPointer { bytes in
      var count = 0
      var index = 0
      while index < bytes.count {
        count &+= Text.isScalarStart(bytes[index]) ? 1 : 0
        index &+= 1
      }
      return count
    }
  }

  /// The bytes before the nth code point; nil when there are fewer than n.
  func offset(ofScalar number: Int) -> Int? {
    guard number >= 0, number <= utf8.count else { return nil }
    var offset = 0
    var passed = 0
    while passed < number {
      guard offset < utf8.count else { return nil }
      offset += 1
      while offset < utf8.count, !Text.isScalarStart(utf8[offset]) { offset += 1 }
      passed += 1
    }
    return offset
  }

  /// How many code points begin before a byte.
  func scalarCount(before offset: Int) -> Int { utf8[..<offset].reduce(0) { $0 + (Text.isScalarStart($1) ? 1 : 0) } }

  /// A string cut short for a message.
  var excerpt: Text {
    guard utf8.count > 64, let end = offset(ofScalar: 60), end < utf8.count else { return self }
    return Text(utf8: Array(utf8[..<end]) + "…".utf8)
  }

  static func isScalarStart(_ byte: UInt8) -> Bool { byte & 0xC0 != 0x80 }
}
