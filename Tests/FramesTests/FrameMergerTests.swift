import CTidemill
import Frames
import TestSupport
import Testing

struct FrameMergerTests {
  private func merged(_ merger: FrameMerger) throws -> FrameView {
    let bytes = AlignedBytes(count: merger.byteCount)
    bytes.memory.initializeMemory(as: UInt8.self, repeating: 0xEE, count: bytes.count)
    let length = merger.write(into: bytes.memory, capacity: bytes.count)
    precondition(length == bytes.count, "a merged frame has the size it said")
    return try FrameValidator.validate(bytes.raw)
  }

  private func append(_ merger: FrameMerger, _ view: FrameView, _ rows: [Int]) {
    rows.map { UInt16($0) }.withUnsafeBufferPointer { merger.append(view, selection: $0.baseAddress, count: rows.count) }
  }

  /// Rows to take of a frame: all, a range, or some here and there.
  private func selection(of rows: Int, using random: inout SplitMix) -> [Int] {
    let from = random.below(rows)
    switch random.below(3) {
    case 0: return Array(0..<rows)
    case 1: return Array(from...Int.random(in: from..<rows, using: &random))
    default:
      let chosen = (0..<rows).filter { _ in Bool.random(using: &random) }
      return chosen.isEmpty ? [from] : chosen
    }
  }

  @Test func `rows of several frames follow each other, in every encoding`() throws {
    let seed: UInt64 = 0x7EED_0031
    var random = SplitMix(seed: seed)
    let merger = FrameMerger()
    for round in 0..<200 {
      let hasVerbatim = Bool.random(using: &random)
      var whole: FrameModel?
      for _ in 0..<1 + random.below(6) {
        let rows = 1 + random.below(400)
        var model = FrameModel.random(rows: rows, using: &random)
        model.verbatim = hasVerbatim ? (0..<rows).map { Array("{\"row\":\($0)}".utf8) } : nil
        let bytes = try model.bytes()
        let view = FrameView(bytes: bytes.memory)
        let chosen = selection(of: rows, using: &random)
        #expect(merger.accepts(view))
        if chosen.count == rows {
          merger.append(view, selection: nil, count: rows)
        } else {
          append(merger, view, chosen)
        }
        whole = FrameModel(joining: whole, model, rows: chosen)
      }
      let model = try #require(whole)
      #expect(merger.rows == model.rows)
      let view = try merged(merger)
      #expect(model.difference(from: view) == nil, "seed \(seed), round \(round)")
      #expect(schemaID(of: view) == view.schemaID)
      merger.reset()
      #expect(merger.byteCount == 0)
    }
  }

  @Test func `encodings stay where the frames agree`() throws {
    let sample = try SampleFrame()
    let view = FrameView(bytes: sample.bytes.memory)
    let merger = FrameMerger()
    for range in [0..<1, 1..<2, 2..<19, 19..<20] { merger.append(view, range) }
    let whole = try merged(merger)
    #expect(whole.column(SampleFrame.id).encoding == .sequence)
    #expect(whole.column(SampleFrame.ingest).encoding == .constant)
    #expect(whole.column(SampleFrame.source).encoding == .constant)
    #expect(whole.column(SampleFrame.key).encoding == .dictionary)
    #expect(whole.column(SampleFrame.key).dictionary?.count == 3)
    #expect(whole.column(SampleFrame.double).encoding == .flat)
    for row in 0..<20 {
      for column in 0..<view.columnCount { #expect(read(whole.column(column), row) == read(view.column(column), row)) }
      #expect(whole.rowWatermark(row) == view.rowWatermark(row))
      #expect(whole.verbatim(row).map(Array.init) == view.verbatim(row).map(Array.init))
    }
    #expect(whole.byteCount <= view.byteCount + 256)
  }

  @Test func `constants that differ become a dictionary, sequences that jump become flat`() throws {
    func frame(_ source: String, _ first: Int64) throws -> AlignedBytes {
      let builder = FrameBuilder()
      _ = try builder.addColumn("source", .string)
      _ = try builder.addColumn("n", .int)
      _ = try builder.addColumn("at", .time, role: .eventTime)
      builder.setConstant(0, source)
      builder.setSequence(1, base: first, step: 2)
      builder.setConstant(2, time: first)
      for _ in 0..<3 { builder.endRow() }
      return try written(builder)
    }
    let frames = [try frame("a", 10), try frame("a", 16), try frame("b", 30)]
    let merger = FrameMerger()
    for bytes in frames[..<2] { merger.append(FrameView(bytes: bytes.memory), 0..<3) }
    var view = try merged(merger)
    #expect(view.column(0).encoding == .constant && view.column(1).encoding == .sequence)
    #expect(view.eventTimeRange == 10...16)
    merger.append(FrameView(bytes: frames[2].memory), 1..<3)
    view = try merged(merger)
    #expect(view.column(0).encoding == .dictionary && view.column(1).encoding == .flat)
    #expect((0..<8).map { view.column(0).string($0) } == ["a", "a", "a", "a", "a", "a", "b", "b"])
    #expect((0..<8).map { view.column(1).int($0) } == [10, 12, 14, 16, 18, 20, 32, 34])
    #expect(view.eventTimeRange == 10...30)
  }

  @Test func `one value of any type for all rows joins others`() throws {
    let seed: UInt64 = 0x7EED_0033
    var random = SplitMix(seed: seed)
    var joined = 0
    for round in 0..<200 {
      let merger = FrameMerger()
      var whole: FrameModel?
      for _ in 0..<1 + random.below(4) {
        var model = FrameModel.random(rows: 1, using: &random)
        model.verbatim = nil
        model.columns.removeAll { $0.shape != .rows || $0.type == .string || $0.role == .eventTime }
        if model.columns.contains(where: { $0.values == [.null] }) { continue }
        let bytes = try model.bytes()
        let rows = random.below(4) == 0 ? 1 : 1 + random.below(5)
        if rows > 1 { makeConstant(bytes, rows: rows) }
        let view = try FrameValidator.validate(bytes.raw)
        merger.append(view, random.below(2) == 0 ? 0..<rows : rows / 2..<rows)
        let chosen = [Int](repeating: 0, count: merger.rows - (whole?.rows ?? 0))
        whole = FrameModel(joining: whole, model, rows: chosen)
      }
      guard let whole else { continue }
      joined += 1
      #expect(whole.difference(from: try merged(merger)) == nil, "seed \(seed), round \(round)")
    }
    #expect(joined > 50)
  }

  /// A flat frame of one row is laid out as one of constants is.
  private func makeConstant(_ bytes: AlignedBytes, rows: Int) {
    let frame = bytes.memory.assumingMemoryBound(to: tide_frame.self)
    let columns = (bytes.memory + Int(frame.pointee.desc)).assumingMemoryBound(to: tide_column.self)
    frame.pointee.rows = UInt32(rows)
    for index in 0..<Int(frame.pointee.top) {
      columns[index].len = UInt32(rows)
      if columns[index].enc == UInt8(TIDE_FLAT) { columns[index].enc = UInt8(TIDE_CONST) }
    }
  }

  @Test func `row watermarks begin with the first frame that has some`() throws {
    let builder = FrameBuilder()
    _ = try builder.addColumn("n", .int)
    builder.setSequence(0, base: 0)
    for _ in 0..<2 { builder.endRow() }
    let plain = try written(builder)
    let view = FrameView(bytes: plain.memory)
    let late = AlignedBytes(count: plain.count + FrameEditor.rowWatermarkRoom(view))
    #expect(FrameEditor.addRowWatermark(.constant(7), to: view, into: late.memory, capacity: late.count) > 0)
    let merger = FrameMerger()
    for bytes in [plain, late, plain] {
      #expect(merger.accepts(FrameView(bytes: bytes.memory)))
      merger.append(FrameView(bytes: bytes.memory), 0..<2)
    }
    var whole = try merged(merger)
    #expect((0..<6).map { whole.rowWatermark($0) } == [.min, .min, 7, 7, .min, .min])
    merger.reset()
    merger.append(FrameView(bytes: late.memory), 0..<2)
    whole = try merged(merger)
    #expect((0..<2).map { whole.rowWatermark($0) } == [7, 7])
    merger.reset()
    merger.append(view, 0..<2)
    #expect(try merged(merger).hasRowWatermark == false)
  }

  @Test func `another schema, another kind and missing records are not accepted`() throws {
    let one = FrameBuilder()
    _ = try one.addColumn("n", .int)
    one.put(0, 1)
    one.endRow()
    let bytes = try written(one)
    let merger = FrameMerger()
    merger.append(FrameView(bytes: bytes.memory), 0..<1)
    one.kind = .error
    let errors = try written(one)
    #expect(!merger.accepts(FrameView(bytes: errors.memory)))
    let other = FrameBuilder()
    _ = try other.addColumn("m", .int)
    other.put(0, 1)
    other.endRow()
    let renamed = try written(other)
    #expect(!merger.accepts(FrameView(bytes: renamed.memory)))
    let recorded = FrameBuilder()
    _ = try recorded.addColumn("n", .int)
    try recorded.addVerbatim()
    recorded.put(0, 1)
    Array("{}".utf8).withUnsafeBytes { recorded.putVerbatim($0) }
    recorded.endRow()
    let record = try written(recorded)
    #expect(!merger.accepts(FrameView(bytes: record.memory)))
    merger.reset()
    for frame in [errors, renamed, record, bytes] {
      #expect(merger.accepts(FrameView(bytes: frame.memory)))
      merger.append(FrameView(bytes: frame.memory), 0..<1)
      #expect(try merged(merger).kind == FrameView(bytes: frame.memory).kind)
      merger.reset()
    }
  }

  @Test func `a frame of 65536 rows and as many texts is whole`() throws {
    let merger = FrameMerger()
    let builder = FrameBuilder()
    builder.maxRows = FrameLimits.maxRows
    _ = try builder.addColumn("text", .string)
    for part in 0..<4 {
      for row in 0..<16_384 {
        // Few distinct ones in the first frame, which thereby has a dictionary.
        builder.put(0, part == 0 ? "t\(row % 7)" : "t\(part) \(row)")
        builder.endRow()
      }
      let bytes = try written(builder)
      merger.append(FrameView(bytes: bytes.memory), 0..<16_384)
      builder.reset()
    }
    let view = try merged(merger)
    #expect(view.rows == 65_536)
    #expect(view.column(0).string(16_383) == "t3" && view.column(0).string(65_535) == "t3 16383")
  }

  @Test func `variants over different keys get one dictionary, whatever their numbers become`() throws {
    let seed: UInt64 = 0x7EED_0032
    var random = SplitMix(seed: seed)
    for round in 0..<60 {
      let merger = FrameMerger()
      // The more frames, the more keys: beyond 256 their numbers need another width.
      let vocabulary = [3, 40, 900][round % 3]
      var texts: [String] = []
      for _ in 0..<1 + random.below(8) {
        let values = (0..<1 + random.below(30)).map { _ in
          VariantModel.random(depth: 4, vocabulary: vocabulary, using: &random)
        }
        let isConstant = random.below(4) == 0
        let keys = Set(values.flatMap(\.keys)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let builder = FrameBuilder()
        _ = try builder.addColumn("rest", .variant, role: .rest)
        VariantModel.metadata(keys).withUnsafeBytes { builder.setKeys(0, metadata: $0) }
        if isConstant {
          values[0].encoded(keys).withUnsafeBytes { builder.setConstant(0, bytes: $0, type: .variant) }
        }
        for value in values {
          if !isConstant { value.encoded(keys).withUnsafeBytes { builder.put(0, variant: $0) } }
          builder.endRow()
          texts.append((isConstant ? values[0] : value).text)
        }
        let bytes = try written(builder)
        let view = try FrameValidator.validate(bytes.raw)
        merger.append(view, 0..<view.rows)
      }
      let view = try merged(merger)
      let found = (0..<view.rows).map { row in
        let (value, keys) = view.column(0).variant(row)
        return VariantModel(value, VariantModel.names(Array(keys))).text
      }
      #expect(found == texts, "seed \(seed), round \(round)")
      // What was merged merges again.
      let again = FrameMerger()
      for _ in 0..<2 { again.append(view, 0..<view.rows) }
      #expect(try merged(again).rows == 2 * view.rows)
    }
  }
}

extension FrameModel {
  /// The rows of one model and some rows of another.
  init(joining first: FrameModel?, _ second: FrameModel, rows chosen: [Int]) {
    self.init(rows: (first?.rows ?? 0) + chosen.count)
    columns = second.columns.enumerated().map { index, column in
      let more = chosen.map { column.values[$0] }
      var joined = column
      joined.shape = .rows
      joined.values = (first?.columns[index].values ?? []) + more
      return joined
    }
    verbatim = second.verbatim.map { records in (first?.verbatim ?? []) + chosen.map { records[$0] } }
  }
}
