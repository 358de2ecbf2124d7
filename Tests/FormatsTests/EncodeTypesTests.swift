import CTidemill
import Formats
import Frames
import Testing

/// Every type that a column of a frame can have, as text.
@Suite struct EncodeTypesTests {
  /// Two rows: one of values, one of nulls (but for the time).
  private func frame(_ body: (FrameView) throws -> Void) throws {
    let builder = FrameBuilder()
    builder.maxRows = 8
    let time = try builder.addColumn("time", .time, role: .eventTime)
    let bool = try builder.addColumn("bool", .bool)
    let int32 = try builder.addColumn("i32", .int32)
    let uint16 = try builder.addColumn("u16", .uint16)
    let int8 = try builder.addColumn("i8", .int8)
    let float = try builder.addColumn("f32", .float)
    let fixed = try builder.addColumn("fixed", .fixed, parameter: 3)
    let duration = try builder.addColumn("duration", .duration)
    let uint64 = try builder.addColumn("u64", .uint64)
    let decimal = try builder.addColumn("decimal", .decimal, parameter: 38 << 8 | 4)
    let sequence = try builder.addColumn("sequence", .uint64)
    let list = try builder.addColumn("list", .list)
    let structure = try builder.addColumn("structure", .structure)
    let element = try builder.addChild(of: list, .int)
    let name = try builder.addChild(of: structure, "na\"me", .string)
    let inner = try builder.addChild(of: structure, "inner", .list)
    let deep = try builder.addChild(of: inner, .decimal, parameter: 5 << 8 | 2)
    builder.setSequence(sequence, .uint64, base: -2, step: 1)

    builder.put(time, time: 1_700_000_000_000_000_001)
    builder.put(bool, true)
    builder.put(int32, Int32.min)
    builder.put(uint16, UInt16.max)
    builder.put(int8, Int8.min)
    builder.put(float, Float(0.1))
    [UInt8]([0xFB, 0xFF, 0xBF]).withUnsafeBytes { builder.put(fixed, fixed: $0) }
    builder.put(duration, duration: -1_500_000_000)
    builder.put(uint64, UInt64.max)
    builder.put(decimal, decimal: -12_345_678_901_234_567_890_123_456_789)
    builder.put(element, 1)
    builder.putNull(element)
    builder.put(element, -3)
    builder.putList(list)
    builder.put(name, "x,y")
    builder.put(deep, decimal: 5)
    builder.put(deep, decimal: -100)
    builder.putList(inner)
    builder.putStructure(structure)
    builder.endRow()
    builder.put(time, time: 0)
    builder.endRow()
    if let failure = builder.failure { throw failure }
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: builder.byteCount, alignment: 64)
    defer { memory.deallocate() }
    _ = builder.write(into: memory.baseAddress!, capacity: memory.count)
    try body(try FrameValidator.validate(UnsafeRawBufferPointer(memory)))
  }

  private func text(_ frame: FrameView, _ plan: EncodePlan) -> String {
    var batch = tide_batch()
    batch.frame = frame.frame
    batch.count = UInt32(frame.rows)
    let encoder = RecordEncoder(plan)
    return withExtendedLifetime(encoder) { String(decoding: encoder.encode(&batch), as: UTF8.self) }
  }

  @Test func `json has all types`() throws {
    try frame { frame in
      #expect(
        text(frame, EncodePlan()) == """
          {"time":"2023-11-14T22:13:20.000000001Z","bool":true,"i32":-2147483648,"u16":65535,"i8":-128,"f32":0.1,"fixed":"+/+/",\
          "duration":-1500000000,"u64":18446744073709551615,"decimal":-1234567890123456789012345.6789,\
          "sequence":18446744073709551614,"list":[1,null,-3],"structure":{"na\\"me":"x,y","inner":[0.05,-1.00]}}
          {"time":"1970-01-01T00:00:00Z","sequence":18446744073709551615}

          """)
    }
  }

  @Test func `csv has all types, what is inside others as JSON`() throws {
    try frame { frame in
      #expect(
        text(frame, CsvTests.sink) == """
          time,bool,i32,u16,i8,f32,fixed,duration,u64,decimal,sequence,list,structure
          2023-11-14T22:13:20.000000001Z,true,-2147483648,65535,-128,0.1,+/+/,-1500000000,18446744073709551615,\
          -1234567890123456789012345.6789,18446744073709551614,"[1,null,-3]",\
          "{""na\\""me"":""x,y"",""inner"":[0.05,-1.00]}"
          1970-01-01T00:00:00Z,,,,,,,,,,18446744073709551615,,

          """)
    }
  }

  @Test(arguments: EncodePlan.Compression.allCases) func `frames have all types`(compression: EncodePlan.Compression) throws {
    try frame { frame in
      var sink = EncodePlan()
      sink.format = .frame
      sink.compression = compression
      var batch = tide_batch()
      batch.frame = frame.frame
      batch.count = 2
      let encoder = RecordEncoder(sink)
      let stored = Array(encoder.encode(&batch))
      var source = RecordPlan()
      source.format = .frame
      var read = ""
      try stored.withUnsafeBytes { bytes in
        try RecordReader(source).read(
          bytes,
          rows: { frame in
            read = text(frame, EncodePlan())
            return true
          },
          dead: { Issue.record("\($0.reason)") })
      }
      #expect(read == text(frame, EncodePlan()))
    }
  }
}
