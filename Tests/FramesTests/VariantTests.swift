import CHost
import Frames
import Testing

struct VariantTests {
  private func wrong(_ value: [UInt8], keys: UInt32 = 2) -> String? {
    // The value stands at the end of a page, so that a read beyond it is seen.
    let bytes = AlignedBytes(count: 64)
    let start = bytes.memory + 64 - value.count
    value.withUnsafeBytes { if !$0.isEmpty { start.copyMemory(from: $0.baseAddress!, byteCount: $0.count) } }
    return tide_variant_check(start.assumingMemoryBound(to: UInt8.self), UInt64(value.count), keys).map { String(cString: $0) }
  }
  private func wrongKeys(_ metadata: [UInt8]) -> String? {
    var count: UInt32 = 0
    let bytes = AlignedBytes(count: 64)
    let start = bytes.memory + 64 - metadata.count
    metadata.withUnsafeBytes { if !$0.isEmpty { start.copyMemory(from: $0.baseAddress!, byteCount: $0.count) } }
    return tide_variant_check_keys(start.assumingMemoryBound(to: UInt8.self), UInt64(metadata.count), &count)
      .map { String(cString: $0) }
  }

  @Test func `every primitive has its size`() {
    let sizes = [0, 0, 0, 1, 2, 4, 8, 8, 5, 9, 17, 4, 8, 8, 4, nil, nil, 8, 8, 8, 16]
    for (type, size) in sizes.enumerated() {
      let head = UInt8(type << 2)
      if let size {
        let value = [head] + [UInt8](repeating: 0, count: size)
        #expect(wrong(value) == nil, "type \(type)")
        #expect(wrong(value + [0]) != nil, "type \(type) and one byte more")
        if size > 0 { #expect(wrong(value.dropLast()) != nil, "type \(type) and one byte less") }
      } else {
        #expect(wrong([head, 2, 0, 0, 0, 0x61, 0x62]) == nil)
        #expect(wrong([head, 3, 0, 0, 0, 0x61, 0x62]) != nil)
        #expect(wrong([head, 0xFF, 0xFF, 0xFF, 0xFF, 0x61]) != nil)
        #expect(wrong([head, 2, 0]) != nil)
      }
    }
    #expect(wrong([21 << 2]) == "a VARIANT holds a value of an unknown type")
    #expect(wrong([]) == "a VARIANT's value is empty")
    #expect(wrong([8 << 2, 39, 0, 0, 0, 0]) == "a VARIANT's decimal has a scale above 38")
  }

  @Test func `strings are UTF-8 of the length they say`() {
    #expect(wrong([0x0D, 0x61, 0x62, 0x63]) == nil)
    #expect(wrong([0x0D, 0x61, 0x62]) != nil)
    #expect(wrong([0x09, 0xC3, 0xA9]) == nil)
    #expect(wrong([0x05, 0xC3]) == "a VARIANT's string is not UTF-8")
    #expect(wrong([16 << 2, 1, 0, 0, 0, 0xFF]) == "a VARIANT's string is not UTF-8")
    #expect(wrong([15 << 2, 1, 0, 0, 0, 0xFF]) == nil)
  }

  @Test func `containers hold their children and nothing else`() {
    #expect(wrong(FrameModel.nested) == nil)
    #expect(wrong([0x02, 0, 0]) == nil)
    #expect(wrong([0x03, 0, 0]) == nil)
    #expect(wrong([0x03, 1, 0, 1, 0x00]) == nil)
    #expect(wrong([0x03, 1, 0, 2, 0x00, 0x00]) == "a VARIANT's container has bytes that belong to no child")
    #expect(wrong([0x03, 1, 1, 1, 0x00]) == "an offset of a VARIANT's container leaves it")
    #expect(wrong([0x03, 2, 0, 0, 2, 0x0C, 7]) == "the children of a VARIANT's container overlap")
    #expect(wrong([0x03, 1, 0, 9, 0x00]) == "a VARIANT's container is longer than what holds it")
    #expect(wrong([0x03, 0xFF]) == "a VARIANT's container ends before its offsets")
    #expect(wrong([0x03]) == "a VARIANT's container ends before its count")
    #expect(wrong([0x13, 1, 0, 1, 0, 0, 0]) != nil)
    #expect(wrong([0x13, 1, 0, 0, 0, 0, 1, 0x00]) == nil)
    #expect(wrong([0x13, 1, 0, 1, 0, 0, 0, 0]) == "a VARIANT's container has more than 65536 elements")
    #expect(wrong([0x83, 0, 0]) == "a VARIANT's container sets bits that have no meaning")
  }

  @Test func `the keys of an object ascend strictly and exist`() {
    #expect(wrong([0x02, 2, 0, 1, 0, 1, 2, 0x00, 0x00]) == nil)
    #expect(wrong([0x02, 2, 1, 0, 0, 1, 2, 0x00, 0x00]) == "the keys of a VARIANT's object are not strictly ascending")
    #expect(wrong([0x02, 2, 0, 0, 0, 1, 2, 0x00, 0x00]) == "the keys of a VARIANT's object are not strictly ascending")
    #expect(wrong([0x02, 1, 2, 0, 1, 0x00]) == "a VARIANT's object names a key that the dictionary lacks")
    #expect(wrong([0x02, 1, 0, 0, 1, 0x00], keys: 0) == "a VARIANT's object names a key that the dictionary lacks")
    // The values of an object may stand in any order.
    #expect(wrong([0x02, 2, 0, 1, 1, 0, 2, 0x00, 0x00]) == nil)
  }

  @Test func `64 containers may lie in each other, 65 may not`() {
    func nested(_ depth: Int) -> [UInt8] {
      var value: [UInt8] = [0x03, 0, 0]
      for _ in 1..<depth {
        value = [0x07, 1, 0, 0, UInt8(truncatingIfNeeded: value.count), UInt8(value.count >> 8)] + value
      }
      return value
    }
    #expect(wrong(nested(63)) == nil)
    let deep = nested(64)
    let deeper = nested(65)
    func check(_ value: [UInt8]) -> Bool {
      value.withUnsafeBufferPointer { tide_variant_check($0.baseAddress, UInt64($0.count), 0) == nil }
    }
    #expect(check(deep) && !check(deeper))
  }

  @Test func `a key dictionary is sorted, complete and UTF-8`() {
    #expect(wrongKeys(FrameModel.keys) == nil)
    #expect(wrongKeys([0x11, 0, 0]) == nil)
    #expect(wrongKeys([0x51, 1, 0, 0, 0, 1, 0, 0x61]) == nil)
    #expect(wrongKeys([]) != nil)
    #expect(wrongKeys([0x11]) != nil)
    #expect(wrongKeys([0x12, 0, 0]) == "a VARIANT's key dictionary has another version than 1")
    #expect(wrongKeys([0x01, 0, 0]) == "a VARIANT's key dictionary does not say that its keys are sorted")
    #expect(wrongKeys([0xD1, 0xFF, 0xFF, 0xFF, 0xFF, 0]) != nil)
    #expect(wrongKeys([0x11, 2, 0, 1, 2, 0x62, 0x61]) == "a VARIANT's keys are not strictly ascending")
    #expect(wrongKeys([0x11, 2, 0, 1, 2, 0x61, 0x61]) == "a VARIANT's keys are not strictly ascending")
    #expect(wrongKeys([0x11, 2, 0, 1, 3, 0x61, 0x61, 0x62]) == nil)
    #expect(wrongKeys([0x11, 1, 1, 1, 0x61]) == "the first offset of a VARIANT's key dictionary is not 0")
    #expect(wrongKeys([0x11, 1, 0, 2, 0x61]) == "an offset of a VARIANT's key dictionary goes back or leaves it")
    #expect(wrongKeys([0x11, 1, 0, 1, 0x61, 0x62]) == "a VARIANT's key dictionary has bytes that belong to no key")
    #expect(wrongKeys([0x11, 1, 0, 1, 0xFF]) == "a VARIANT's key is not UTF-8")
  }
}
