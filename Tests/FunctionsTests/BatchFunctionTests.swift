import CTidemill
import Frames
import Functions
import PluginManifest
import TestSupport
import Testing

/// Functions that take columns, constants, and what becomes of a frame.
struct BatchFunctionTests {
  typealias Value = FunctionBench.Value

  private static let double: @convention(c) (UnsafePointer<Double>?, UnsafeMutablePointer<Double>?, UInt64) -> Void = {
    for row in 0..<Int($2) { $1![row] = 2 * $0![row] }
  }

  @Test(arguments: [1, 1024, 65536])
  func `a batch function is called once for all rows`(rows: Int) throws {
    // Each row gets how many there are: a call for each row would say 1.
    let count: @convention(c) (UnsafePointer<Int64>?, UnsafeMutablePointer<Int64>?, UInt64) -> Void = {
      for row in 0..<Int($2) { $1![row] = $0![row] &+ Int64($2) }
    }
    let bench = try FunctionBench(.init(form: .batch, result: .i64, columns: [.i64]), in: ["n"], function: .to(count))
    try bench.process(try frame("n", (0..<Int64(rows)).map { $0 }))
    #expect(bench.values() == (0..<Int64(rows)).map { .int($0 + Int64(rows)) })
  }

  @Test func `rows with nulls are left out of the batch, and come out null in their places`() throws {
    let bench = try FunctionBench(.init(form: .batch, result: .f64, columns: [.f64]), in: ["x"], function: .to(Self.double))
    try bench.process(try frame("x", [nil, 1, nil, 2] as [Double?]))
    #expect(bench.values() == [nil, .double(2), nil, .double(4)])
    try bench.process(try frame("x", [nil, nil] as [Double?]))
    #expect(bench.values().suffix(2) == [nil, nil])
    try bench.process(try frame("x", [1, 2, 3] as [Double?]), rows: [0, 2])
    #expect(bench.values().suffix(2) == [.double(2), .double(6)])
  }

  @Test func `narrow types are columns of their own width for the function`() throws {
    let f32: @convention(c) (UnsafePointer<Float>?, UnsafePointer<Int32>?, UnsafeMutablePointer<Float>?, UInt64) -> Void = {
      for row in 0..<Int($3) { $2![row] = $0![row] * Float($1![row]) }
    }
    let bench = try FunctionBench(
      .init(form: .batch, result: .f32, columns: [.f32, .i32]), in: ["x", "n"], function: .to(f32))
    let made = try frame(rows: 5) {
      _ = try $0.addColumn("x", .double)
      _ = try $0.addColumn("n", .int)
    } row: {
      $0.put(0, 1.5)
      if $1 != 3 { $0.put(1, Int64($1) - 1) }
    }
    try bench.process(made)
    #expect(bench.values() == [.double(-1.5), .double(0), .double(1.5), nil, .double(4.5)])
    let i32: @convention(c) (UnsafePointer<Int32>?, UnsafeMutablePointer<Int32>?, UInt64) -> Void = {
      for row in 0..<Int($2) { $1![row] = -$0![row] }
    }
    let narrow = try FunctionBench(.init(form: .batch, result: .i32, columns: [.i32]), in: ["n"], function: .to(i32))
    try narrow.process(made)
    #expect(narrow.values() == [.int(1), .int(0), .int(-1), nil, .int(-3)])
  }

  // MARK: Constants

  @Test func `constants follow the count in a batch, and the fields in a row`() throws {
    let clamp:
      @convention(c) (
        UnsafePointer<Double>?, UnsafeMutablePointer<Double>?, UInt64, Double, Int32, UnsafePointer<CChar>?, UInt64
      ) ->
        Void = { input, output, count, low, factor, text, length in
          for row in 0..<Int(count) { output![row] = max(low, input![row] * Double(factor)) + Double(length) }
        }
    let batch = try FunctionBench(
      .init(form: .batch, result: .f64, columns: [.f64], constants: [.f64, .i32, .str]), in: ["x"],
      args: [.number(0.5), .integer(-2), .text("four")], function: .to(clamp))
    try batch.process(try frame("x", [1, -3] as [Double?]))
    #expect(batch.values() == [.double(4.5), .double(10)])

    let power: @convention(c) (Double, Int32) -> Double = { base, exponent in
      (0..<exponent).reduce(1) { product, _ in product * base }
    }
    let scalar = try FunctionBench(
      .init(result: .f64, columns: [.f64], constants: [.i32]), in: ["x"], args: [.integer(3)], function: .to(power))
    try scalar.process(try frame("x", [2, nil, -1] as [Double?]))
    #expect(scalar.values() == [.double(8), nil, .double(-1)])
  }

  @Test func `sixteen parameters of all types arrive as they were given`() throws {
    let all:
      @convention(c) (
        Int32, Int64, UInt64, Float, Double, UnsafePointer<CChar>?, UInt64, Int32, Int64, UInt64, Float, Double,
        UnsafePointer<CChar>?,
        UInt64, Double, Double, Double, Double
      ) -> Double = { i, j, u, f, d, text, length, i2, j2, u2, f2, d2, text2, length2, p, q, r, s in
        let right =
          i == -1 && j == -2 && u == 3 && f == 4 && d == 5 && length == 2 && text![1] == 0x62 && i2 == .min && j2 == .max
          && u2 == .max
          && f2 == 0.5 && d2 == -0.25 && length2 == 0
        return right ? p + q + r + s : -1
      }
    let bench = try FunctionBench(
      .init(
        result: .f64, columns: [.i32, .i64, .u64, .f32, .f64, .str],
        constants: [.i32, .i64, .u64, .f32, .f64, .str, .f64, .f64, .f64, .f64]),
      in: ["i", "j", "u", "f", "d", "t"],
      args: [
        .integer(Int64(Int32.min)), .integer(.max), .natural(.max), .number(0.5), .number(-0.25), .text(""), .number(1),
        .number(2),
        .number(3), .number(4),
      ], function: .to(all))
    try bench.process(
      try frame(rows: 3) {
        for name in ["i", "j", "u"] { _ = try $0.addColumn(name, .int) }
        for name in ["f", "d"] { _ = try $0.addColumn(name, .double) }
        _ = try $0.addColumn("t", .string)
      } row: { builder, _ in
        builder.put(0, Int64(-1))
        builder.put(1, Int64(-2))
        builder.put(2, Int64(3))
        builder.put(3, 4.0)
        builder.put(4, 5.0)
        builder.put(5, "ab")
      })
    #expect(bench.values() == [.double(10), .double(10), .double(10)])
  }

  // MARK: The frame that comes out

  @Test func `a result takes the place of a field of its name, whatever that was`() throws {
    let twice: @convention(c) (Double) -> Double = { 2 * $0 }
    let bench = try FunctionBench(.init(result: .f64, columns: [.f64]), in: ["x"], out: "r", function: .to(twice))
    for type in [ColumnType.double, .string, .bool, .variant] {
      try bench.process(
        try frame(rows: 2) {
          _ = try $0.addColumn("r", type)
          _ = try $0.addColumn("x", .double)
          _ = try $0.addColumn("s", .string)
        } row: { builder, row in
          if type == .string { builder.put(0, "old") }
          builder.put(1, Double(row))
          builder.put(2, "kept \(row)")
        })
      let last = try #require(bench.frames.last)
      #expect(last.columnCount == 3)
      #expect(bench.values().suffix(2) == [.double(0), .double(2)])
      #expect(bench.values("s").suffix(2) == [.text("kept 0"), .text("kept 1")])
    }
    let own = try FunctionBench(.init(result: .f64, columns: [.f64]), in: ["x"], out: "x", function: .to(twice))
    try own.process(try frame("x", [1, nil] as [Double?]))
    #expect(own.values("x") == [.double(2), nil])
  }

  @Test func `a field that plays a role keeps its part and loses its name to the result`() throws {
    let seconds: @convention(c) (Int64) -> Int64 = { $0 / 1000 }
    let bench = try FunctionBench(.init(result: .i64, columns: [.i64]), in: ["t"], out: "t", function: .to(seconds))
    try bench.process(
      try frame(rows: 3) {
        _ = try $0.addColumn("t", .time, role: .eventTime)
        _ = try $0.addColumn("k", .string, role: .key)
      } row: {
        $0.put(0, time: Int64($1) * 5000)
        $0.put(1, "a")
      })
    #expect(bench.values("t") == [.int(0), .int(5), .int(10)])
    let made = try #require(bench.frames.first)
    #expect(made.eventTimeRange == 0...10_000)
    #expect(made.columnCount == 3)
  }

  @Test func `a frame near the longest is sent on in pieces`() throws {
    let length: @convention(c) (UnsafePointer<CChar>?, UInt64) -> UInt64 = { $1 }
    let bench = try FunctionBench(.init(result: .u64, columns: [.str]), in: ["s"], function: .to(length))
    let long = String(repeating: "x", count: 220)
    let made = try frame(rows: 60_000) {
      _ = try $0.addColumn("s", .string)
    } row: {
      $0.put(0, long + String($1))
    }
    try bench.process(made)
    #expect(bench.frames.count == 4)
    #expect(bench.values() == (0..<60_000).map { .natural(UInt64(220 + String($0).utf8.count)) })
  }

  @Test func `a library that cannot be loaded fails the opening, not the making`() throws {
    let component = FunctionComponent(
      .init(symbol: "f", signature: .init(result: .f64, columns: [.f64]), inputs: ["x"], output: "r")
    ) {
      () throws(FunctionFailure) in throw FunctionFailure("it is gone")
    }
    var list: UnsafePointer<tide_component>? = component.table
    try withUnsafePointer(to: &list) { list in
      var table = tide_plugin(size: UInt32(MemoryLayout<tide_plugin>.size), count: 1, components: list)
      try withUnsafePointer(to: &table) { table in
        let bench = try PluginBench(table)
        let instance = try bench.create(.operator, "f")
        #expect(throws: (any Error).self) { try instance.open() }
        #expect(bench.failures.map(\.text) == ["it is gone"])
        #expect(bench.failures.map(\.configPath) == ["library"])
      }
    }
    withExtendedLifetime(component) {}
  }
}
