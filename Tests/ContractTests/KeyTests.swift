import CTidemill
import Testing

struct KeyTests {
  /// Bytes (i * 37 + 11) mod 256, seed, hash; from the reference implementation, xxHash 0.8.
  private static let vectors: [(Int, UInt64, UInt64)] = [
    (0, 0, 0xEF46_DB37_51D8_E999),
    (0, 0x9E37_79B9_7F4A_7C15, 0xC434_9FC9_3C01_0000),
    (1, 0, 0xF592_C0C7_639C_4CB6),
    (1, 0x9E37_79B9_7F4A_7C15, 0x3F7E_BBD0_A20F_83CC),
    (3, 0, 0x22C0_8528_601D_4F27),
    (3, 0x9E37_79B9_7F4A_7C15, 0xB829_B5FB_BA7F_12FB),
    (4, 0, 0xFB1E_5CF2_F1AE_4D95),
    (4, 0x9E37_79B9_7F4A_7C15, 0x4D32_E4C8_42C6_371E),
    (7, 0, 0x5613_AC51_0496_C04E),
    (7, 0x9E37_79B9_7F4A_7C15, 0x5663_14BF_1BDA_8AAB),
    (8, 0, 0x57CB_2B75_21F3_E21A),
    (8, 0x9E37_79B9_7F4A_7C15, 0x696E_1FE0_E0DF_37F4),
    (15, 0, 0x90A9_714E_B00E_8D29),
    (15, 0x9E37_79B9_7F4A_7C15, 0x1706_9DD5_19D9_0D9D),
    (31, 0, 0xE4A0_E629_E519_A4AE),
    (31, 0x9E37_79B9_7F4A_7C15, 0xA348_B910_BC65_B7BD),
    (32, 0, 0xCC6B_8AAA_DA79_0B2D),
    (32, 0x9E37_79B9_7F4A_7C15, 0x41C2_EADA_450D_18F0),
    (33, 0, 0x35EC_4985_0475_A832),
    (33, 0x9E37_79B9_7F4A_7C15, 0xB6F8_C0B7_6AF8_F9DA),
    (63, 0, 0xBF9F_0BA3_CF95_B28A),
    (63, 0x9E37_79B9_7F4A_7C15, 0xDCFE_3172_0304_F52B),
    (64, 0, 0x155C_CCE4_BF32_BEFC),
    (64, 0x9E37_79B9_7F4A_7C15, 0x4779_D2A2_6A50_85A9),
    (100, 0, 0x4826_E367_566E_A023),
    (100, 0x9E37_79B9_7F4A_7C15, 0xE384_91A6_DAEB_0E8A),
    (255, 0, 0x178E_A4A7_D231_9ABE),
    (255, 0x9E37_79B9_7F4A_7C15, 0x0D39_8C42_F750_93DB),
  ]

  @Test func `XXH64 gives the reference's values`() {
    for (length, seed, hash) in Self.vectors {
      let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 * 37 + 11) }
      #expect(tide_xxh64(bytes, UInt64(length), seed) == hash, "\(length) bytes, seed \(seed)")
    }
  }

  @Test func `the canonical bytes and groups of keys never change`() throws {
    let rows = KeyRows()
    let expected: [(column: Int32, row: UInt32, bytes: [UInt8], group: UInt32)] = [
      (rows.absent, 0, [0], 116),
      (rows.bool, 0, [1], 69),
      (rows.bool, 1, [2], 37),
      (rows.bool, 2, [0], 116),
      (rows.int, 0, [3, 42, 0, 0, 0, 0, 0, 0, 0], 124),
      (rows.int, 1, [3] + [UInt8](repeating: 0xFF, count: 8), 98),
      (rows.double, 0, [4, 0, 0, 0, 0, 0, 0, 0xE0, 0x3F], 108),
      (rows.double, 1, [3, 42, 0, 0, 0, 0, 0, 0, 0], 124),
      (rows.double, 2, [4, 0, 0, 0, 0, 0, 0, 0xF8, 0x7F], 20),
      (rows.text, 0, [5] + Array("sensor-7".utf8), 75),
      (rows.text, 1, [5], 40),
      (rows.binary, 0, [6, 0x00, 0xFF], 93),
      (rows.time, 0, [7, 0x00, 0x00, 0x2A, 0x36, 0xFE, 0x9C, 0x97, 0x17], 40),
    ]
    for (column, row, bytes, group) in expected {
      var into = [UInt8](repeating: 0xEE, count: 16)
      let length = tide_key_bytes(rows.frame, column, row, &into, 16)
      #expect(Array(into[..<Int(length)]) == bytes, "column \(column), row \(row)")
      #expect(tide_key_group(into, length) == group, "column \(column), row \(row)")
      #expect(tide_key_bytes(rows.frame, column, row, nil, 0) == length)
    }
  }

  @Test func `doubles that are integers are integers, and there is one NaN`() {
    let rows = KeyRows()
    #expect(rows.key(rows.extremes, 0) == [3, 0, 0, 0, 0, 0, 0, 0, 0])
    #expect(rows.key(rows.extremes, 1)[0] == 4)
    #expect(rows.key(rows.extremes, 2) == [4, 0, 0, 0, 0, 0, 0, 0xF8, 0x7F])
  }

  @Test func `a duration is the integer that it holds`() {
    let rows = KeyRows()
    rows.setType(of: rows.int, to: TIDE_DURATION)
    #expect(rows.key(rows.int, 0) == [3, 42, 0, 0, 0, 0, 0, 0, 0])
    #expect(rows.key(rows.int, 1) == [3] + [UInt8](repeating: 0xFF, count: 8))
  }

  @Test(arguments: [TIDE_LIST, TIDE_STRUCT])
  func `a list or a structure counts as absent`(type: Int32) {
    let rows = KeyRows()
    rows.setType(of: rows.int, to: type)
    #expect(rows.key(rows.int, 0) == [0])
  }

  @Test func `unsigned integers and decimals that are equal to others have the bytes of those`() {
    let decimal: (Int64, UInt64, UInt32) -> [UInt8] = { high, low, scale in
      storageKey(UInt32(TIDE_DECIMAL128), 38 << 8 | scale) { tide_put_decimal($0, $1, high, low) }
    }
    let unsigned: (UInt64) -> [UInt8] = { value in storageKey(UInt32(TIDE_U64), 0) { tide_put_u64($0, $1, value) } }
    #expect(unsigned(42) == [3, 42, 0, 0, 0, 0, 0, 0, 0])
    #expect(unsigned(1 << 63) == [4, 0, 0, 0, 0, 0, 0, 0xE0, 0x43])
    #expect(unsigned(.max) == [9] + [UInt8](repeating: 0xFF, count: 8))
    #expect(unsigned(.max - 1023) == [9, 0, 0xFC] + [UInt8](repeating: 0xFF, count: 6))
    #expect(unsigned(.max - 2047) == [4, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xEF, 0x43])
    #expect(decimal(0, 4200, 2) == [3, 42, 0, 0, 0, 0, 0, 0, 0])
    #expect(decimal(-1, UInt64(bitPattern: -4200), 2) == [3, 0xD6] + [UInt8](repeating: 0xFF, count: 7))
    #expect(decimal(0, 0, 30) == [3, 0, 0, 0, 0, 0, 0, 0, 0])
    #expect(decimal(0, 1 << 63, 0) == unsigned(1 << 63))
    #expect(decimal(0, .max, 0) == unsigned(.max))
    #expect(decimal(0, 4250, 2) == [4, 0, 0, 0, 0, 0, 0x40, 0x45, 0x40])
    #expect(decimal(-1, UInt64(bitPattern: -4250), 2) == [4, 0, 0, 0, 0, 0, 0x40, 0x45, 0xC0])
    #expect(decimal(0, 1, 1) == [4, 0x9A, 0x99, 0x99, 0x99, 0x99, 0x99, 0xB9, 0x3F])
    #expect(decimal(0, 999_999_999_999_999, 22)[0] == 4)
    #expect(
      decimal(0, 1_000_000_000_000_001, 1) == [10, 1, 0x01, 0x80, 0xC6, 0xA4, 0x7E, 0x8D, 0x03]
        + [UInt8](repeating: 0, count: 9))
    #expect(decimal(0, 1, 23) == [10, 23, 1] + [UInt8](repeating: 0, count: 15))
    #expect(decimal(1, 0, 0) == [10, 0] + [UInt8](repeating: 0, count: 8) + [1, 0, 0, 0, 0, 0, 0, 0])
    #expect(decimal(.min, 0, 0) == [10, 0] + [UInt8](repeating: 0, count: 15) + [0x80])
    #expect(storageKey(UInt32(TIDE_FIXED), 3) { tide_put_fixed($0, $1, "abc", 3) } == [6, 0x61, 0x62, 0x63])
    #expect(storageKey(UInt32(TIDE_I8), 0) { tide_put_i8($0, $1, -2) } == [3, 0xFE] + [UInt8](repeating: 0xFF, count: 7))
    #expect(storageKey(UInt32(TIDE_F32), 0) { tide_put_f32($0, $1, 0.5) } == [4, 0, 0, 0, 0, 0, 0, 0xE0, 0x3F])
  }

  @Test func `a composite key has a length before each part, and a single one has none`() {
    let rows = KeyRows()
    var into = [UInt8](repeating: 0, count: 64)
    let columns = [rows.text, rows.int]
    let length = tide_key_bytes_n(rows.frame, columns, 2, 0, &into, 64)
    let expected: [UInt8] = [8, 9, 0, 0, 0, 5] + Array("sensor-7".utf8) + [9, 0, 0, 0, 3, 42, 0, 0, 0, 0, 0, 0, 0]
    #expect(Array(into[..<Int(length)]) == expected)
    for capacity in 0..<length {
      var small = [UInt8](repeating: 0xEE, count: 64)
      #expect(tide_key_bytes_n(rows.frame, columns, 2, 0, &small, capacity) == length)
      #expect(small[Int(capacity)...].allSatisfy { $0 == 0xEE })
    }
    #expect(tide_key_bytes_n(rows.frame, [rows.int], 1, 0, &into, 64) == 9)
  }
}

/// Key bytes of one value in a column of a type for storage.
func storageKey(
  _ type: UInt32, _ parameter: UInt32, _ put: (UnsafeMutablePointer<tide_builder>, Int32) -> tide_status
) -> [UInt8] {
  var b = tide_builder()
  tide_b_init(&b)
  defer { tide_b_free(&b) }
  let column = tide_b_col_param(&b, "value", type, parameter, TIDE_NONE_ROLE)
  _ = put(&b, column)
  tide_end_row(&b)
  let size = tide_b_size(&b)
  let memory = UnsafeMutableRawPointer.allocate(byteCount: Int(size), alignment: 64)
  defer { memory.deallocate() }
  tide_b_write(&b, memory, size)
  var into = [UInt8](repeating: 0xEE, count: 256)
  let length = tide_key_bytes(memory.assumingMemoryBound(to: tide_frame.self), column, 0, &into, 256)
  return Array(into[..<Int(length)])
}

/// Three rows with a value of each type, built by the C builder.
private final class KeyRows {
  let memory: UnsafeMutableRawPointer
  let bool, int, double, text, binary, time, extremes: Int32
  let absent: Int32 = -1
  var frame: UnsafePointer<tide_frame> { UnsafePointer(memory.assumingMemoryBound(to: tide_frame.self)) }

  init() {
    var b = tide_builder()
    tide_b_init(&b)
    defer { tide_b_free(&b) }
    bool = tide_b_col(&b, "bool", UInt32(TIDE_BOOL), TIDE_NONE_ROLE)
    int = tide_b_col(&b, "int", UInt32(TIDE_I64), TIDE_NONE_ROLE)
    double = tide_b_col(&b, "double", UInt32(TIDE_F64), TIDE_NONE_ROLE)
    text = tide_b_col(&b, "text", UInt32(TIDE_UTF8), TIDE_NONE_ROLE)
    binary = tide_b_col(&b, "binary", UInt32(TIDE_BINARY), TIDE_NONE_ROLE)
    time = tide_b_col(&b, "time", UInt32(TIDE_TIME), TIDE_NONE_ROLE)
    extremes = tide_b_col(&b, "extremes", UInt32(TIDE_F64), TIDE_NONE_ROLE)
    let numbers: [(Int64, Double, Double)] = [(42, 0.5, -0.0), (-1, 42, 9_223_372_036_854_775_808), (0, .nan, -.signalingNaN)]
    for (row, (integer, number, extreme)) in numbers.enumerated() {
      if row < 2 { tide_put_bool(&b, bool, Int32(row)) }
      tide_put_i64(&b, int, integer)
      tide_put_f64(&b, double, number)
      tide_put_str(&b, text, row == 0 ? "sensor-7" : "")
      tide_put_binary(&b, binary, [0x00, 0xFF] as [UInt8], 2)
      tide_put_time(&b, time, 1_700_000_000_000_000_000)
      tide_put_f64(&b, extremes, extreme)
      tide_end_row(&b)
    }
    let size = tide_b_size(&b)
    memory = .allocate(byteCount: Int(size), alignment: 64)
    tide_b_write(&b, memory, size)
  }

  deinit { memory.deallocate() }

  /// Key bytes of a value of at most eight bytes.
  func key(_ column: Int32, _ row: UInt32) -> [UInt8] {
    var into = [UInt8](repeating: 0, count: 9)
    let length = tide_key_bytes(frame, column, row, &into, 9)
    return Array(into[..<Int(length)])
  }

  /// Gives a column another type than it was built with.
  func setType(of column: Int32, to type: Int32) {
    UnsafeMutablePointer(mutating: tide_col(frame, column))!.pointee.type = UInt8(type)
  }
}
