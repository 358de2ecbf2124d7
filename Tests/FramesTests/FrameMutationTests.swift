import CTidemill
import Frames
import Glibc
import TestSupport
import Testing

struct FrameMutationTests {
  @Test(.timeLimit(.minutes(5)))
  func `200,000 mutated frames are refused or can be read in full`() throws {
    let seed: UInt64 = 0x7EED_F00D
    var random = SplitMix(seed: seed)
    let samples = [try SampleFrame(), try SampleFrame.nested()]
    let copies = samples.map { $0.bytes.copy() }
    var accepted = 0
    var outside = 0
    var rules: Set<Int> = []
    for round in 0..<200_000 {
      let (sample, work) = (samples[round % 2], copies[round % 2])
      let table = Int(sample.header.pointee.desc) + 48 * Int(sample.header.pointee.cols)
      memcpy(work.memory, sample.bytes.memory, work.count)
      for _ in 0..<Int.random(in: 1...3, using: &random) { mutate(work, table: table, using: &random) }
      do {
        let view = try FrameValidator.validate(work.raw)
        accepted += 1
        outside += readEverything(view)
      } catch {
        rules.insert(error.rule)
      }
    }
    #expect(outside == 0, "seed \(seed)")
    #expect(accepted > 20_000 && accepted < 190_000, "seed \(seed): \(accepted) accepted")
    #expect(rules.count > 20, "seed \(seed): rules \(rules.sorted())")
  }

  /// One change: half of them to the header or a descriptor, where a small number does most harm.
  private func mutate(_ bytes: AlignedBytes, table: Int, using random: inout SplitMix) {
    let structure = Bool.random(using: &random)
    let at = Int.random(in: 0..<(structure ? table : bytes.count), using: &random)
    switch Int.random(in: 0..<4, using: &random) {
    case 0: (bytes.memory + at).storeBytes(of: UInt8.random(in: 0...255, using: &random), as: UInt8.self)
    case 1:
      let bit = UInt8(1) << UInt8.random(in: 0..<8, using: &random)
      (bytes.memory + at).storeBytes(of: bytes.raw[at] ^ bit, as: UInt8.self)
    case 2:
      let word = at & ~3
      let delta = Int32.random(in: -70...70, using: &random)
      (bytes.memory + word).storeBytes(of: (bytes.memory + word).load(as: Int32.self) &+ delta, as: Int32.self)
    default:
      let interesting: [UInt32] = [0, 1, 64, 128, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, UInt32(bytes.count)]
      (bytes.memory + at & ~3).storeBytes(of: interesting.randomElement(using: &random)!, as: UInt32.self)
    }
  }
}

/// Reads everything that a frame offers and gives how many of the slices leave the frame.
func readEverything(_ view: FrameView) -> Int {
  guard let kind = view.kind, kind.hasRows else { return 0 }
  let frame = view.bytes
  var outside = 0
  var sum: UInt64 = schemaID(of: view)
  func take(_ slice: UnsafeRawBufferPointer) {
    guard let start = slice.baseAddress, slice.count > 0 else { return }
    let from = start - frame.baseAddress!
    if from < 0 || from + slice.count > frame.count { outside += 1 } else { for byte in slice { sum &+= UInt64(byte) } }
  }
  func takeColumn(_ column: ColumnView) {
    take(column.nameBytes)
    if let ints = column.ints { take(UnsafeRawBufferPointer(ints)) }
    if let doubles = column.doubles { take(UnsafeRawBufferPointer(doubles)) }
    if let codes = column.codes { take(UnsafeRawBufferPointer(codes)) }
    if let bits = column.validity { take(UnsafeRawBufferPointer(start: bits, count: (column.count + 7) / 8)) }
    for row in 0..<column.count {
      sum &+= UInt64(bitPattern: column.int(row)) &+ column.double(row).bitPattern
      sum &+= column.bool(row) ? 1 : 0
      take(column.bytes(row))
      let variant = column.variant(row)
      take(variant.value)
      take(variant.keys)
      sum &+= column.uint(row) &+ UInt64(truncatingIfNeeded: column.decimal(row).significand)
      sum &+= UInt64(column.elements(row).count) &+ UInt64(column.fields(row) ?? 0)
      column.variantReader(row).forEachField { name, value in
        take(name)
        if let text = value.text { take(text) }
        sum &+= UInt64(value.count) &+ (value.double ?? 0).bitPattern
      }
    }
    if let values = column.int32s { take(UnsafeRawBufferPointer(values)) }
    if let values = column.uint16s { take(UnsafeRawBufferPointer(values)) }
    if let values = column.int8s { take(UnsafeRawBufferPointer(values)) }
    if let values = column.floats { take(UnsafeRawBufferPointer(values)) }
    if let values = column.uint64s { take(UnsafeRawBufferPointer(values)) }
    if let values = column.durations { take(UnsafeRawBufferPointer(values)) }
    for k in 0..<column.childCount { takeColumn(column.child(k)) }
  }
  for role in ColumnRole.allCases { if let column = view.column(role: role) { sum &+= UInt64(column.index) } }
  for index in 0..<view.columnCount {
    takeColumn(view.column(index))
    if let dictionary = view.column(index).dictionary { takeColumn(dictionary) }
  }
  for row in 0..<view.rows {
    sum &+= UInt64(bitPattern: view.rowWatermark(row))
    if let record = view.verbatim(row) { take(record) }
  }
  return sum == 1 ? outside + 0 : outside
}
