import Glibc
import PluginKit

typealias Bytes = UnsafeRawBufferPointer

/// A value that a text holds, as it stands there.
struct Found {
  enum Kind: UInt8 {
    /// The text has no such value.
    case absent
    case null
    /// A text, unescaped: `bytes`.
    case text
    /// 0 or 1 in `integer`.
    case bool
    /// A number as JSON spells it: `bytes`.
    case number
    /// An object or an array in JSON: `bytes`.
    case container
    /// Nanoseconds since 1970 in `integer`; `bytes` are the text that says so.
    case time
  }

  var kind = Kind.absent
  /// Of the text that is parsed, or of the row's scratch.
  var bytes = Bytes(start: nil, count: 0)
  var integer: Int64 = 0
  /// Where it stands in the text.
  var offset = 0

  static var absent: Found { Found() }

  static func text(_ bytes: Bytes, at offset: Int) -> Found { Found(kind: .text, bytes: bytes, offset: offset) }
}

/// Why a text cannot be parsed, and where in it.
struct ParseFailure: Error {
  let reason: StaticString
  let offset: Int

  init(_ reason: StaticString, at offset: Int) {
    self.reason = reason
    self.offset = offset
  }
}

/// A field that is made: its name without the prefix, and its type.
struct MadeField {
  var name: String
  var type: FieldKind
}

/// Types of fields, by the words of `fields`.
enum FieldKind: String, CaseIterable, Sendable {
  case bool, int, double, time, string, binary, variant
  /// As `variant`, but texts that are numbers become numbers, which keep their digits.
  case number
}

/// Finds the fields of one text.
protocol LineParser {
  /// The fields that it always makes: the first cells of a row, in order.
  var fields: [MadeField] { get }
  /// True when texts may have other fields.
  var isOpen: Bool { get }
  /// True when numbers, booleans and texts differ in the texts: then nothing is converted from text.
  var isTyped: Bool { get }
  /// True when what is found depends on the row's `reference`, not on the text alone.
  var usesReference: Bool { get }
  /// Sets the cells of a row that has been begun.
  mutating func parse(_ text: Bytes, into row: FoundRow) throws(ParseFailure)
}

extension LineParser {
  var usesReference: Bool { false }
}

extension Bytes {
  /// A part of it.
  @inline(__always)
  func part(_ from: Int, _ to: Int) -> Bytes { Bytes(start: baseAddress.map { $0 + from }, count: to - from) }

  @inline(__always)
  func isSame(as other: Bytes) -> Bool {
    count == other.count && (count == 0 || memcmp(baseAddress!, other.baseAddress!, count) == 0)
  }

  /// The same without blanks at both ends.
  var trimmed: Bytes {
    var from = 0
    var to = count
    while from < to, self[from] == 0x20 || self[from] == 0x09 { from += 1 }
    while to > from, self[to - 1] == 0x20 || self[to - 1] == 0x09 { to -= 1 }
    return part(from, to)
  }

  init(_ text: StaticString) { self.init(start: text.utf8Start, count: text.utf8CodeUnitCount) }
}
