import CTidemill
import Glibc
import Frames
import TestSupport
import Testing

struct FrameExtenderTests {
  private func extend(_ view: FrameView, _ rows: [Int]?, name: String, nulls: [Int] = []) throws -> AlignedBytes {
    let count = rows?.count ?? view.rows
    let selection = rows?.map { UInt16($0) } ?? (0..<view.rows).map { UInt16($0) }
    let extender = try FrameExtender(name)
    return try selection.withUnsafeBufferPointer { selection in
      let length = try extender.begin(
        view, selection: rows == nil ? nil : selection.baseAddress, count: count, type: .double, nulls: nulls.count)
      let bytes = AlignedBytes(count: length)
      bytes.memory.initializeMemory(as: UInt8.self, repeating: 0xEE, count: bytes.count)
      let made = extender.extend(into: bytes.memory)
      precondition(made.length == bytes.count, "an extended frame has the size it said")
      for row in 0..<count {
        made.data.storeBytes(of: nulls.contains(row) ? 0 : Double(row) + 0.25, toByteOffset: 8 * row, as: Double.self)
      }
      if let valid = made.valid?.assumingMemoryBound(to: UInt8.self) {
        for byte in 0..<(count + 7) / 8 { valid[byte] = 0 }
        for row in 0..<count where !nulls.contains(row) { valid[row >> 3] |= 1 << UInt8(row & 7) }
      }
      return bytes
    }
  }

  @Test func `every kind of frame keeps its rows beside the new column`() throws {
    let seed: UInt64 = 0x7EED_00E1
    var random = SplitMix(seed: seed)
    for round in 0..<200 {
      let rows = Int.random(in: 1...400, using: &random)
      let model = FrameModel.random(rows: rows, using: &random)
      let plain = try model.bytes()
      let view = FrameView(bytes: plain.memory)
      var selected = (0..<rows).filter { _ in Int.random(in: 0..<10, using: &random) < 6 }
      if selected.isEmpty { selected = [0] }
      let takesAll = round % 3 == 0
      let bytes = try extend(view, takesAll ? nil : selected, name: "new column", nulls: round % 2 == 0 ? [0] : [])
      let made = try FrameValidator.validate(bytes.raw)
      let kept = takesAll ? Array(0..<rows) : selected
      #expect(made.columnCount == view.columnCount + 1 && made.rows == kept.count)
      #expect(!made.hasVerbatim && made.hasRowWatermark == view.hasRowWatermark)
      for (row, old) in kept.enumerated() where view.hasRowWatermark {
        #expect(made.rowWatermark(row) == view.rowWatermark(old), "seed \(seed), round \(round)")
      }
      let column = try #require(made.column(named: "new column"))
      for row in kept.indices {
        let isNull = round % 2 == 0 && row == 0
        #expect(column.isValid(row) == !isNull && (isNull || column.double(row) == Double(row) + 0.25))
      }
      // Without it, the frame is what a compaction makes of the same rows.
      let plainCopy = compacted(view, takesAll ? nil : selected)
      for index in 0..<view.columnCount {
        #expect(same(made, FrameView(bytes: plainCopy.memory), index), "seed \(seed), round \(round), column \(index)")
      }
    }
  }

  private func compacted(_ view: FrameView, _ rows: [Int]?) -> AlignedBytes {
    let selection = (rows ?? Array(0..<view.rows)).map { UInt16($0) }
    return selection.withUnsafeBufferPointer { selection in
      let bytes = AlignedBytes(
        count: FrameCompactor.byteCount(of: view, selection: selection.baseAddress, count: selection.count))
      FrameCompactor.compact(
        view, selection: selection.baseAddress, count: selection.count, into: bytes.memory, capacity: bytes.count)
      return bytes
    }
  }

  /// Whether a column has the same bytes in both, those of columns inside it and of its dictionary included.
  private func same(_ one: FrameView, _ other: FrameView, _ index: Int, otherIndex: Int? = nil) -> Bool {
    let a = tide_col(one.frame, Int32(index)).pointee, b = tide_col(other.frame, Int32(otherIndex ?? index)).pointee
    guard a.type == b.type, a.enc == b.enc, a.role == b.role, a.len == b.len, a.nulls == b.nulls, a.nchild == b.nchild else {
      return false
    }
    func equal(_ offset: UInt32, _ otherOffset: UInt32, _ length: Int) -> Bool {
      memcmp(tide_at(one.frame, offset), tide_at(other.frame, otherOffset), length) == 0
    }
    guard a.name_len == b.name_len, equal(a.name, b.name, Int(a.name_len)) else { return false }
    guard a.data_len == b.data_len, a.heap_len == b.heap_len else { return false }
    if a.data != 0, !equal(a.data, b.data, Int(a.data_len)) { return false }
    if a.heap != 0, !equal(a.heap, b.heap, Int(a.heap_len)) { return false }
    if a.nulls > 0, !equal(a.valid, b.valid, (Int(a.len) + 7) / 8) { return false }
    if a.dict != UInt16(TIDE_NONE_COLUMN), !same(one, other, Int(a.dict), otherIndex: Int(b.dict)) { return false }
    return (0..<Int(a.nchild)).allSatisfy { same(one, other, Int(a.first_child) + $0, otherIndex: Int(b.first_child) + $0) }
  }

  @Test func `a plain column of the name is replaced where it stands, another is hidden`() throws {
    let sample = try SampleFrame()
    let view = FrameView(bytes: sample.bytes.memory)
    let text = try extend(view, nil, name: "text")
    let replaced = try FrameValidator.validate(text.raw)
    #expect(replaced.columnCount == view.columnCount)
    #expect(replaced.column(SampleFrame.text).type == .double)
    let key = try extend(view, [1, 3, 5], name: "key")
    let hidden = try FrameValidator.validate(key.raw)
    #expect(hidden.columnCount == view.columnCount + 1)
    #expect(hidden.column(role: .key)?.string(0) == "clé 1")
    #expect(hidden.column(named: "key")?.double(2) == 2.25)
    #expect(hidden.rowWatermark(1) == view.rowWatermark(3))
  }
}
