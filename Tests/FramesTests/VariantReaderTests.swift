import CTidemill
import Frames
import TestSupport
import Testing

struct VariantReaderTests {
  /// Calls `body` with a value that stands at the end of a page, so that a read beyond it is seen.
  private func read<Result>(_ value: [UInt8], keys: [UInt8] = FrameModel.keys, _ body: (VariantReader) -> Result) -> Result {
    let bytes = AlignedBytes(count: value.count)
    let names = AlignedBytes(count: keys.count)
    value.withUnsafeBytes { if let start = $0.baseAddress { bytes.memory.copyMemory(from: start, byteCount: $0.count) } }
    keys.withUnsafeBytes { if let start = $0.baseAddress { names.memory.copyMemory(from: start, byteCount: $0.count) } }
    return body(VariantReader(value: bytes.raw, keys: names.raw))
  }

  private func little<T: FixedWidthInteger>(_ value: T) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }

  @Test func `every primitive reads as what it is and as nothing else`() {
    #expect(read([0x00]) { $0.kind } == .null)
    #expect(read([0x04]) { $0.bool } == true && read([0x08]) { $0.bool } == false)
    #expect(read([0x0C, 0xFF]) { $0.int } == -1)
    #expect(read([0x10] + little(Int16(-300))) { $0.int } == -300)
    #expect(read([0x14] + little(Int32.min)) { $0.int } == Int64(Int32.min))
    #expect(read([0x18] + little(Int64.min)) { $0.int } == .min)
    #expect(read([0x1C] + little((2.5).bitPattern)) { $0.double } == 2.5)
    #expect(read([14 << 2] + little(Float(0.5).bitPattern)) { $0.double } == 0.5)
    #expect(read([8 << 2, 2] + little(Int32(-1234))) { $0.decimal } == DecimalValue(significand: -1234, scale: 2))
    #expect(read([9 << 2, 0] + little(Int64.max)) { $0.decimal } == DecimalValue(significand: Int128(Int64.max), scale: 0))
    #expect(read([10 << 2, 38] + little(Int128.min)) { $0.decimal } == DecimalValue(significand: .min, scale: 38))
    #expect(read([8 << 2, 2] + little(Int32(-1234))) { $0.double } == -12.34)
    #expect(read([11 << 2] + little(Int32(-1))) { $0.time } == -86_400_000_000_000)
    #expect(read([12 << 2] + little(Int64(5))) { $0.time } == 5000)
    #expect(read([13 << 2] + little(Int64.max)) { $0.time } == .max)
    #expect(read([13 << 2] + little(Int64.min)) { $0.time } == .min)
    #expect(read([18 << 2] + little(Int64(5))) { $0.time } == 5 && read([19 << 2] + little(Int64(6))) { $0.time } == 6)
    #expect(read([17 << 2] + little(Int64(5))) { $0.kind } == .dayTime)
    #expect(read([15 << 2] + little(UInt32(2)) + [1, 2]) { $0.binary.map(Array.init) } == [1, 2])
    #expect(read([16 << 2] + little(UInt32(2)) + [0x61, 0x62]) { $0.text.map(Array.init) } == [0x61, 0x62])
    #expect(read([0x09, 0x61, 0x62]) { $0.text.map(Array.init) } == [0x61, 0x62])
    #expect(read([20 << 2] + [UInt8](0..<16)) { $0.binary.map(Array.init) } == [UInt8](0..<16))
    // A number is no text, a text no number, an integer a double.
    #expect(read([0x0C, 7]) { $0.text == nil && $0.time == nil && $0.bool == nil && $0.double == 7 && $0.count == 0 })
    #expect(read([0x05, 0x61]) { $0.int == nil && $0.double == nil && $0.decimal == nil && $0.binary == nil })
  }

  @Test func `fields are found by their name's id, elements by their place`() {
    read(FrameModel.nested) { value in
      let (a, b) = (VariantReader.id(of: "a", in: value.keys), VariantReader.id(of: "b", in: value.keys))
      #expect(
        a == 0 && b == 1 && VariantReader.id(of: "c", in: value.keys) == nil && VariantReader.id(of: "", in: value.keys) == nil)
      #expect(value.kind == .object && value.count == 2 && value.byteCount == FrameModel.nested.count)
      #expect(value.field(1).double == 2.5 && value.field(2).kind == .absent)
      let array = value.field(0)
      #expect(array.kind == .array && array.count == 3 && array[0].int == 1 && array[3].kind == .absent)
      #expect(array[1].text.map { String(decoding: $0, as: UTF8.self) } == "xyz")
      #expect(array[2].field(1).kind == .null && array[2].field(0).kind == .absent)
      #expect(array.field(0).kind == .absent && value[1].double == 2.5)
      var names: [String] = []
      value.forEachField { name, _ in names.append(String(decoding: name, as: UTF8.self)) }
      #expect(names == ["a", "b"])
    }
  }

  @Test func `a field is found among many, present or not, whatever the widths`() {
    let seed: UInt64 = 0x7EED_0021
    var random = SplitMix(seed: seed)
    for round in 0..<300 {
      let idWidth = Int.random(in: 1...4, using: &random)
      let offsetWidth = Int.random(in: 1...4, using: &random)
      let large = Bool.random(using: &random)
      let all = Int.random(in: 1...(offsetWidth == 1 ? 90 : 250), using: &random)
      let ids = (0..<all).filter { _ in Bool.random(using: &random) }
      func number(_ value: Int, _ width: Int) -> [UInt8] { (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
      let head = UInt8((large ? 1 << 4 : 0) | (idWidth - 1) << 2 | (offsetWidth - 1)) << 2 | 2
      var value = [head] + number(ids.count, large ? 4 : 1)
      for id in ids { value += number(id, idWidth) }
      for k in 0...ids.count { value += number(2 * k, offsetWidth) }
      for id in ids { value += [0x0C, UInt8(id & 0x7F)] }
      read(value) { reader in
        for id in -1...all {
          let found = id < 0 ? reader.field(-1) : reader.field(Int64(id))
          #expect(found.int == (ids.contains(id) ? Int64(id & 0x7F) : nil), "seed \(seed), round \(round)")
        }
        #expect(reader.byteCount == value.count)
      }
    }
  }

  @Test func `names are looked up in dictionaries of any width`() {
    let names = (0..<300).map { "key \($0)" }.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
    for width in 2...4 {
      var keys = [UInt8((width - 1) << 6 | 0x11)]
      func number(_ value: Int) -> [UInt8] { (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
      var offset = 0
      keys += number(names.count)
      for name in names { keys += number(offset); offset += name.utf8.count }
      keys += number(offset) + names.flatMap { Array($0.utf8) }
      read([0x00], keys: keys) { reader in
        for (id, name) in names.enumerated() { #expect(VariantReader.id(of: name, in: reader.keys) == Int64(id)) }
        #expect(VariantReader.id(of: "key", in: reader.keys) == nil && VariantReader.id(of: "zz", in: reader.keys) == nil)
      }
    }
  }

  /// No reader may leave the bytes, which end where their page ends, whatever they are.
  @Test func `bytes that are no value read as absent or as less, and nothing beyond them is read`() {
    let seed: UInt64 = 0x7EED_0022
    var random = SplitMix(seed: seed)
    let page = AlignedBytes(count: 64)
    var absent = 0
    func visit(_ reader: VariantReader, depth: Int) -> Int {
      var sum = reader.byteCount + reader.count &+ Int(truncatingIfNeeded: reader.int ?? 0)
      sum &+= Int(truncatingIfNeeded: (reader.double ?? 0).bitPattern) &+ Int(truncatingIfNeeded: reader.time ?? 0)
      for byte in reader.text ?? .init(start: nil, count: 0) { sum &+= Int(byte) }
      for byte in reader.binary ?? .init(start: nil, count: 0) { sum &+= Int(byte) }
      if reader.kind == .absent { absent += 1 }
      guard depth < 3 else { return sum }
      for k in 0..<min(reader.count, 8) { sum &+= visit(reader[k], depth: depth + 1) }
      for id in 0..<Int64(4) { sum &+= visit(reader.field(id), depth: depth + 1) }
      return sum
    }
    var sum = 0
    for _ in 0..<20_000 {
      let length = Int.random(in: 0...40, using: &random)
      let start = page.memory + 64 - length
      for at in 0..<length {
        let small = UInt8.random(in: 0...9, using: &random)
        start.storeBytes(
          of: Bool.random(using: &random) ? small : UInt8.random(in: 0...255, using: &random), toByteOffset: at, as: UInt8.self)
      }
      let bytes = UnsafeRawBufferPointer(start: start, count: length)
      sum &+= visit(VariantReader(value: bytes, keys: bytes), depth: 0)
      sum &+= Int(VariantReader.id(of: "a", in: bytes) ?? 0)
    }
    #expect(absent > 1000 && sum != 1, "seed \(seed)")
  }

  @Test func `a column's values are read in place`() throws {
    let sample = try SampleFrame()
    let view = try FrameValidator.validate(sample.bytes.raw)
    let rest = view.column(SampleFrame.rest)
    #expect(rest.variantReader(0).field(1).double == 2.5 && rest.variantReader(1).kind == .absent)
    #expect(view.column(SampleFrame.text).variantReader(0).kind == .absent)
    #expect(rest.variantKeys.elementsEqual(FrameModel.keys) && view.column(SampleFrame.text).variantKeys.isEmpty)
  }
}
