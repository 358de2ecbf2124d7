import PluginKit

/// Makes values of a type of what was found, as sources do: of JSON nothing is converted from text, elsewhere all is.
final class ValueReader {
  enum Outcome {
    case put
    /// An empty text, which is no number, time, …, and no mistake either.
    case nothing
    case mismatch
    case tooManyMembers
  }

  private let isTyped: Bool
  private let timeFormat: TimeFormat
  var defaults: TimeDefaults

  init(isTyped: Bool, timeFormat: TimeFormat, defaults: TimeDefaults) {
    self.isTyped = isTyped
    self.timeFormat = timeFormat
    self.defaults = defaults
  }

  /// Puts a value that is neither absent nor null into a column of the current row.
  func put(
    _ found: Found, _ type: FieldKind, _ builder: FrameBuilder, _ column: Int, _ writer: FoundWriter, _ scratch: Scratch
  ) -> Outcome {
    let isText = found.kind == .text && !isTyped
    switch type {
    case .variant, .number:
      let start = writer.encoder.count
      let isNumber = isText && type == .number && writer.write(numberAsWritten: found.bytes.trimmed)
      guard isNumber || writer.write(found) else { return .tooManyMembers }
      builder.put(column, variant: writer.encoder.bytes(from: start))
      return .put
    case .string:
      guard found.kind == .text || found.kind == .time || (found.kind == .bool && !isTyped) else { return .mismatch }
      builder.put(column, utf8: found.bytes)
      return .put
    default: break
    }
    let text = isText ? found.bytes.trimmed : found.bytes
    if isText, text.isEmpty { return .nothing }
    switch type {
    case .bool:
      guard let value = bool(found, text, isText) else { return .mismatch }
      builder.put(column, value)
    case .int:
      guard isText || found.kind == .number, let value = Self.int(text) else { return .mismatch }
      builder.put(column, value)
    case .double:
      guard isText || found.kind == .number, let number = NumberText(text), let value = number.double(text) else {
        return .mismatch
      }
      builder.put(column, value)
    case .time:
      guard let value = time(found, text) else { return .mismatch }
      builder.put(column, time: value)
    case .binary:
      guard found.kind == .text, let value = Base64.bytes(text, scratch) else { return .mismatch }
      builder.put(column, binary: value)
    case .string, .variant, .number: return .mismatch
    }
    return .put
  }

  /// Most integers are short and plain; the others take a longer look.
  private static func int(_ text: Bytes) -> Int64? {
    guard text.count <= 18, text.count == 1 || text[0] != 0x30 else { return NumberText(text)?.int }
    var value: Int64 = 0
    for byte in text {
      guard Digits.isDigit(byte) else { return NumberText(text)?.int }
      value = value &* 10 &+ Int64(byte &- 0x30)
    }
    return text.isEmpty ? nil : value
  }

  private func bool(_ found: Found, _ text: Bytes, _ isText: Bool) -> Bool? {
    if found.kind == .bool { return found.integer != 0 }
    guard isText else { return nil }
    if Self.isWord(text, "true") { return true }
    return Self.isWord(text, "false") ? false : nil
  }

  private static func isWord(_ text: Bytes, _ word: StaticString) -> Bool {
    let letters = Bytes(word)
    return text.count == letters.count && zip(text, letters).allSatisfy { $0 | 0x20 == $1 }
  }

  private func time(_ found: Found, _ text: Bytes) -> Int64? {
    switch found.kind {
    case .time: found.integer
    case .text: timeFormat.time(text, defaults)
    case .number: timeFormat.unit.flatMap { TimeText.number(text, unit: $0) }
    default: nil
    }
  }
}

/// Base64 with padding, RFC 4648 section 4.
enum Base64 {
  /// The bytes, in scratch memory; nil when the text is none.
  static func bytes(_ text: Bytes, _ scratch: Scratch) -> Bytes? {
    guard text.count % 4 == 0 else { return nil }
    let room = scratch.take(text.count / 4 * 3)
    var count = 0
    for at in stride(from: 0, to: text.count, by: 4) {
      let isLast = at + 4 == text.count
      let pad = isLast && text[at + 3] == UInt8(ascii: "=") ? (text[at + 2] == UInt8(ascii: "=") ? 2 : 1) : 0
      var group: UInt32 = 0
      for index in 0..<4 {
        guard let sextet = index >= 4 - pad ? 0 : sextet(text[at + index]) else { return nil }
        group = group << 6 | sextet
      }
      // Bits that no byte takes are zero.
      if pad == 2, group & 0xFFFF != 0 { return nil }
      if pad == 1, group & 0xFF != 0 { return nil }
      for index in 0..<3 - pad {
        room[count] = UInt8(truncatingIfNeeded: group >> UInt32(16 - 8 * index))
        count += 1
      }
    }
    return scratch.shrink(room, to: count)
  }

  private static func sextet(_ byte: UInt8) -> UInt32? {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte) - 65
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte) - 71
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte) + 4
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
