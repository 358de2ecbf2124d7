import CTidemill
import Frames
import Functions
import Glibc
import PluginManifest
import TestSupport
import Testing

/// Functions of numbers, row by row.
struct FunctionTests {
  typealias Value = FunctionBench.Value

  private static let twice: @convention(c) (Double) -> Double = { 2 * $0 }
  private static let distance: @convention(c) (Double, Double) -> Double = { hypot($0, $1) }

  @Test(arguments: [1, 1024, 65536])
  func `a function is called for each row, and its result is one column more`(rows: Int) throws {
    let bench = try FunctionBench(.init(result: .f64, columns: [.f64]), in: ["x"], function: .to(Self.twice))
    try bench.process(try frame("x", (0..<rows).map { Double($0) / 4 }))
    #expect(bench.values() == (0..<rows).map { .double(Double($0) / 2) })
    #expect(bench.values("x") == (0..<rows).map { .double(Double($0) / 4) })
    #expect(bench.frames.count == 1 && bench.bench.rejects.isEmpty)
  }

  @Test func `a function of two fields is given them in the order of the manifest`() throws {
    let minus: @convention(c) (Double, Double) -> Double = { $0 - $1 }
    let bench = try FunctionBench(.init(result: .f64, columns: [.f64, .f64]), in: ["b", "a"], function: .to(minus))
    try bench.process(
      try frame(rows: 2) {
        _ = try $0.addColumn("a", .double)
        _ = try $0.addColumn("b", .double)
      } row: {
        $0.put(0, Double($1))
        $0.put(1, 10.5)
      })
    #expect(bench.values() == [.double(10.5), .double(9.5)])
  }

  // MARK: Limits of the types: compiled, and through libffi, which a constant of an unusual type asks for

  @Test(arguments: [false, true])
  func `whole numbers go in and out unchanged up to the ends of their types`(throughLibffi: Bool) throws {
    let extra: [FunctionSignature.ValueType] = throughLibffi ? [.f32, .f32] : []
    let args: [FunctionSignature.Constant] = throughLibffi ? [.number(1), .number(2)] : []
    let i64: @convention(c) (Int64) -> Int64 = { $0 }
    let i64s: @convention(c) (Int64, Float, Float) -> Int64 = { $1 == 1 && $2 == 2 ? $0 : 0 }
    let wide: [Int64] = [.min, -1, 0, 1, .max]
    var bench = try FunctionBench(
      .init(result: .i64, columns: [.i64], constants: extra), in: ["n"], args: args,
      function: throughLibffi ? .to(i64s) : .to(i64))
    try bench.process(try frame("n", wide.map { $0 }))
    #expect(bench.values() == wide.map { .int($0) })

    let i32: @convention(c) (Int32) -> Int32 = { $0 }
    let i32s: @convention(c) (Int32, Float, Float) -> Int32 = { $1 == 1 && $2 == 2 ? $0 : 0 }
    let narrow = [Int64(Int32.min), -1, 0, 1, Int64(Int32.max)]
    bench = try FunctionBench(
      .init(result: .i32, columns: [.i32], constants: extra), in: ["n"], args: args,
      function: throughLibffi ? .to(i32s) : .to(i32))
    try bench.process(try frame("n", narrow.map { $0 }))
    #expect(bench.values() == narrow.map { .int($0) })

    let u64: @convention(c) (UInt64) -> UInt64 = { $0 }
    let u64s: @convention(c) (UInt64, Float, Float) -> UInt64 = { $1 == 1 && $2 == 2 ? $0 : 0 }
    let natural: [UInt64] = [0, 1, UInt64(Int64.max), .max]
    bench = try FunctionBench(
      .init(result: .u64, columns: [.u64], constants: extra), in: ["n"], args: args,
      function: throughLibffi ? .to(u64s) : .to(u64))
    let column = try frame(rows: 4) {
      _ = try $0.addColumn("n", .uint64)
    } row: {
      $0.put(0, natural[$1])
    }
    try bench.process(column)
    #expect(bench.values() == natural.map { .natural($0) })
  }

  @Test(arguments: [false, true])
  func `doubles and floats keep signs, subnormals, infinities and NaN`(throughLibffi: Bool) throws {
    let extra: [FunctionSignature.ValueType] = throughLibffi ? [.i32, .i32] : []
    let args: [FunctionSignature.Constant] = throughLibffi ? [.integer(-1), .integer(7)] : []
    let f64: @convention(c) (Double) -> Double = { $0 }
    let f64s: @convention(c) (Double, Int32, Int32) -> Double = { $1 == -1 && $2 == 7 ? $0 : 0 }
    let values: [Double] = [
      -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, .infinity, -.infinity, .nan,
    ]
    var bench = try FunctionBench(
      .init(result: .f64, columns: [.f64], constants: extra), in: ["x"], args: args,
      function: throughLibffi ? .to(f64s) : .to(f64))
    try bench.process(try frame("x", values.map { $0 }))
    #expect(bits(bench.values()) == values.map(\.bitPattern))

    let f32: @convention(c) (Float) -> Float = { $0 }
    let f32s: @convention(c) (Float, Int32, Int32) -> Float = { $1 == -1 && $2 == 7 ? $0 : 0 }
    let singles: [Float] = [-0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude, .infinity, -.infinity, .nan]
    bench = try FunctionBench(
      .init(result: .f32, columns: [.f32], constants: extra), in: ["x"], args: args,
      function: throughLibffi ? .to(f32s) : .to(f32))
    try bench.process(try frame("x", singles.map { Double($0) }))
    #expect(bits(bench.values()) == singles.map { Double($0).bitPattern })
  }

  private func bits(_ values: [Value?]) -> [UInt64] {
    values.map { if case .double(let value) = $0 { value.bitPattern } else { 0 } }
  }

  // MARK: What a type takes

  @Test func `numbers of every column type widen to a double`() throws {
    let bench = try FunctionBench(.init(result: .f64, columns: [.f64]), in: ["x"], function: .to(Self.twice))
    let types: [(ColumnType, (FrameBuilder) -> Void)] = [
      (.int, { $0.put(0, Int64(-3)) }), (.int32, { $0.put(0, Int32(-3)) }), (.int8, { $0.put(0, Int8(-3)) }),
      (.float, { $0.put(0, Float(-3)) }), (.double, { $0.put(0, -3.0) }),
    ]
    for (type, put) in types {
      try bench.process(
        try frame(rows: 3) {
          _ = try $0.addColumn("x", type)
        } row: { builder, _ in
          put(builder)
        })
    }
    #expect(bench.values() == Array(repeating: .double(-6), count: 15))
    let naturals: [(ColumnType, (FrameBuilder) -> Void)] = [
      (.uint16, { $0.put(0, UInt16.max) }), (.uint64, { $0.put(0, UInt64.max) }),
    ]
    for (type, put) in naturals {
      try bench.process(
        try frame(rows: 1) {
          _ = try $0.addColumn("x", type)
        } row: { builder, _ in
          put(builder)
        })
    }
    #expect(bench.values().suffix(2) == [.double(131_070), .double(2 * 18_446_744_073_709_551_615.0)])
  }

  @Test func `a time is its nanoseconds where a 64-bit integer is asked for, and nothing else`() throws {
    let seconds: @convention(c) (Int64) -> Int64 = { $0 / 1_000_000_000 }
    let times = try frame(rows: 2) {
      _ = try $0.addColumn("t", .time)
    } row: {
      $0.put(0, time: Int64($1) * 5_000_000_000)
    }
    let bench = try FunctionBench(.init(result: .i64, columns: [.i64]), in: ["t"], function: .to(seconds))
    try bench.process(times)
    #expect(bench.values() == [.int(0), .int(5)])
    let other = try FunctionBench(.init(result: .f64, columns: [.f64]), in: ["t"], function: .to(Self.twice))
    try other.process(times)
    #expect(other.frames.isEmpty)
    #expect(other.bench.rejects.map(\.why) == Array(repeating: "'t' is a time, which is no f64, the argument 1 of f", count: 2))
  }

  @Test func `a number that does not fit is rejected with its value, and its neighbours are not`() throws {
    let i32: @convention(c) (Int32) -> Int32 = { $0 }
    var bench = try FunctionBench(.init(result: .i32, columns: [.i32]), in: ["n"], function: .to(i32))
    try bench.process(try frame("n", [7, 2_147_483_648, -2_147_483_649, nil, .min, 8] as [Int64?]))
    #expect(bench.values() == [.int(7), nil, .int(8)])
    #expect(bench.bench.rejects.map(\.row) == [1, 2, 4])
    #expect(bench.bench.rejects[0].why == "'n' is 2147483648, which does not fit in i32, the argument 1 of f")

    let u64: @convention(c) (UInt64) -> UInt64 = { $0 }
    bench = try FunctionBench(.init(result: .u64, columns: [.u64]), in: ["n"], function: .to(u64))
    try bench.process(try frame("n", [-1, 5] as [Int64?]))
    #expect(bench.values() == [.natural(5)])
    #expect(bench.bench.rejects.map(\.why) == ["'n' is -1, which does not fit in u64, the argument 1 of f"])

    let i64: @convention(c) (Int64) -> Int64 = { $0 }
    bench = try FunctionBench(.init(result: .i64, columns: [.i64]), in: ["n"], function: .to(i64))
    try bench.process(
      try frame(rows: 2) {
        _ = try $0.addColumn("n", .uint64)
      } row: {
        $0.put(0, $1 == 0 ? UInt64.max : 3)
      })
    #expect(bench.values() == [.int(3)])
    #expect(bench.bench.rejects.map(\.row) == [0])

    let f32: @convention(c) (Float) -> Float = { $0 }
    bench = try FunctionBench(.init(result: .f32, columns: [.f32]), in: ["x"], function: .to(f32))
    try bench.process(try frame("x", [1e300, 0.1] as [Double?]))
    #expect(bench.values() == [.double(Double(Float(0.1)))])
    #expect(bench.bench.rejects.map(\.why) == ["'x' is the double 1e+300, which does not fit in f32, the argument 1 of f"])
  }

  @Test func `a column of another type has its rows rejected, null ones but for`() throws {
    let bench = try FunctionBench(.init(result: .f64, columns: [.f64]), in: ["x"], function: .to(Self.twice))
    try bench.process(try frame("x", ["a text", nil, "another, which is longer than what a message shows of it"]))
    #expect(bench.values() == [nil])
    #expect(
      bench.bench.rejects.map(\.why) == [
        "'x' is 'a text', which is no f64, the argument 1 of f",
        "'x' is 'another, which is longer than what a ...', which is no f64, the argument 1 of f",
      ])
    try bench.process(
      try frame(rows: 1) {
        _ = try $0.addColumn("x", .bool)
      } row: { builder, _ in
        builder.put(0, true)
      })
    #expect(bench.bench.rejects.last?.why == "'x' is true, which is no f64, the argument 1 of f")
  }

  @Test func `values of any kind are taken where their kind fits`() throws {
    func variants(_ bytes: [[UInt8]]) throws -> OwnedFrame {
      try frame(rows: bytes.count) {
        _ = try $0.addColumn("v", .variant)
      } row: { builder, row in
        bytes[row].withUnsafeBytes { builder.put(0, variant: $0) }
      }
    }
    // Parquet's encoding: null, true, the 8-bit integer -2, the double 1.5, the short string "ab".
    let null: [UInt8] = [0]
    let yes: [UInt8] = [1 << 2]
    let number: [UInt8] = [3 << 2, 0xFE]
    let double: [UInt8] = [7 << 2, 0, 0, 0, 0, 0, 0, 0xF8, 0x3F]
    let text: [UInt8] = [2 << 2 | 1, 0x61, 0x62]
    let mixed = try variants([null, yes, number, double, text])

    let f64 = try FunctionBench(.init(result: .f64, columns: [.f64]), in: ["v"], function: .to(Self.twice))
    try f64.process(mixed)
    #expect(f64.values() == [nil, .double(-4), .double(3)])
    #expect(f64.bench.rejects.map(\.why).first == "'v' is true, which is no f64, the argument 1 of f")
    #expect(f64.bench.rejects.map(\.row) == [1, 4])

    let same: @convention(c) (Int64) -> Int64 = { $0 }
    let i64 = try FunctionBench(.init(result: .i64, columns: [.i64]), in: ["v"], function: .to(same))
    try i64.process(mixed)
    #expect(i64.values() == [nil, .int(-2)])
    #expect(i64.bench.rejects.map(\.row) == [1, 3, 4])

    let length: @convention(c) (UnsafePointer<CChar>?, UInt64) -> UInt64 = { $1 }
    let str = try FunctionBench(.init(result: .u64, columns: [.str]), in: ["v"], function: .to(length))
    try str.process(mixed)
    #expect(str.values() == [nil, .natural(2)])
  }

  // MARK: Null

  @Test func `a null argument gives null, and the function does not see it`() throws {
    let bench = try FunctionBench(.init(result: .f64, columns: [.f64, .f64]), in: ["a", "b"], function: .to(Self.distance))
    let a: [Double?] = [3, nil, 5, nil], b: [Double?] = [4, 1, nil, nil]
    try bench.process(
      try frame(rows: 4) {
        _ = try $0.addColumn("a", .double)
        _ = try $0.addColumn("b", .double)
      } row: {
        if let value = a[$1] { $0.put(0, value) }
        if let value = b[$1] { $0.put(1, value) }
      })
    #expect(bench.values() == [.double(5), nil, nil, nil])
    #expect(bench.values("b") == [.double(4), .double(1), nil, nil])
  }

  @Test func `a field that a frame lacks is null in all of its rows`() throws {
    let bench = try FunctionBench(.init(result: .f64, columns: [.f64]), in: ["nowhere"], function: .to(Self.twice))
    try bench.process(try frame("x", [1, 2] as [Double?]))
    #expect(bench.values() == [nil, nil])
  }

  @Test func `with nulls rejected, the row goes and the reason names the field`() throws {
    let bench = try FunctionBench(
      .init(result: .f64, columns: [.f64]), in: ["x"], rejectsNulls: true, function: .to(Self.twice))
    try bench.process(try frame("x", [1, nil, 3] as [Double?]))
    #expect(bench.values() == [.double(2), .double(6)])
    #expect(bench.bench.rejects.map(\.row) == [1])
    #expect(bench.bench.rejects.map(\.why) == ["'x' is null or of another type, and f is not called with nulls"])
    try bench.process(try frame("x", [nil, nil] as [Double?]))
    #expect(bench.frames.count == 1 && bench.bench.rejects.count == 3)
  }

  // MARK: Selections

  @Test func `of a selection only its rows are called for and sent`() throws {
    let bench = try FunctionBench(.init(result: .f64, columns: [.f64]), in: ["x"], function: .to(Self.twice))
    try bench.process(try frame("x", [0, 1, nil, 3, 4] as [Double?]), rows: [1, 2, 4])
    #expect(bench.values() == [.double(2), nil, .double(8)])
    #expect(bench.values("x") == [.double(1), nil, .double(4)])
    try bench.process(try frame("x", [9] as [Double?]), rows: [])
    #expect(bench.frames.count == 1)
  }

  @Test func `any mixture of nulls, misfits, selections and encodings gives what the rows say`() throws {
    let seed: UInt64 = 0xF00D_0001
    var random = SplitMix(seed: seed)
    let mix: @convention(c) (Int32, Double) -> Double = { Double($0) * 1000 + $1 }
    for round in 0..<200 {
      let rejects = Bool.random(using: &random)
      let bench = try FunctionBench(
        .init(result: .f64, columns: [.i32, .f64]), in: ["n", "x"], rejectsNulls: rejects, function: .to(mix))
      let rows = Int.random(in: 1...300, using: &random)
      let numbers: [Int64?] = (0..<rows).map { _ in
        switch Int.random(in: 0..<10, using: &random) {
        case 0: nil
        case 1: Int64(Int32.max) + Int64.random(in: 1...9, using: &random)
        default: Int64.random(in: -9...9, using: &random)
        }
      }
      let isConstant = Bool.random(using: &random)
      let xs: [Double?] = (0..<rows).map { isConstant ? 0.5 : $0 % 7 == round % 7 ? nil : Double($0) / 8 }
      let made = try frame(rows: rows) {
        _ = try $0.addColumn("n", .int)
        _ = try $0.addColumn("x", .double)
        if isConstant { $0.setConstant(1, 0.5) }
      } row: { builder, row in
        if let value = numbers[row] { builder.put(0, value) }
        if !isConstant, let value = xs[row] { builder.put(1, value) }
      }
      let all = Array(0..<rows)
      let chosen = Bool.random(using: &random) ? nil : all.filter { _ in Int.random(in: 0..<3, using: &random) > 0 }
      try bench.process(made, rows: chosen?.map { UInt16($0) })
      var expected: [Value?] = []
      var gone: [Int] = []
      for row in chosen ?? all {
        if let n = numbers[row], Int32(exactly: n) == nil {
          gone.append(row)
        } else if let n = numbers[row], let x = xs[row] {
          expected.append(.double(Double(n) * 1000 + x))
        } else if rejects {
          gone.append(row)
        } else {
          expected.append(nil)
        }
      }
      #expect(bench.values() == expected, "seed \(seed), round \(round)")
      #expect(bench.bench.rejects.map(\.row) == gone, "seed \(seed), round \(round)")
    }
  }
}
