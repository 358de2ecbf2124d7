import CTidemill
import Frames
import TestSupport
import Testing

struct FrameJoinerTests {
  private func join(_ view: FrameView, _ rows: [Int]?, with other: FrameView, leavingOut name: String = "") -> AlignedBytes {
    let joiner = FrameJoiner()
    let count = rows?.count ?? view.rows
    let selection = (rows ?? Array(0..<view.rows)).map { UInt16($0) }
    return selection.withUnsafeBufferPointer { selection in
      Array(name.utf8).withUnsafeBytes {
        joiner.join(view, selection: rows == nil ? nil : selection.baseAddress, count: count, with: other, leavingOut: $0)
      }
      let bytes = AlignedBytes(count: joiner.byteCount)
      bytes.memory.initializeMemory(as: UInt8.self, repeating: 0xEE, count: bytes.count)
      precondition(joiner.fits && joiner.write(into: bytes.memory) == bytes.count, "a joined frame has the size it said")
      return bytes
    }
  }

  /// A number, texts that repeat, and a variant, for so many rows.
  private func other(_ rows: Int, names: (String, String) = ("made n", "made text"), rest: Bool = false) throws -> AlignedBytes
  {
    let builder = FrameBuilder()
    builder.maxRows = FrameLimits.maxRows
    let number = try builder.addColumn(names.0, .int)
    let text = try builder.addColumn(names.1, .string)
    let variant = try builder.addColumn(rest ? "" : "made variant", .variant, role: rest ? .rest : nil)
    FrameModel.keys.withUnsafeBytes { builder.setKeys(variant, metadata: $0) }
    for row in 0..<rows {
      if row % 3 > 0 { builder.put(number, Int64(row)) }
      builder.put(text, "text \(row % 4)")
      FrameModel.nested.withUnsafeBytes { builder.put(variant, variant: $0) }
      builder.endRow()
    }
    return try written(builder)
  }

  @Test func `every kind of frame keeps its rows beside the columns of the other`() throws {
    let seed: UInt64 = 0x7EED_00E7
    var random = SplitMix(seed: seed)
    for round in 0..<200 {
      let rows = Int.random(in: 1...400, using: &random)
      let plain = try FrameModel.random(rows: rows, using: &random).bytes()
      let view = FrameView(bytes: plain.memory)
      var selected = (0..<rows).filter { _ in Int.random(in: 0..<10, using: &random) < 6 }
      if selected.isEmpty { selected = [0] }
      let kept = round % 3 == 0 ? Array(0..<rows) : selected
      let hasRest = view.column(role: .rest) != nil
      let added = try other(kept.count, rest: hasRest)
      let bytes = join(view, round % 3 == 0 ? nil : selected, with: FrameView(bytes: added.memory))
      let made = try FrameValidator.validate(bytes.raw)
      #expect(made.columnCount == view.columnCount + (hasRest ? 2 : 3) && made.rows == kept.count)
      #expect(!made.hasVerbatim && made.hasRowWatermark == view.hasRowWatermark)
      for (row, old) in kept.enumerated() {
        if view.hasRowWatermark { #expect(made.rowWatermark(row) == view.rowWatermark(old), "seed \(seed), round \(round)") }
        for index in 0..<view.columnCount where view.column(index).role != .rest {
          #expect(
            made.column(index).isValid(row) == view.column(index).isValid(old)
              && made.column(index).bytes(row).elementsEqual(view.column(index).bytes(old))
              && made.column(index).int(row) == view.column(index).int(old), "seed \(seed), round \(round), column \(index)")
        }
        let number = try #require(made.column(named: "made n"))
        #expect(number.isValid(row) == (row % 3 > 0) && number.int(row) == (row % 3 > 0 ? Int64(row) : 0))
        #expect(made.column(named: "made text")?.string(row) == "text \(row % 4)")
        let variant = try #require(hasRest ? made.column(role: .rest) : made.column(named: "made variant"))
        #expect(variant.variantReader(row).kind == .object)
      }
    }
  }

  @Test func `columns of one name are replaced where they stand, those with a role hidden, and one is left out`() throws {
    let view = FrameView(bytes: try SampleFrame().bytes.memory)
    let added = try other(3, names: ("double", "key"), rest: true)
    let made = try FrameValidator.validate(join(view, [1, 3, 5], with: FrameView(bytes: added.memory), leavingOut: "text").raw)
    #expect(made.columnCount == view.columnCount)
    #expect(made.column(SampleFrame.double).type == .int && made.column(SampleFrame.double).int(2) == 2)
    #expect(made.column(role: .key)?.string(0) == "clé 1" && made.column(role: .key)?.name == "")
    #expect(made.column(named: "key")?.string(2) == "text 2")
    #expect(made.column(named: "text") == nil)
    #expect(
      made.column(role: .rest)?.isValid(1) == true && made.column(role: .ingestTime)?.time(0) == 1_800_000_000_000_000_000)
    #expect(made.rowWatermark(1) == view.rowWatermark(3) && made.eventTimeRange != nil)
    // The dictionary of the key, the keys of the rest, the watermark: not the records, nor what only replaced columns refer to.
    #expect(made.descriptorCount == made.columnCount + 3)
  }
}
