import Glibc

extension String {
  /// A copy of borrowed text. Bytes that are not UTF-8 become U+FFFD.
  public init(_ text: tide_string) {
    guard let data = text.data, text.length > 0 else {
      self = ""
      return
    }
    let bytes = UnsafeRawBufferPointer(start: data, count: Int(clamping: text.length))
    self = String(decoding: bytes, as: UTF8.self)
  }

  /// Lends the text to a function of the contract for the length of one call.
  func withBorrowed<R>(_ body: (tide_string) -> R) -> R {
    var copy = self
    return copy.withUTF8 { utf8 in
      utf8.withMemoryRebound(to: CChar.self) { body(tide_string(data: $0.baseAddress, length: UInt64($0.count))) }
    }
  }
}

/// The C library's sentence for an `errno`, such as "No such file or directory".
public func errnoText(_ code: Int32) -> String {
  withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
    buffer[0] = 0
    guard let base = buffer.baseAddress, strerror_r(code, base, buffer.count) == 0 else { return "error \(code)" }
    return String(cString: base)
  }
}
