import CHost
import CTidemill
import Frames
import TestSupport
import Testing

private typealias S = SampleFrame

struct FrameValidatorTests {
  @Test func `the sample frame keeps every rule`() throws {
    let sample = try SampleFrame()
    let view = try FrameValidator.validate(sample.bytes.raw)
    #expect(view.columnCount == 11 && view.descriptorCount == 15)
    #expect(view.hasVerbatim && view.hasRowWatermark)
    #expect(view.column(S.key).encoding == .dictionary)
  }

  @Test func `the sample frame of types for storage keeps every rule`() throws {
    let sample = try SampleFrame.nested()
    let view = try FrameValidator.validate(sample.bytes.raw)
    #expect(view.columnCount == 12 && view.descriptorCount == 19)
    #expect(view.column(S.Nested.list).child(0).index == Int32(S.Nested.element))
    #expect(view.column(S.Nested.structure).child(named: "tags")?.child(0).index == Int32(S.Nested.tag))
    #expect(view.column(S.Nested.key).dictionary?.index == Int32(S.Nested.keyDictionary))
  }

  @Test(arguments: Breach.all)
  func `a frame that breaks one rule is refused for that rule`(breach: Breach) throws {
    let sample = breach.isNested ? try SampleFrame.nested() : try SampleFrame()
    breach.edit(sample)
    do {
      try breach.validate(sample)
      Issue.record("the frame was accepted")
    } catch {
      #expect(error.rule == breach.rule, "\(error)")
      #expect(error.offset <= sample.bytes.count)
      #expect(!error.reason.isEmpty)
    }
  }

  /// The table of rules is read from the page: its rows begin with one number or several.
  @Test func `every rule of docs/frames.md has a frame that breaks it, and no other rule is reported`() throws {
    let lines = try Files.text(ProjectPaths.path("docs/frames.md")).split(separator: "\n", omittingEmptySubsequences: false)
    let table = lines.drop { $0 != "| Rule | |" }.dropFirst(2).prefix { $0.hasPrefix("|") }
    let documented = table.flatMap { row in
      row.split(separator: "|")[0].split(separator: ",").compactMap { Int($0.filter(\.isNumber)) }
    }
    #expect(documented == Array(1...documented.count) && documented.count > 30, "the table was not found")
    #expect(Set(Breach.all.map(\.rule)) == Set(documented))
  }

  /// The rule that a frame breaks first, nil when it keeps all.
  private func refusal(_ bytes: AlignedBytes) -> Int? {
    do {
      try FrameValidator.validate(bytes.raw)
      return nil
    } catch {
      return error.rule
    }
  }

  /// The rows are looked at several at a time, so each place counts, in frames of every remainder; and the lower halves of times
  /// alone where the frame says that all lie within 2^32.
  @Test(arguments: [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 50, 64, 81])
  func `rules 19 and 32 see the one row that breaks them, wherever it stands`(rows: Int) throws {
    var bytes = AlignedBytes(count: 0)
    for place in 0..<rows {
      for extreme: Int64 in [.min, 99, 101, .max, 101 - 1 << 32, 100 - 1 << 32, 99 + 1 << 32, 100 + 1 << 32] {
        let builder = FrameBuilder()
        let time = try builder.addColumn("time", .time, role: .eventTime, nullable: false)
        let key = try builder.addColumn("key", .string)
        for row in 0..<rows {
          builder.put(time, time: row == place ? extreme : 100)
          builder.put(key, "k")
          builder.endRow()
        }
        if bytes.count != builder.byteCount { bytes = AlignedBytes(count: builder.byteCount) }
        #expect(builder.write(into: bytes.memory, capacity: bytes.count) == bytes.count)
        let view = try FrameValidator.validate(bytes.raw)
        let frame = bytes.memory.assumingMemoryBound(to: tide_frame.self)
        #expect(frame.pointee.tmin == (rows == 1 ? extreme : min(extreme, 100)))
        #expect(frame.pointee.tmax == (rows == 1 ? extreme : max(extreme, 100)))
        if let codes = view.column(key).codes {
          let code = UnsafeMutablePointer(mutating: codes.baseAddress! + place)
          code.pointee = UInt16.max - UInt16(place)
          #expect(refusal(bytes) == 19, "\(rows) rows, row \(place)")
          code.pointee = 0
        }
        let (low, high) = (frame.pointee.tmin, frame.pointee.tmax)
        #expect(refusal(bytes) == nil)
        for lie in [(100, 100), (low &- 1, high), (low &+ 1, high), (low, high &- 1), (low, high &+ 1)] {
          (frame.pointee.tmin, frame.pointee.tmax) = lie
          #expect(refusal(bytes) == 32, "\(rows) rows, \(extreme) in row \(place), said to be \(lie)")
        }
      }
    }
  }

  @Test func `rule 1 wants bytes at all`() {
    #expect(throws: FrameRejection(rule: 1, column: nil, offset: 0, reason: "there are fewer than 128 bytes")) {
      try FrameValidator.validate(UnsafeRawBufferPointer(start: nil, count: 0))
    }
  }

  @Test func `rule 3 bounds the length by the bytes at hand and by the limit`() throws {
    let sample = try SampleFrame()
    let cut = UnsafeRawBufferPointer(rebasing: sample.bytes.raw[..<(sample.bytes.count - 64)])
    #expect { try FrameValidator.validate(cut) } throws: { ($0 as? FrameRejection)?.rule == 3 }
    #expect { try FrameValidator.validate(sample.bytes.raw, limit: sample.bytes.count - 1) } throws: {
      ($0 as? FrameRejection)?.rule == 3
    }
    #expect(throws: Never.self) { try FrameValidator.validate(sample.bytes.raw, limit: sample.bytes.count) }
  }

  @Test func `checksums are checked where they are announced`() throws {
    let sample = try SampleFrame()
    let header = sample.header
    header.pointee.flags = UInt16(TIDE_FLAG_HEAD_CRC | TIDE_FLAG_BODY_CRC)
    header.pointee.head_crc = tide_crc32c(0, header, 60)
    let start = UnsafeRawPointer(header)
    header.pointee.body_crc = tide_crc32c(
      tide_crc32c(0, start + 64, 60), start + 128, UInt64(sample.bytes.count - 128))
    #expect(throws: Never.self) { try FrameValidator.validate(sample.bytes.raw) }
    header.pointee.stream = 9
    #expect { try FrameValidator.validate(sample.bytes.raw) } throws: { ($0 as? FrameRejection)?.rule == 5 }
  }

  @Test func `newer minors, ignorable flags and a longer header are accepted`() throws {
    let sample = try SampleFrame()
    sample.header.pointee.minor = 7
    sample.header.pointee.flags = 0xFF00
    #expect(throws: Never.self) { try FrameValidator.validate(sample.bytes.raw) }
  }

  @Test func `constants and sequences may have nulls`() throws {
    let sample = try SampleFrame()
    for column in [S.source, S.ingest] {
      sample.columns[column].valid = sample.columns[S.int].valid
      sample.columns[column].nulls = sample.columns[S.int].nulls
    }
    let view = try FrameValidator.validate(sample.bytes.raw)
    #expect(view.column(S.source).string(0) == "" && view.column(S.source).string(1) == "sensors")
    #expect(view.column(S.ingest).int(0) == 0 && view.column(S.ingest).int(1) == 1_800_000_000_000_000_000)
  }

  @Test func `4096 columns are checked in good time, and two equal names among them are found`() throws {
    let builder = FrameBuilder()
    for n in 0..<2000 { _ = try builder.addColumn("column \(n)", .int) }
    builder.endRow()
    let bytes = try written(builder)
    let view = try FrameValidator.validate(bytes.raw)
    let table = (bytes.memory + Int(view.frame.pointee.desc)).assumingMemoryBound(to: tide_column.self)
    table[1500].name = table[3].name
    table[1500].name_len = table[3].name_len
    #expect { try FrameValidator.validate(bytes.raw) } throws: { ($0 as? FrameRejection)?.rule == 12 }
  }

  @Test func `rule 12 tells names apart that begin and end alike`() throws {
    let names = [
      "a", "aa", "aaa", "aaaa", "aaaaa", "aaaaaaaa", "aaaaaaaaa", "aaaaaaaaaaaaaaaaa", "aaaaaaaabaaaaaaaa", "temp", "tem",
    ]
    let builder = FrameBuilder()
    for name in names { _ = try builder.addColumn(name, .int) }
    builder.endRow()
    let bytes = try written(builder)
    let view = try FrameValidator.validate(bytes.raw)
    let table = (bytes.memory + Int(view.frame.pointee.desc)).assumingMemoryBound(to: tide_column.self)
    for one in names.indices {
      for other in names.indices where other != one && names[other].count >= names[one].count {
        let own = (table[other].name, table[other].name_len)
        (table[other].name, table[other].name_len) = (table[one].name, table[one].name_len)
        #expect(refusal(bytes) == 12, "\(names[one])")
        (table[other].name, table[other].name_len) = own
      }
    }
    #expect(refusal(bytes) == nil)
  }
}
