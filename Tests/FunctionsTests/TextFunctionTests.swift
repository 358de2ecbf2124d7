import Frames
import Functions
import Glibc
import PluginManifest
import TestSupport
import Testing

/// Functions that take texts or give one back.
struct TextFunctionTests {
  typealias Value = FunctionBench.Value
  typealias Made = @convention(c) (UnsafePointer<CChar>?, UInt64, UnsafeMutablePointer<CChar>?, UInt64) -> UInt64

  private static let length: @convention(c) (UnsafePointer<CChar>?, UInt64) -> UInt64 = { $1 }

  /// Writes its text twice, as far as there is room.
  private static let twice: Made = { text, length, room, capacity in
    if 2 * length <= capacity {
      memcpy(room!, text!, Int(length))
      memcpy(room! + Int(length), text!, Int(length))
    }
    return 2 * length
  }

  private func bench(_ function: @escaping Made, rejectsNulls: Bool = false) throws -> FunctionBench {
    try FunctionBench(
      .init(result: .str, columns: [.str]), in: ["s"], rejectsNulls: rejectsNulls, function: .to(function))
  }

  @Test func `texts arrive with their length: empty, with letters of any kind, with a NUL inside`() throws {
    let bench = try FunctionBench(.init(result: .u64, columns: [.str]), in: ["s"], function: .to(Self.length))
    try bench.process(try frame("s", ["", "abc", "größe €", "a\0b", nil]))
    #expect(bench.values() == [.natural(0), .natural(3), .natural(11), .natural(3), nil])
  }

  @Test func `texts of a dictionary and a constant text arrive as any other`() throws {
    let bench = try FunctionBench(.init(result: .u64, columns: [.str]), in: ["s"], function: .to(Self.length))
    let words = ["one", "three", ""]
    try bench.process(
      try frame(rows: 1000) {
        _ = try $0.addColumn("s", .string)
      } row: {
        $0.put(0, words[$1 % 3])
      }, rows: [0, 1, 2, 999])
    #expect(bench.values() == [.natural(3), .natural(5), .natural(0), .natural(3)])
    try bench.process(
      try frame(rows: 2) {
        _ = try $0.addColumn("s", .string)
        $0.setConstant(0, "sevenfold")
      } row: { _, _ in
      })
    #expect(bench.values().suffix(2) == [.natural(9), .natural(9)])
  }

  @Test func `two texts and a number go to one function`() throws {
    let compare: @convention(c) (UnsafePointer<CChar>?, UInt64, UnsafePointer<CChar>?, UInt64, Int64) -> Int64 = {
      Int64(memcmp($0!, $2!, Int(min($1, $3)))).signum() * $4
    }
    let bench = try FunctionBench(
      .init(result: .i64, columns: [.str, .str, .i64]), in: ["s", "t", "n"], function: .to(compare))
    try bench.process(
      try frame(rows: 3) {
        _ = try $0.addColumn("s", .string)
        _ = try $0.addColumn("t", .string)
        _ = try $0.addColumn("n", .int)
      } row: {
        $0.put(0, ["a", "b", "c"][$1])
        $0.put(1, "b")
        $0.put(2, Int64(7))
      })
    #expect(bench.values() == [.int(-7), .int(0), .int(7)])
  }

  @Test(arguments: [1, 1024, 65536])
  func `a text that comes back is written into the host's memory`(rows: Int) throws {
    let bench = try bench(Self.twice)
    try bench.process(
      try frame(rows: rows) {
        _ = try $0.addColumn("s", .string)
      } row: { builder, row in
        if row % 5 != 3 { builder.put(0, row % 7 == 0 ? "" : "é\(row)") }
      })
    let expected = (0..<rows).map { row -> Value? in
      row % 5 == 3 ? nil : .text(row % 7 == 0 ? "" : "é\(row)é\(row)")
    }
    #expect(bench.values() == expected)
  }

  @Test func `a function that says a length without the room for it is called again with the room`() throws {
    let bench = try bench(Self.twice)
    let long = String(repeating: "0123456789", count: 5000)
    try bench.process(try frame("s", ["a", long, "b", long]))
    #expect(bench.values() == [.text("aa"), .text(long + long), .text("bb"), .text(long + long)])
  }

  @Test func `texts that are too much for one frame go into several`() throws {
    let bench = try bench(Self.twice)
    let long = String(repeating: "0123456789", count: 45_000)
    let rows = (0..<40).map { "\($0)" + ($0 % 3 == 0 ? "" : long) }
    try bench.process(try frame("s", rows))
    #expect(bench.values() == rows.map { .text($0 + $0) })
    #expect(bench.bench.rejects.isEmpty && bench.bench.failures.isEmpty)
  }

  @Test func `no text is null, and a text that is none rejects its row`() throws {
    // "-" has none, "!" is not UTF-8, "?" is longer each time, "#" is too long, the rest is itself.
    let odd: Made = { text, length, room, capacity in
      switch length == 0 ? 0 : UInt8(bitPattern: text![0]) {
      case UInt8(ascii: "-"): return .max
      case UInt8(ascii: "!"):
        room![0] = CChar(bitPattern: 0xC3)
        return 1
      case UInt8(ascii: "?"): return capacity + 1
      case UInt8(ascii: "#"): return 1 << 30
      default:
        memcpy(room!, text!, Int(length))
        return length
      }
    }
    let bench = try bench(odd)
    try bench.process(try frame("s", ["a", "-", "!", nil, "?", "#", "b"]))
    #expect(bench.values() == [.text("a"), nil, nil, .text("b")])
    #expect(bench.values("s") == [.text("a"), .text("-"), nil, .text("b")])
    #expect(bench.bench.rejects.map(\.row) == [2, 4, 5])
    #expect(
      bench.bench.rejects.map(\.why) == [
        "f gave back a text that is not UTF-8", "f asks for more room each time it is called",
        "f gave back a text of more than 1048576 bytes",
      ])
  }

  @Test func `selections, nulls that reject, and rows that the result rejects go together`() throws {
    let fussy: Made = { text, length, room, capacity in
      guard length == 1 else {
        room![0] = CChar(bitPattern: 0xFF)
        return 1
      }
      room![0] = text![0] - 32
      return 1
    }
    let bench = try bench(fussy, rejectsNulls: true)
    try bench.process(try frame("s", ["a", "xx", nil, "b", "c", "yy"]), rows: [1, 2, 3, 4, 5])
    #expect(bench.values() == [.text("B"), .text("C")])
    #expect(Set(bench.bench.rejects.map(\.row)) == [1, 2, 5])
    try bench.process(try frame("s", ["xx"]))
    #expect(bench.frames.count == 1)
  }

  @Test func `a text made of a number`() throws {
    let hex: @convention(c) (UInt64, UnsafeMutablePointer<CChar>?, UInt64) -> UInt64 = { number, room, capacity in
      let digits = Array(String(number, radix: 16).utf8)
      if digits.count <= Int(capacity) { for (index, digit) in digits.enumerated() { room![index] = CChar(digit) } }
      return UInt64(digits.count)
    }
    let bench = try FunctionBench(.init(result: .str, columns: [.u64]), in: ["n"], function: .to(hex))
    try bench.process(try frame("n", [255, 0, nil, .max] as [Int64?]))
    #expect(bench.values() == [.text("ff"), .text("0"), nil, .text("7fffffffffffffff")])
  }
}
