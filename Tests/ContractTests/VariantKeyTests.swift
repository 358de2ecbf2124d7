import CTidemill
import TestSupport
import Testing

/// Key bytes of values in Variant encoding: those that the same values have in columns of their own types.
struct VariantKeyTests {
  private func key(_ value: [UInt8], capacity: Int = 256) -> (bytes: [UInt8], length: Int) {
    var into = [UInt8](repeating: 0xEE, count: 256)
    // Behind the value there is nothing to be read.
    let memory = UnsafeMutablePointer<CChar>.allocate(capacity: max(value.count, 1))
    defer { memory.deallocate() }
    for (at, byte) in value.enumerated() { memory[at] = CChar(bitPattern: byte) }
    let length = Int(tide_key_variant(tide_string(data: memory, length: UInt64(value.count)), &into, UInt64(capacity)))
    return (into, length)
  }

  private func bytes(_ value: [UInt8]) -> [UInt8] {
    let key = key(value)
    return Array(key.bytes[..<key.length])
  }

  private func little<T: FixedWidthInteger>(_ value: T) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }

  /// Number of the type, then what stands behind it.
  private func primitive(_ type: UInt8, _ rest: [UInt8] = []) -> [UInt8] { [type << 2] + rest }

  @Test func `the key bytes of variants never change`() {
    let zeros = { [UInt8](repeating: 0, count: $0) }, ones = { [UInt8](repeating: 0xFF, count: $0) }
    let day = little(86_400_000_000_000 as Int64)
    let uuid = (1...16).map { UInt8($0) }
    let cases: [(value: [UInt8], key: [UInt8])] = [
      ([], [0]),
      (primitive(0), [0]),
      (primitive(1), [2]),
      (primitive(2), [1]),
      (primitive(3, [0xFE]), [3, 0xFE] + ones(7)),
      (primitive(4, [42, 0]), [3, 42] + zeros(7)),
      (primitive(5, [42, 0, 0, 0]), [3, 42] + zeros(7)),
      (primitive(6, [42] + zeros(7)), [3, 42] + zeros(7)),
      (primitive(7, little((42.0).bitPattern)), [3, 42] + zeros(7)),
      (primitive(7, little((-0.0).bitPattern)), [3] + zeros(8)),
      (primitive(7, little((0.5).bitPattern)), [4, 0, 0, 0, 0, 0, 0, 0xE0, 0x3F]),
      (primitive(7, little(Double.signalingNaN.bitPattern | 1 << 63)), [4, 0, 0, 0, 0, 0, 0, 0xF8, 0x7F]),
      (primitive(14, little((0.5 as Float).bitPattern)), [4, 0, 0, 0, 0, 0, 0, 0xE0, 0x3F]),
      (primitive(8, [2] + little(4200 as Int32)), [3, 42] + zeros(7)),
      (primitive(8, [1] + little(-5 as Int32)), [4, 0, 0, 0, 0, 0, 0, 0xE0, 0xBF]),
      (primitive(9, [3] + little(-42_000 as Int64)), [3, 0xD6] + ones(7)),
      (primitive(10, [0] + ones(8) + zeros(8)), [9] + ones(8)),
      (primitive(10, [0] + zeros(8) + [1] + zeros(7)), [10, 0] + zeros(8) + [1] + zeros(7)),
      (primitive(10, [38, 1] + zeros(15)), [10, 38, 1] + zeros(15)),
      (primitive(11, little(1 as Int32)), [7] + day),
      (primitive(11, little(Int32.max)), [7] + ones(7) + [0x7F]),
      (primitive(12, little(86_400_000_000 as Int64)), [7] + day),
      (primitive(13, little(Int64.min)), [7] + zeros(7) + [0x80]),
      (primitive(18, day), [7] + day),
      (primitive(19, day), [7] + day),
      (primitive(17, little(86_400_000_000 as Int64)), [3] + day),
      (primitive(15, [2, 0, 0, 0, 0x00, 0xFF]), [6, 0x00, 0xFF]),
      (primitive(20, uuid), [6] + uuid),
      (primitive(16, [1, 0, 0, 0, 0x61]), [5, 0x61]),
      ([1 << 2 | 1, 0x61], [5, 0x61]),
      ([1], [5]),
      // A list of nothing, an object of nothing: their bytes behind a tag of their own.
      ([3, 0, 0], [11, 3, 0, 0]),
      ([2, 0, 0], [11, 2, 0, 0]),
      // No values.
      (primitive(21), [11, 21 << 2]),
      (primitive(6, zeros(7)), [11, 6 << 2] + zeros(7)),
      (primitive(16, [2, 0, 0, 0, 0x61]), [11, 16 << 2, 2, 0, 0, 0, 0x61]),
      ([2 << 2 | 1, 0x61], [11, 2 << 2 | 1, 0x61]),
    ]
    for (value, wanted) in cases { #expect(bytes(value) == wanted, "\(value)") }
  }

  @Test(arguments: [1, 2, 3] as [UInt64]) func `a value has the bytes that it has in a column of its own type`(seed: UInt64) {
    var random = SplitMix(seed: seed)
    typealias Builder = UnsafeMutablePointer<tide_builder>
    for _ in 0..<2000 {
      let bits = random.next()
      let int = Int64(bitPattern: bits) >> Int64(random.next() % 64)
      let scale = UInt8(random.next() % 39), number = Double(bitPattern: bits), eighths = Double(int) / 8
      let text = (0..<random.next() % 100).map { _ in UInt8(truncatingIfNeeded: random.next() % 128) }
      let short = Array(text.prefix(63)), chars = text.map { CChar(bitPattern: $0) }
      let days = Int32(int % 106_000), micros = int / 1000
      func same(_ value: [UInt8], _ type: Int32, _ parameter: Int = 0, _ put: (Builder, Int32) -> tide_status) {
        #expect(bytes(value) == storageKey(UInt32(type), UInt32(parameter), put), "seed \(seed): \(value)")
      }
      func decimal(_ value: [UInt8], _ high: Int64, _ low: UInt64) {
        same(value, TIDE_DECIMAL128, 38 << 8 | Int(scale)) { tide_put_decimal($0, $1, high, low) }
      }
      same(primitive(3, [UInt8(truncatingIfNeeded: int)]), TIDE_I8) { tide_put_i8($0, $1, Int8(truncatingIfNeeded: int)) }
      same(primitive(4, little(Int16(truncatingIfNeeded: int))), TIDE_I64) {
        tide_put_i64($0, $1, Int64(Int16(truncatingIfNeeded: int)))
      }
      same(primitive(5, little(Int32(truncatingIfNeeded: int))), TIDE_I32) {
        tide_put_i32($0, $1, Int32(truncatingIfNeeded: int))
      }
      same(primitive(6, little(int)), TIDE_I64) { tide_put_i64($0, $1, int) }
      same(primitive(17, little(micros)), TIDE_DURATION) { tide_put_duration($0, $1, micros * 1000) }
      for double in [number, eighths] {
        same(primitive(7, little(double.bitPattern)), TIDE_F64) { tide_put_f64($0, $1, double) }
        let float = Float(double)
        same(primitive(14, little(float.bitPattern)), TIDE_F32) { tide_put_f32($0, $1, float) }
      }
      let narrow = Int64(Int32(truncatingIfNeeded: int))
      decimal(primitive(8, [scale] + little(Int32(narrow))), narrow >> 63, UInt64(bitPattern: narrow))
      decimal(primitive(9, [scale] + little(int)), int >> 63, UInt64(bitPattern: int))
      decimal(primitive(10, [scale] + little(bits) + little(int >> 8)), int >> 8, bits)
      same(primitive(10, [0] + little(bits) + little(0 as Int64)), TIDE_U64) { tide_put_u64($0, $1, bits) }
      for type in [18, 19] as [UInt8] { same(primitive(type, little(int)), TIDE_TIME) { tide_put_time($0, $1, int) } }
      for type in [12, 13] as [UInt8] {
        same(primitive(type, little(micros)), TIDE_TIME) { tide_put_time($0, $1, micros * 1000) }
      }
      same(primitive(11, little(days)), TIDE_TIME) { tide_put_time($0, $1, Int64(days) * 86_400_000_000_000) }
      same([UInt8(short.count) << 2 | 1] + short, TIDE_UTF8) { tide_put_str_n($0, $1, chars, UInt64(short.count)) }
      same(primitive(16, little(UInt32(text.count)) + text), TIDE_UTF8) { tide_put_str_n($0, $1, chars, UInt64(text.count)) }
      same(primitive(15, little(UInt32(text.count)) + text), TIDE_BINARY) { tide_put_binary($0, $1, text, UInt64(text.count)) }
      let uuid = little(bits) + little(int)
      same(primitive(20, uuid), TIDE_FIXED, 16) { tide_put_fixed($0, $1, uuid, 16) }
    }
  }

  @Test func `a decimal of up to 15 digits is the double that is written like it`() {
    var random = SplitMix(seed: 7)
    for _ in 0..<20_000 {
      let digits = Int64(random.next() % 1_000_000_000_000_000) >> Int64(random.next() % 48), scale = UInt8(random.next() % 23)
      let signed = random.next() % 2 == 0 ? digits : -digits
      let double = Double("\(signed)e-\(scale)")!
      #expect(
        bytes(primitive(9, [scale] + little(signed))) == bytes(primitive(7, little(double.bitPattern))), "\(signed)e-\(scale)")
    }
  }

  @Test func `any bytes have a key, and nothing is written where it does not fit`() {
    var random = SplitMix(seed: 8)
    for round in 0..<20_000 {
      var value = (0..<random.next() % 24).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      if round % 2 == 0, !value.isEmpty { value[0] = UInt8(random.next() % 22) << 2 }
      let whole = bytes(value)
      let capacity = Int(random.next() % 30)
      let (into, length) = key(value, capacity: capacity)
      #expect(length == whole.count && length >= 1)
      #expect(into[capacity...].allSatisfy { $0 == 0xEE })
      if length <= capacity { #expect(Array(into[..<length]) == whole) }
    }
  }
}
