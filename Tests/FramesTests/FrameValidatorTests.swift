import CHost
import CTidemill
import Frames
import Testing

/// A way to break one rule and no other that is checked before it.
struct Breach: CustomTestStringConvertible, Sendable {
  let rule: Int
  let how: String
  let edit: @Sendable (SampleFrame) -> Void
  init(_ rule: Int, _ how: String, _ edit: @escaping @Sendable (SampleFrame) -> Void) {
    self.rule = rule
    self.how = how
    self.edit = edit
  }
  var testDescription: String { "rule \(rule): \(how)" }
}

private typealias S = SampleFrame

struct FrameValidatorTests {
  @Test func `the sample frame keeps every rule`() throws {
    let sample = try SampleFrame()
    let view = try FrameValidator.validate(sample.bytes.raw)
    #expect(view.columnCount == 11 && view.descriptorCount == 15)
    #expect(view.hasVerbatim && view.hasRowWatermark)
    #expect(view.column(S.key).encoding == .dictionary)
  }

  @Test(arguments: headerBreaches + columnBreaches + contentBreaches)
  func `a frame that breaks one rule is refused for that rule`(breach: Breach) throws {
    let sample = try SampleFrame()
    breach.edit(sample)
    do {
      try FrameValidator.validate(sample.bytes.raw)
      Issue.record("the frame was accepted")
    } catch {
      #expect(error.rule == breach.rule, "\(error)")
      #expect(error.offset <= sample.bytes.count)
      #expect(!error.reason.isEmpty)
    }
  }

  @Test func `every rule of the format has a test`() {
    let tested = Set((headerBreaches + columnBreaches + contentBreaches).map(\.rule))
    #expect(tested == Set(2...34))
  }

  @Test func `rule 1 wants 128 bytes, aligned`() throws {
    let sample = try SampleFrame()
    let short = UnsafeRawBufferPointer(rebasing: sample.bytes.raw[..<127])
    #expect(throws: FrameRejection(rule: 1, column: nil, offset: 0, reason: "there are fewer than 128 bytes")) {
      try FrameValidator.validate(short)
    }
    let moved = AlignedBytes(count: sample.bytes.count + 64)
    (moved.memory + 4).copyMemory(from: sample.bytes.memory, byteCount: sample.bytes.count)
    #expect(throws: FrameRejection.self) {
      try FrameValidator.validate(UnsafeRawBufferPointer(start: moved.memory + 4, count: sample.bytes.count))
    }
    #expect(throws: FrameRejection.self) { try FrameValidator.validate(UnsafeRawBufferPointer(start: nil, count: 0)) }
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
}

private let headerBreaches: [Breach] = [
  Breach(2, "another magic") { $0.header.pointee.magic = 1 },
  Breach(2, "another major") { $0.header.pointee.major = 2 },
  Breach(3, "a length that is no multiple of 64") { $0.header.pointee.frame_len -= 8 },
  Breach(3, "a length below the header") { $0.header.pointee.frame_len = 64 },
  Breach(3, "a length beyond the bytes") {
    $0.header.pointee.frame_len += 64
    $0.header.pointee.raw_len += 64
  },
  Breach(4, "a header that is too short") { $0.header.pointee.header_len = 64 },
  Breach(4, "a header of odd length") { $0.header.pointee.header_len = 130 },
  Breach(4, "a header longer than the frame") { $0.header.pointee.header_len = 65472 },
  Breach(5, "a codec") { $0.header.pointee.codec = UInt8(TIDE_CODEC_LZ4) },
  Breach(5, "an unknown codec") { $0.header.pointee.codec = 9 },
  Breach(5, "another raw length") { $0.header.pointee.raw_len += 64 },
  Breach(5, "an unknown flag that must be understood") { $0.header.pointee.flags = 4 },
  Breach(5, "a wrong checksum of the envelope") { $0.header.pointee.flags = UInt16(TIDE_FLAG_HEAD_CRC) },
  Breach(5, "a wrong checksum of the content") { $0.header.pointee.flags = UInt16(TIDE_FLAG_BODY_CRC) },
  Breach(6, "an unknown kind") { $0.header.pointee.kind = 6 },
  Breach(6, "a control frame with a body") { $0.header.pointee.kind = UInt8(TIDE_KIND_EOS) },
  Breach(6, "a control frame with reserved bytes") {
    ControlFrame(.idle).write(into: $0.bytes.memory)
    $0.store(UInt8(1), at: 123)
  },
  Breach(7, "no rows") { $0.header.pointee.rows = 0 },
  Breach(7, "too many rows") { $0.header.pointee.rows = 65537 },
  Breach(7, "too many descriptors") { $0.header.pointee.cols = 4097 },
  Breach(7, "more columns than descriptors") { $0.header.pointee.top = 16 },
  Breach(7, "no columns") { $0.header.pointee.top = 0 },
  Breach(8, "misaligned descriptors") { $0.header.pointee.desc += 4 },
  Breach(8, "descriptors in the header") { $0.header.pointee.desc = 64 },
  Breach(8, "descriptors beyond the frame") { $0.header.pointee.desc = UInt32($0.bytes.count - 48) },
  Breach(9, "names beyond the frame") { $0.header.pointee.names = UInt32($0.bytes.count) },
  Breach(9, "names of overflowing length") { $0.header.pointee.names_len = .max },
  Breach(9, "names in the header") { $0.header.pointee.names = 0 },
  Breach(9, "names over the descriptors") { $0.header.pointee.names = 136 },
  Breach(10, "a role beyond the columns") { $0.header.pointee.role.4 = 11 },
  Breach(10, "a role of a column that denies it") { $0.header.pointee.role.4 = UInt8(S.text) },
  Breach(10, "a column that claims a role") { $0.columns[S.text].role = UInt8(TIDE_ROLE_TYPE) },
  Breach(10, "a column that claims a role beyond all") { $0.columns[S.text].role = 8 },
  Breach(10, "two columns that claim one role") { $0.columns[S.text].role = UInt8(TIDE_ROLE_KEY) },
  Breach(10, "a dictionary with a role") { $0.columns[S.keyDictionary].role = UInt8(TIDE_ROLE_KEY) },
  Breach(10, "an event time of integers") {
    $0.columns[S.at].role = UInt8(TIDE_NONE_ROLE)
    $0.columns[S.int].role = UInt8(TIDE_ROLE_EVENT_TIME)
    $0.header.pointee.role.1 = UInt8(S.int)
  },
  Breach(33, "a row watermark among the columns") { $0.header.pointee.row_wm = UInt16(S.int) },
  Breach(33, "a row watermark beyond the descriptors") { $0.header.pointee.row_wm = 15 },
  Breach(33, "a row watermark of bytes") { $0.header.pointee.row_wm = UInt16(S.verbatim) },
  Breach(33, "a row watermark of too few rows") { $0.columns[S.rowWatermark].len -= 1 },
  Breach(34, "verbatim records among the columns") { $0.header.pointee.verbatim = UInt16(S.binary) },
  Breach(34, "verbatim records of integers") { $0.header.pointee.verbatim = UInt16(S.rowWatermark) },
  Breach(34, "verbatim records of too few rows") { $0.columns[S.verbatim].len -= 1 },
]

private let columnBreaches: [Breach] = [
  Breach(11, "a column of fewer rows") { $0.columns[S.double].len -= 1 },
  Breach(19, "a dictionary without entries") { $0.columns[S.keyDictionary].len = 0 },
  Breach(11, "a dictionary of too many entries") { $0.columns[S.keyDictionary].len = 65537 },
  Breach(12, "a name outside the names") { $0.columns[S.double].name = 128 },
  Breach(12, "a name that ends outside the names") { $0.columns[S.source].name_len = 200 },
  Breach(12, "a name that is too long") { $0.columns[S.source].name_len = 256 },
  Breach(12, "a name that is not UTF-8") { $0.at($0.columns[S.double].name)[0] = 0xFF },
  Breach(12, "a name with NUL") { $0.at($0.columns[S.double].name)[0] = 0 },
  Breach(12, "a name twice") {
    $0.columns[S.double].name = $0.columns[S.int].name
    $0.columns[S.double].name_len = $0.columns[S.int].name_len
  },
  Breach(13, "more nulls than rows") { $0.columns[S.int].nulls = 21 },
  Breach(14, "a bitmap beyond the frame") { $0.columns[S.int].valid = UInt32($0.bytes.count) },
  Breach(14, "a misaligned bitmap") { $0.columns[S.int].valid += 1 },
  Breach(14, "a bitmap over the descriptors") { $0.columns[S.int].valid = $0.header.pointee.desc },
  Breach(15, "another number of nulls") { $0.columns[S.int].nulls += 1 },
  Breach(15, "nulls without a bitmap") { $0.columns[S.int].valid = 0 },
  Breach(15, "nulls in a column that is not nullable") { $0.columns[S.int].flags = 0 },
  Breach(15, "nulls in a dictionary") {
    $0.columns[S.keyDictionary].nulls = 1
    $0.columns[S.keyDictionary].valid = $0.columns[S.int].valid
  },
  Breach(16, "misaligned data") { $0.columns[S.double].data += 4 },
  Breach(16, "data over the descriptors") { $0.columns[S.double].data = $0.header.pointee.desc },
  Breach(16, "data beyond the frame") { $0.columns[S.double].data = UInt32($0.bytes.count) },
  Breach(16, "data of overflowing length") { $0.columns[S.double].data_len = .max },
  Breach(16, "a heap beyond the frame") { $0.columns[S.text].heap = UInt32($0.bytes.count) },
  Breach(16, "a heap of overflowing length") { $0.columns[S.text].heap_len = .max },
  Breach(16, "a heap of numbers") { $0.columns[S.double].heap = $0.columns[S.double].data },
  Breach(17, "too few codes") { $0.columns[S.key].data_len -= 2 },
  Breach(18, "a dictionary among the columns") { $0.columns[S.key].dict = UInt16(S.text) },
  Breach(18, "a dictionary beyond the descriptors") { $0.columns[S.key].dict = 15 },
  Breach(18, "a dictionary of another type") { $0.columns[S.key].dict = UInt16(S.verbatim) },
  Breach(18, "a dictionary that nobody needs") { $0.columns[S.double].dict = UInt16(S.keyDictionary) },
  Breach(19, "a code beyond the dictionary") { $0.store(UInt16(3), at: $0.columns[S.key].data + 38) },
  Breach(20, "a reserved encoding") { $0.columns[S.text].enc = 4 },
  Breach(20, "an unknown encoding") { $0.columns[S.text].enc = 200 },
  Breach(20, "codes of numbers") { $0.columns[S.double].enc = UInt8(TIDE_DICT16) },
  Breach(20, "a sequence of doubles") { $0.columns[S.double].enc = UInt8(TIDE_SEQ) },
  Breach(20, "a sequence of strings") { $0.columns[S.text].enc = UInt8(TIDE_SEQ) },
  Breach(18, "a dictionary with a dictionary") { $0.columns[S.keyDictionary].enc = UInt8(TIDE_DICT16) },
  Breach(21, "too few doubles") { $0.columns[S.double].data_len -= 8 },
  Breach(21, "too few bits") { $0.columns[S.bool].data_len -= 1 },
  Breach(21, "a constant without its value") { $0.columns[S.ingest].data_len = 7 },
  Breach(22, "a sequence without its step") { $0.columns[S.id].data_len = 8 },
  Breach(23, "too few offsets") { $0.columns[S.text].data_len -= 4 },
  Breach(23, "a constant string without its end") { $0.columns[S.source].data_len = 4 },
  Breach(27, "keys that are a dictionary of strings") { $0.columns[S.rest].dict = UInt16(S.keyDictionary) },
  Breach(27, "keys that are a record a row") { $0.columns[S.rest].dict = UInt16(S.verbatim) },
  Breach(27, "no keys") { $0.columns[S.rest].dict = UInt16(TIDE_NONE_COLUMN) },
  Breach(28, "type 0") { $0.columns[S.double].type = 0 },
  Breach(28, "an unknown type") { $0.columns[S.double].type = 18 },
  Breach(28, "a storage-only type") { $0.columns[S.double].type = UInt8(TIDE_LIST) },
  Breach(29, "a parent") { $0.columns[S.double].parent = 0 },
  Breach(29, "children") { $0.columns[S.double].nchild = 1 },
]

private let contentBreaches: [Breach] = [
  Breach(24, "a first offset that is not 0") { $0.store(Int32(1), at: $0.columns[S.text].data) },
  Breach(24, "an offset that goes back") { $0.store(Int32(0), at: $0.columns[S.text].data + 40) },
  Breach(24, "a negative offset") { $0.store(Int32.min, at: $0.columns[S.text].data + 80) },
  Breach(24, "an offset beyond the heap") { $0.store(Int32.max, at: $0.columns[S.text].data + 80) },
  Breach(24, "offsets of a dictionary that go back") { $0.store(Int32(0), at: $0.columns[S.keyDictionary].data + 8) },
  Breach(25, "text that is not UTF-8") { $0.at($0.columns[S.text].heap)[1] = 0x20 },
  Breach(25, "a dictionary that is not UTF-8") { $0.at($0.columns[S.keyDictionary].heap)[0] = 0xC0 },
  Breach(26, "an offset inside a character") {
    let offset = $0.columns[S.text].data + 4
    let bytes = UnsafeRawPointer($0.at(offset)).load(as: Int32.self)
    $0.store(bytes + 1, at: offset)
  },
  Breach(30, "a variant value of an unknown type") { $0.at($0.columns[S.rest].heap)[13] = 0xFC },
  Breach(30, "a variant that names no key") { $0.at($0.columns[S.rest].heap)[3] = 2 },
  Breach(30, "a variant longer than its slot") { $0.at($0.columns[S.rest].heap)[6] = 28 },
  Breach(30, "keys that are not sorted") { $0.at($0.columns[S.restKeys].heap)[5] = 0x63 },
  Breach(31, "buffers that lie over each other") {
    let floor = $0.columns[S.id].data
    for column in [S.double, S.int] {
      $0.columns[column].data = floor
      $0.columns[column].data_len = UInt32($0.bytes.count) - floor
    }
  },
  Breach(32, "another least time") { $0.header.pointee.tmin -= 1 },
  Breach(32, "another greatest time") { $0.header.pointee.tmax += 1 },
  Breach(32, "an event time that is null") {
    $0.columns[S.at].flags |= UInt8(TIDE_NULLABLE)
    $0.columns[S.at].valid = $0.columns[S.int].valid
    $0.columns[S.at].nulls = $0.columns[S.int].nulls
  },
  Breach(32, "a time range without event times") {
    $0.columns[S.at].role = UInt8(TIDE_NONE_ROLE)
    $0.header.pointee.role.1 = UInt8(TIDE_NONE_ROLE)
  },
]
