import Glibc
import PluginKit

/// What a value is, in the order in which values of different kinds stand; numbers of all kinds are one.
enum ScalarKind: UInt8 {
  /// No value that an aggregate can take, such as an object.
  case none
  case bool
  case int
  /// An integer above the greatest `int`.
  case uint
  case double
  case time
  case duration
  case string
  case binary

  var isNumber: Bool { self == .int || self == .uint || self == .double }
  var isText: Bool { self == .string || self == .binary }
  /// Kinds of one rank compare by value.
  var rank: UInt8 { isNumber ? ScalarKind.int.rawValue : rawValue }
}

/// One value of any kind, borrowed.
struct Scalar {
  var kind: ScalarKind
  /// The value of a kind of fixed size: truth, integer, bits of a double.
  var word: UInt64 = 0
  /// The bytes of a text.
  var bytes = UnsafeRawBufferPointer(start: nil, count: 0)

  @inline(__always) init(_ kind: ScalarKind, _ word: UInt64) { (self.kind, self.word) = (kind, word) }
  @inline(__always) init(_ value: Int64, _ kind: ScalarKind = .int) { self.init(kind, UInt64(bitPattern: value)) }
  @inline(__always) init(_ value: Double) { self.init(.double, value.bitPattern) }
  /// An unsigned integer, `int` when it is one.
  @inline(__always) init(unsigned value: UInt64) { self.init(value >> 63 == 0 ? .int : .uint, value) }
  @inline(__always) init(_ kind: ScalarKind, bytes: UnsafeRawBufferPointer) { (self.kind, self.bytes) = (kind, bytes) }

  static var none: Scalar { Scalar(.none, 0) }
  /// Null, or not there.
  static var null: Scalar { Scalar(.none, 1) }
  var isNull: Bool { kind == .none && word == 1 }

  @inline(__always) var int: Int64 { Int64(bitPattern: word) }
  @inline(__always) var double: Double { Double(bitPattern: word) }
  /// A number as the nearest double; what is no number as its word, so that durations are nanoseconds.
  var number: Double {
    switch kind {
    case .double: double
    case .uint: Double(word)
    default: Double(int)
    }
  }
  var isNaN: Bool { kind == .double && double.isNaN }

  /// Order of two values, exact for numbers of different kinds: below zero when `self` comes first. No NaN.
  func order(_ other: Scalar) -> Int {
    if kind == other.kind {
      switch kind {
      case .double: return double < other.double ? -1 : double > other.double ? 1 : 0
      case .uint, .bool, .none: return word < other.word ? -1 : word > other.word ? 1 : 0
      case .int, .time, .duration: return int < other.int ? -1 : int > other.int ? 1 : 0
      case .string, .binary: return Scalar.order(bytes, other.bytes)
      }
    }
    guard kind.isNumber, other.kind.isNumber else {
      return kind.rank < other.kind.rank ? -1 : kind.rank > other.kind.rank ? 1 : 0
    }
    if kind == .double { return -other.orderOfInteger(to: double) }
    if other.kind == .double { return orderOfInteger(to: other.double) }
    return kind == .uint ? 1 : -1
  }

  /// Order of an integer and a double.
  private func orderOfInteger(to number: Double) -> Int {
    if kind == .uint {
      if number < 0x1p63 { return 1 }
      if number >= 0x1p64 { return -1 }
      let whole = UInt64(number)
      return word < whole ? -1 : word > whole ? 1 : 0
    }
    if number < -0x1p63 { return 1 }
    if number >= 0x1p63 { return -1 }
    let whole = Int64(number)
    if int != whole { return int < whole ? -1 : 1 }
    let rest = number - Double(whole)
    return rest > 0 ? -1 : rest < 0 ? 1 : 0
  }

  static func order(_ one: UnsafeRawBufferPointer, _ other: UnsafeRawBufferPointer) -> Int {
    let shared = min(one.count, other.count)
    let found = shared == 0 ? 0 : memcmp(one.baseAddress!, other.baseAddress!, shared)
    if found != 0 { return Int(found) }
    return one.count < other.count ? -1 : one.count > other.count ? 1 : 0
  }

  /// The value that stands for all that are equal to it: a double that is an integer as that, one NaN.
  var canonical: Scalar {
    guard kind == .double else { return self }
    let value = double
    if value >= -0x1p63, value < 0x1p63, value.rounded(.towardZero) == value { return Scalar(Int64(value)) }
    if value >= 0x1p63, value < 0x1p64 { return Scalar(unsigned: UInt64(value)) }
    return value.isNaN ? Scalar(Double.nan) : self
  }

  /// Hash of a canonical value: equal for equal values, on every host.
  var hash: UInt64 {
    if kind.isText { return tide_xxh64(bytes.baseAddress, UInt64(bytes.count), UInt64(kind.rawValue)) }
    var word = word.littleEndian
    return tide_xxh64(&word, 8, UInt64(kind.rawValue))
  }

  /// True for canonical values that are the same.
  func isSame(_ other: Scalar) -> Bool {
    kind == other.kind && (kind.isText ? Scalar.order(bytes, other.bytes) == 0 : word == other.word)
  }
}
