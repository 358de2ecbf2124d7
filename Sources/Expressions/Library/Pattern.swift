import CRegex

/// A compiled regular expression.
final class Pattern: @unchecked Sendable {
  // Never changed, and RE2 takes any number of threads.
  private let regex: OpaquePointer

  init(_ text: Text) throws(EvaluationError) {
    var message = [CChar](repeating: 0, count: 256)
    let regex = text.utf8.withUnsafeBytes { bytes in
      tide_regex_new(
        bytes.baseAddress?.assumingMemoryBound(to: CChar.self), UInt64(bytes.count), &message, UInt64(message.count))
    }
    guard let regex else {
      let reason = String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      throw EvaluationError("'\(text)' is no regular expression: \(reason)")
    }
    self.regex = regex
  }

  deinit { tide_regex_free(regex) }

  func matches(_ text: Text) -> Bool {
    text.utf8.withUnsafeBytes { bytes in
      tide_regex_matches(regex, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), UInt64(bytes.count))
    }
  }
}
