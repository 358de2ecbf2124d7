import CTidemill
import Frames
import Testing

/// A way to break one rule and no other that is checked before it.
struct Breach: CustomTestStringConvertible, Sendable {
  let rule: Int
  let how: String
  /// Of the sample frame of types for storage.
  var isNested = false
  let edit: @Sendable (SampleFrame) -> Void
  /// How the frame is validated, where that is part of the breach.
  var check: (@Sendable (SampleFrame) throws(FrameRejection) -> Void)?

  init(_ rule: Int, _ how: String, _ edit: @escaping @Sendable (SampleFrame) -> Void) {
    self.rule = rule
    self.how = how
    self.edit = edit
  }
  var testDescription: String { "rule \(rule): \(how)" }

  func validate(_ sample: SampleFrame) throws(FrameRejection) {
    if let check { return try check(sample) }
    try FrameValidator.validate(sample.bytes.raw)
  }

  static let all =
    handlingBreaches + headerBreaches + columnBreaches + contentBreaches
    + nestedBreaches.map { breach in
      var breach = breach
      breach.isNested = true
      return breach
    }
}

private func handled(
  _ rule: Int, _ how: String, _ check: @escaping @Sendable (SampleFrame) throws(FrameRejection) -> Void
) -> Breach {
  var breach = Breach(rule, how) { _ in }
  breach.check = check
  return breach
}

/// Of where the frame stands, and of who sent it.
private let handlingBreaches: [Breach] = [
  handled(1, "fewer bytes than a header") { sample throws(FrameRejection) in
    try FrameValidator.validate(UnsafeRawBufferPointer(rebasing: sample.bytes.raw[..<127]))
  },
  handled(1, "a place in memory that is not aligned") { sample throws(FrameRejection) in
    let moved = AlignedBytes(count: sample.bytes.count + 64)
    (moved.memory + 4).copyMemory(from: sample.bytes.memory, byteCount: sample.bytes.count)
    try FrameValidator.validate(UnsafeRawBufferPointer(start: moved.memory + 4, count: sample.bytes.count))
  },
  handled(36, "a schema's identity that is not its own") { sample throws(FrameRejection) in
    sample.header.pointee.schema_id = 1
    try FrameValidator.validate(sample.bytes.raw, peer: SchemaInterner())
  },
  handled(36, "other columns under an identity that the peer has used") { sample throws(FrameRejection) in
    let peer = SchemaInterner()
    sample.header.pointee.schema_id = schemaID(of: FrameView(bytes: sample.bytes.memory))
    try FrameValidator.validate(sample.bytes.raw, peer: peer)
    sample.at(sample.columns[SampleFrame.double].name)[0] ^= 1
    try FrameValidator.validate(sample.bytes.raw, peer: peer)
  },
]

private typealias S = SampleFrame
private typealias N = SampleFrame.Nested

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
  Breach(34, "a header row of verbatim records that is no constant") { $0.columns[S.verbatim].dict = UInt16(S.keyDictionary) },
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
  Breach(20, "a rider of lists") { $0.columns[S.verbatim].type = UInt8(TIDE_LIST) },
  Breach(20, "a rider of variants") { $0.columns[S.verbatim].type = UInt8(TIDE_VARIANT) },
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
  Breach(29, "a list of nothing") { $0.columns[S.double].type = UInt8(TIDE_LIST) },
  Breach(29, "a rider inside a column that denies it") { $0.columns[S.verbatim].parent = UInt16(S.text) },
  Breach(29, "a rider inside a column that comes later") { $0.columns[S.verbatim].parent = UInt16(S.rowWatermark) },
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

/// Of the types for storage, and of columns inside columns.
private let nestedBreaches: [Breach] = [
  Breach(10, "a key of lists") {
    $0.columns[N.key].role = UInt8(TIDE_NONE_ROLE)
    $0.columns[N.list].role = UInt8(TIDE_ROLE_KEY)
    $0.header.pointee.role.5 = UInt8(N.list)
  },
  Breach(12, "two fields with one name") {
    $0.columns[N.y].name = $0.columns[N.x].name
    $0.columns[N.y].name_len = $0.columns[N.x].name_len
  },
  Breach(13, "a field with more nulls than values") { $0.columns[N.y].nulls = $0.columns[N.y].len + 1 },
  Breach(15, "nulls in a field that is not nullable") { $0.columns[N.y].flags = 0 },
  Breach(16, "a structure with values of its own") { $0.columns[N.structure].data = $0.columns[N.int32].data },
  Breach(16, "a list with a heap") { $0.columns[N.list].heap = $0.columns[N.int32].data },
  Breach(18, "a dictionary inside a column") {
    $0.columns[N.key].dict = UInt16(N.name)
  },
  Breach(20, "codes of small integers") { $0.columns[N.int32].enc = UInt8(TIDE_DICT16) },
  Breach(20, "a sequence of small integers") { $0.columns[N.int32].enc = UInt8(TIDE_SEQ) },
  Breach(20, "a sequence of lists") { $0.columns[N.list].enc = UInt8(TIDE_SEQ) },
  Breach(20, "a sequence inside a column") {
    $0.columns[N.x].type = UInt8(TIDE_I64)
    $0.columns[N.x].enc = UInt8(TIDE_SEQ)
  },
  Breach(21, "too few integers of 32 bits") { $0.columns[N.int32].data_len -= 4 },
  Breach(21, "too few integers of 16 bits") { $0.columns[N.uint16].data_len -= 2 },
  Breach(21, "too few integers of 8 bits") { $0.columns[N.int8].data_len -= 1 },
  Breach(21, "too few floats") { $0.columns[N.float].data_len -= 1 },
  Breach(21, "too few fixed bytes") { $0.columns[N.fixed].data_len -= 1 },
  Breach(21, "wider fixed bytes") { $0.columns[N.fixed].param = .max },
  Breach(21, "too few durations") { $0.columns[N.duration].data_len -= 8 },
  Breach(21, "too few unsigned integers") { $0.columns[N.uint64].data_len -= 8 },
  Breach(21, "too few decimals") { $0.columns[N.decimal].data_len -= 8 },
  Breach(22, "a sequence of durations without its step") {
    $0.columns[N.duration].enc = UInt8(TIDE_SEQ)
    $0.columns[N.duration].data_len = 8
  },
  Breach(23, "too few offsets of lists") { $0.columns[N.list].data_len -= 4 },
  Breach(24, "offsets of lists that go back") { $0.store(Int32(9), at: $0.columns[N.list].data + 4) },
  Breach(29, "a list of nothing") { $0.columns[N.list].nchild = 0 },
  Breach(29, "a list of two columns") { $0.columns[N.list].nchild = 2 },
  Breach(29, "a structure without fields") { $0.columns[N.structure].nchild = 0 },
  Breach(29, "a column inside itself") { $0.columns[N.element].first_child = UInt16(N.element) },
  Breach(29, "a column of the event inside another") { $0.columns[N.list].first_child = UInt16(N.structure) },
  Breach(29, "columns inside another beyond all") { $0.columns[N.element].first_child = UInt16(N.keyDictionary) },
  Breach(29, "a column that denies what it is inside") { $0.columns[N.element].parent = UInt16(N.structure) },
  Breach(29, "a column that is inside one before the event's end") { $0.columns[N.int8].parent = UInt16(N.list) },
  Breach(29, "a field of fewer values than its structure") { $0.columns[N.name].len -= 1 },
  Breach(29, "lists of more elements than there are") {
    $0.store(Int32(1000), at: $0.columns[N.list].data + 4 * UInt32(S.rows))
  },
  Breach(29, "children of a number") { $0.columns[N.x].nchild = 1 },
  Breach(35, "fixed bytes without width") { $0.columns[N.fixed].param = 0 },
  Breach(35, "a decimal without precision") { $0.columns[N.decimal].param = 2 },
  Breach(35, "a decimal of too many digits") { $0.columns[N.decimal].param = 39 << 8 },
  Breach(35, "a decimal with more digits behind the point than in all") { $0.columns[N.decimal].param = 5 << 8 | 6 },
]
