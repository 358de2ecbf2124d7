import CTidemill
import EngineBench
import Frames
import ProofBench
import Synchronization
import Testing

/// Fields of keys of all types that frames have: they come out as they came in, type and value.
@Suite(.serialized) struct WindowKeyTests {
  /// A column of a key: what a frame has, and what is put into its rows, one after the other.
  private struct Column {
    var name: String
    var type: ColumnType
    var parameter = 0
    var values: [(FrameBuilder, Int) -> Void]
  }

  /// A source of frames, one for each list of columns, with a row a microsecond.
  private func source(_ frames: [[Column]]) -> ScriptedComponent {
    let component = ScriptedComponent("in")
    component.poll = { me, _, out in
      guard me.step < frames.count else { return TIDE_END }
      me.step += 1
      let columns = frames[me.step - 1]
      let builder = FrameBuilder()
      guard
        let numbers = try? columns.map({ column -> Int in
          let number = try builder.addColumn(column.name, column.type, parameter: column.parameter)
          if column.type == .variant { VariantKeys.encoded([]).withUnsafeBytes { builder.setKeys(number, metadata: $0) } }
          return number
        }), let time = try? builder.addColumn("", .time, role: .eventTime, nullable: false)
      else { return me.fail(TIDE_E_FATAL, "\(builder.failure!)") }
      for row in columns[0].values.indices {
        for (column, number) in zip(columns, numbers) { column.values[row](builder, number) }
        builder.put(time, time: Int64(row) * 1000)
        _ = builder.endRow()
      }
      if let failure = builder.failure { return me.fail(TIDE_E_FATAL, "\(failure)") }
      return builder.finish(host: me.host, output: out)
    }
    return component
  }

  /// Values of fields as text: `name type value`.
  private static func text(_ column: ColumnView, _ row: Int) -> String {
    guard column.isValid(row) else { return "\(column.name) null" }
    func decimal(_ value: DecimalValue?) -> String { value.map { "decimal \($0.significand) scale \($0.scale)" } ?? "?" }
    let value =
      switch column.type {
      case .uint64?: "uint64 \(tide_u64(column.frame, column.index, UInt32(row)))"
      case .decimal?:
        "decimal(\(tide_col(column.frame, column.index).pointee.param >> 8)) \(column.decimal(row).significand) "
          + "scale \(column.decimal(row).scale)"
      case .double?, .float?: "\(column.type!) \(column.double(row))"
      case .string?: "string \(column.string(row))"
      case .binary?, .fixed?: "\(column.type!) \(Array(column.bytes(row)))"
      case .variant?:
        switch column.variantReader(row).kind {
        case .decimal: "variant \(decimal(column.variantReader(row).decimal))"
        case .int: "variant int \(column.variantReader(row).int!)"
        case .double: "variant double \(column.variantReader(row).double!)"
        case .string: "variant string \(String(decoding: column.variantReader(row).text!, as: UTF8.self))"
        case let kind: "variant \(kind)"
        }
      case let type?: "\(type) \(column.int(row))"
      case nil: "?"
      }
    return "\(column.name) \(value)"
  }

  /// The fields of the keys of all results, sorted.
  private func keys(_ names: [String], _ frames: [[Column]], restoring: Bool) throws -> [String] {
    let found = Mutex<[String]>([])
    let sink = ScriptedComponent("out")
    sink.process = { _, batch, _ in
      let frame = FrameView(batch.pointee.frame!)
      let columns = names.map { name in (0..<frame.columnCount).map { frame.column($0) }.first { $0.name == name }! }
      for index in 0..<batch.pointee.count {
        let row = Int(tide_row(batch.pointee.selection, index))
        found.withLock { $0.append(columns.map { Self.text($0, row) }.joined(separator: ", ")) }
      }
      return TIDE_OK
    }
    let manifest = """
      name: keys
      sources:
        in: { use: file, with: { path: in.frames, format: frame }, watermark: { delay: 0s } }
      operators:
        win: { use: window, from: in, with: { tumbling: 1s, key: [\(names.joined(separator: ", "))], aggregate: { rows: count() } } }
      sinks:
        out: { use: file, from: win, with: { path: out.jsonl } }

      """
    _ = try ManifestRun(manifest, replacing: ["in": source(frames), "out": sink]) {
      restoring ? RestoringComponent($1) { _ in true }.table : $1
    }
    return found.withLock { $0.sorted() }
  }

  private func unsigned(_ values: [UInt64]) -> Column {
    Column(name: "u", type: .uint64, values: values.map { value in { $0.put($1, value) } })
  }

  private func decimals(_ values: [Int128], precision: Int = 38, scale: Int) -> Column {
    Column(name: "d", type: .decimal, parameter: precision << 8 | scale, values: values.map { v in { $0.put($1, decimal: v) } })
  }

  private static let big: Int128 = 123_456_789_012_345_678_901_234_567

  @Test(arguments: [false, true])
  func `numbers beyond 64 bits, decimals and durations keep type and value, alone and with others`(restoring: Bool) throws {
    let u = unsigned([.max, 1 << 63, 5, UInt64.max - 1024])
    let d = decimals([1500, -2000, Self.big, 7], precision: 30, scale: 3)
    let t = Column(name: "t", type: .duration, values: [0, -1, .max, .min].map { v in { $0.put($1, duration: v) } })
    let expected: [[String]] = [
      ["u uint64 18446744073709551615", "u uint64 9223372036854775808", "u uint64 5", "u uint64 18446744073709550591"],
      [
        "d decimal(30) 1500 scale 3", "d decimal(30) -2000 scale 3", "d decimal(30) \(Self.big) scale 3",
        "d decimal(30) 7 scale 3",
      ],
      ["t duration 0", "t duration -1", "t duration \(Int64.max)", "t duration \(Int64.min)"],
    ]
    for (column, wanted) in zip([u, d, t], expected) {
      #expect(try keys([column.name], [[column]], restoring: restoring) == wanted.sorted())
    }
    let together = (0..<4).map { row in expected.map { $0[row] }.joined(separator: ", ") }
    #expect(try keys(["u", "d", "t"], [[u, d, t]], restoring: restoring) == together.sorted())
  }

  @Test func `narrow numbers, fixed bytes and nulls too`() throws {
    let columns = [
      Column(name: "a", type: .int32, values: [-7, 1 << 30].map { v in { $0.put($1, v as Int32) } }),
      Column(name: "b", type: .uint16, values: [0, 65535].map { v in { $0.put($1, v as UInt16) } }),
      Column(name: "c", type: .int8, values: [-128, 127].map { v in { $0.put($1, v as Int8) } }),
      Column(name: "f", type: .float, values: [0.1, 3].map { v in { $0.put($1, v as Float) } }),
      Column(
        name: "x", type: .fixed, parameter: 3,
        values: [[1, 2, 3], [0, 0, 255]].map { v in
          { builder, column in (v as [UInt8]).withUnsafeBytes { builder.put(column, fixed: $0) } }
        }),
      Column(name: "n", type: .uint64, values: [{ $0.putNull($1) }, { $0.put($1, 9 as UInt64) }]),
    ]
    let expected = [
      "a int32 -7, b uint16 0, c int8 -128, f float \(Double(Float(0.1))), x fixed [1, 2, 3], n null",
      "a int32 1073741824, b uint16 65535, c int8 127, f float 3.0, x fixed [0, 0, 255], n uint64 9",
    ]
    #expect(try keys(columns.map(\.name), [columns], restoring: false) == expected.sorted())
    #expect(try keys(columns.map(\.name), [columns], restoring: true) == expected.sorted())
  }

  @Test func `a field of several types has one that holds them all, and no number loses a digit`() throws {
    let ints = Column(name: "u", type: .int, values: [{ $0.put($1, -3 as Int64) }])
    let small = Column(name: "u", type: .int8, values: [{ $0.put($1, 4 as Int8) }])
    let text = Column(
      name: "u", type: .string,
      values: [{ builder, column in Array("x".utf8).withUnsafeBytes { builder.put(column, utf8: $0) } }])
    #expect(try keys(["u"], [[ints], [small]], restoring: false) == ["u int -3", "u int 4"])
    #expect(
      try keys(["u"], [[unsigned([.max, 6])], [ints], [text]], restoring: false)
        == ["u variant decimal 18446744073709551615 scale 0", "u variant int -3", "u variant int 6", "u variant string x"])
    // 1.5 is one key whatever its scale.
    #expect(
      try keys(["d"], [[decimals([15, Self.big], scale: 1)], [decimals([150, 1], scale: 2)]], restoring: false)
        == ["d variant decimal \(Self.big) scale 1", "d variant double 0.01", "d variant double 1.5"])
  }

  private func variants(_ values: [(VariantEncoder) -> Void]) -> Column {
    Column(
      name: "v", type: .variant,
      values: values.map { put in
        { builder, column in
          let encoder = VariantEncoder()
          put(encoder)
          builder.put(column, variant: encoder.bytes(from: 0))
        }
      })
  }

  @Test(arguments: [false, true]) func `a number of a field without a type keeps what 64 bits cannot hold`(restoring: Bool)
    throws
  {
    let column = variants([
      { $0.put(decimal: Int128(UInt64.max), scale: 0) }, { $0.put(decimal: Self.big, scale: 2) }, { $0.put(int: 3) },
    ])
    #expect(
      try keys(["v"], [[column]], restoring: restoring)
        == ["v variant decimal \(Self.big) scale 2", "v variant decimal 18446744073709551615 scale 0", "v variant int 3"])
  }

  @Test(arguments: [false, true])
  func `a value without a type is the key that it is in a column of its own, and so is each of its forms`(restoring: Bool)
    throws
  {
    let ints = Column(name: "v", type: .int, values: [1, 2, 3].map { v in { $0.put($1, v as Int64) } })
    let doubles = Column(name: "v", type: .double, values: [1, 2.5].map { v in { $0.put($1, v as Double) } })
    let texts = Column(
      name: "v", type: .string,
      values: [{ builder, column in Array("x".utf8).withUnsafeBytes { builder.put(column, utf8: $0) } }])
    let mixed = variants([
      { $0.put(1.0) }, { $0.put(int: 2) }, { $0.put(decimal: 250, scale: 2) }, { $0.put(decimal: 3, scale: 0) },
      { encoder in Array("x".utf8).withUnsafeBytes { encoder.put(text: $0) } }, { $0.put(true) }, { $0.put(time: 5) },
      { encoder in [7 as UInt8].withUnsafeBytes { encoder.put(binary: $0) } },
    ])
    #expect(
      try keys(["v"], [[ints], [mixed], [doubles], [texts]], restoring: restoring) == [
        "v variant binary", "v variant bool", "v variant double 2.5", "v variant int 1", "v variant int 2", "v variant int 3",
        "v variant string x", "v variant time",
      ])
  }

  @Test func `a list without a type is a key of its own, and not the binary of its bytes`() throws {
    let column = variants([
      { encoder in _ = encoder.endArray(encoder.begin()) },
      { encoder in [3 as UInt8, 0, 0].withUnsafeBytes { encoder.put(binary: $0) } },
    ])
    #expect(try keys(["v"], [[column]], restoring: false) == ["v null", "v variant binary"])
  }
}
