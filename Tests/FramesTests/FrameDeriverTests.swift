import CTidemill
import Frames
import TestSupport
import Testing

struct FrameDeriverTests {
  private let sample: SampleFrame
  private let frame: FrameView

  init() throws {
    sample = try SampleFrame()
    frame = FrameView(bytes: sample.bytes.memory)
  }

  /// The frames that changes make of all rows, or of some.
  private func derive(
    _ frame: FrameView, _ changes: [ColumnChange], _ values: [ColumnValues] = [], limit: Int = FrameLimits.defaultMaxBytes,
    with deriver: FrameDeriver? = nil
  ) throws -> [FrameView] {
    let deriver = try deriver ?? FrameDeriver(changes)
    var made: [AlignedBytes] = []
    try deriver.derive(frame, .init(nil, count: frame.rows), values: values, limit: limit) { bytes in
      made.append(AlignedBytes(count: bytes))
      return made.last!.memory
    } commit: { _ in
    }
    return try made.map { try FrameValidator.validate($0.raw) }
  }

  private func kept<Element>(_ elements: [Element]) -> UnsafeBufferPointer<Element> {
    let memory = UnsafeMutableBufferPointer<Element>.allocate(capacity: elements.count)
    _ = memory.initialize(from: elements)
    return UnsafeBufferPointer(memory)
  }

  private func texts(_ texts: [String]) -> ColumnValues {
    ColumnValues(
      kept(
        texts.map { text in
          let bytes = kept(Array(text.utf8) + [0])
          return tide_string(
            data: UnsafeRawPointer(bytes.baseAddress!).assumingMemoryBound(to: CChar.self), length: UInt64(bytes.count - 1))
        }))
  }

  /// A frame of `rows` rows with a number and a text of so many bytes.
  private func plain(rows: Int, textBytes: Int = 4) throws -> AlignedBytes {
    let builder = FrameBuilder()
    let number = try builder.addColumn("n", .int)
    let text = try builder.addColumn("text", .string)
    for row in 0..<rows {
      builder.put(number, Int64(row))
      builder.put(text, String(repeating: "x", count: textBytes) + "\(row)")
      builder.endRow()
    }
    return try written(builder)
  }

  @Test func `rows in another order keep what they hold, their records and their watermarks`() throws {
    let order = (0..<frame.rows).map { UInt16($0 * 7 % frame.rows) }
    let deriver = try FrameDeriver([])
    var made: [AlignedBytes] = []
    try order.withUnsafeBufferPointer { order in
      try deriver.derive(frame, .init(order.baseAddress, count: order.count, areRepeated: true), values: []) { bytes in
        made.append(AlignedBytes(count: bytes))
        return made.last!.memory
      } commit: { _ in
      }
    }
    let turned = try FrameValidator.validate(made[0].raw)
    #expect(turned.rows == frame.rows && turned.hasVerbatim && schemaID(of: turned) == schemaID(of: frame))
    for (place, row) in order.enumerated() {
      let row = Int(row)
      #expect(turned.rowWatermark(place) == frame.rowWatermark(row))
      #expect(turned.verbatim(place).map(Array.init) == frame.verbatim(row).map(Array.init))
      for column in [SampleFrame.id, SampleFrame.at, SampleFrame.int] {
        #expect(turned.column(column).int(place) == frame.column(column).int(row))
        #expect(turned.column(column).isValid(place) == frame.column(column).isValid(row))
      }
      #expect(turned.column(SampleFrame.text).string(place) == frame.column(SampleFrame.text).string(row))
    }
  }

  // MARK: Encodings

  @Test func `few texts become a dictionary, one becomes a constant, many stay as they are`() throws {
    let plain = try plain(rows: 600)
    let frame = FrameView(bytes: plain.memory)
    let rows = 0..<frame.rows
    func encoding(_ text: (Int) -> String) throws -> ColumnEncoding? {
      let made = try derive(frame, [.set("new")], [texts(rows.map(text))])[0].column(named: "new")!
      #expect(rows.allSatisfy { made.string($0) == text($0) })
      return made.encoding
    }
    #expect(try encoding { "\($0 % 7) and more than sixteen bytes" } == .dictionary)
    #expect(try encoding { "\($0 / 2)" } == .dictionary)
    #expect(try encoding { $0 == 0 ? "one too many" : "\($0 / 2)" } == .flat)
    #expect(try encoding { "\($0 % 300)" } == .flat)
    #expect(try encoding { $0 < 256 ? "\($0)" : "same" } == .flat)
    #expect(try encoding { _ in "" } == .constant)
  }

  @Test func `numbers that are all the same become a constant`() throws {
    let rows = frame.rows
    let same = ColumnValues(kept([Double](repeating: 2.5, count: rows)))
    let truths = ColumnValues(kept([Bool](repeating: true, count: rows)))
    let other = ColumnValues(kept((0..<rows).map { Int64($0 / (rows - 1)) }))
    let made = try derive(frame, [.set("same"), .set("true"), .set("other")], [same, truths, other])[0]
    #expect(made.column(named: "same")?.encoding == .constant && made.column(named: "same")?.double(7) == 2.5)
    #expect(made.column(named: "true")?.encoding == .constant && made.column(named: "true")?.bool(7) == true)
    #expect(made.column(named: "other")?.ints?.last == 1)
  }

  // MARK: Roles

  @Test func `a field that plays a role loses its name and keeps its part`() throws {
    let times = ColumnValues(times: kept([Int64](repeating: 5, count: frame.rows)))
    for changes in [[ColumnChange.remove("at")], [.keep([])], [.rename("int", to: "at")]] {
      let made = try derive(frame, changes)[0]
      #expect(made.column(role: .eventTime)?.name == "" && made.eventTimeRange == frame.eventTimeRange)
    }
    let made = try derive(frame, [.set("at")], [times])[0]
    #expect(made.column(named: "at")?.time(3) == 5 && made.column(named: "at")?.role == nil)
    #expect(made.eventTimeRange == frame.eventTimeRange)
    let renamed = try derive(frame, [.rename("at", to: "when")])[0]
    #expect(renamed.column(role: .eventTime)?.name == "when")
  }

  @Test func `the key can be given to a field, to one with another role, and to values without a name`() throws {
    let field = try derive(frame, [.role(.key, of: "text")])[0]
    #expect(field.column(role: .key)?.name == "text")
    #expect(field.column(named: "key")?.role == nil && field.columnCount == frame.columnCount)
    let time = try derive(frame, [.role(.key, of: "at")])[0]
    #expect(time.column(role: .key)?.name == "" && time.column(role: .key)?.time(4) == frame.column(named: "at")?.time(4))
    #expect(time.column(role: .eventTime)?.name == "at")
    let hidden = try derive(frame, [.set(role: .key)], [texts((0..<frame.rows).map { "k\($0)" })])[0]
    #expect(hidden.column(role: .key)?.string(9) == "k9" && hidden.column(role: .key)?.name == "")
    #expect(try derive(frame, [.role(.key, of: "nothing")])[0].column(role: .key) == nil)
    #expect(try derive(frame, [.remove("key"), .role(.key, of: "int")])[0].columnCount == frame.columnCount - 1)
  }

  @Test func `roles stay among the first 255 columns`() throws {
    let builder = FrameBuilder()
    for column in 0..<600 { _ = try builder.addColumn("c\(column)", .int) }
    for column in 0..<600 { builder.put(column, Int64(column)) }
    builder.endRow()
    let wide = try written(builder)
    let made = try derive(FrameView(bytes: wide.memory), [.role(.key, of: "c599"), .role(.type, of: "c3")])[0]
    #expect(made.column(role: .key)?.int(0) == 599 && made.column(role: .type)?.int(0) == 3)
    #expect(made.column(named: "c300")?.int(0) == 300)
  }

  @Test func `a time keeps the form that its field had`() throws {
    let column = frame.column(named: "at")!
    sample.columns[Int(column.index)].param = 2
    let later = ColumnValues(times: kept((0..<frame.rows).map { column.time($0) + 1 }))
    let made = try derive(frame, [.set("at"), .set("new")], [later, later])[0]
    #expect(made.column(named: "at")?.parameter == 2 && made.column(named: "new")?.parameter == 0)
    #expect(
      try derive(frame, [.set("at")], [texts([String](repeating: "x", count: frame.rows))])[0].column(named: "at")?.parameter
        == 0)
  }

  // MARK: Limits

  @Test func `what would be too long is cut by its rows`() throws {
    let plain = try plain(rows: 1000, textBytes: 300)
    let frame = FrameView(bytes: plain.memory)
    let long = texts((0..<1000).map { String(repeating: "y", count: 300) + "\($0)" })
    let limit = 100 << 10
    let made = try derive(frame, [.set("new")], [long], limit: limit)
    #expect(made.count > 5 && made.allSatisfy { $0.byteCount <= limit })
    let rows = made.flatMap { part in
      (0..<part.rows).map { (part.column(named: "n")!.int($0), part.column(named: "new")!.string($0)) }
    }
    #expect(rows.map(\.0) == Array(0..<1000) && rows.allSatisfy { $0.1.hasSuffix("y\($0.0)") })
    #expect(throws: FrameDeriveError("a row of 1152 bytes is longer than frames may be")) {
      try derive(frame, [.set("new")], [long], limit: 1024)
    }
  }

  @Test func `rows that come several times are cut as frames of 65536 rows, and before lists hold too much`() throws {
    let builder = FrameBuilder()
    let list = try builder.addColumn("list", .list)
    let element = try builder.addChild(of: list, .int)
    for row in 0..<2 {
      for value in 0..<30_000 { builder.put(element, Int64(value + row)) }
      builder.putList(list)
      builder.endRow()
    }
    let bytes = try written(builder)
    let frame = FrameView(bytes: bytes.memory)
    let deriver = try FrameDeriver([])
    let rows = (0..<100_000).map { UInt16($0 < 60 ? 0 : 1) }
    var parts: [Int] = []
    func derive(_ rows: ArraySlice<UInt16>, _ changes: FrameDeriver) throws {
      try Array(rows).withUnsafeBufferPointer {
        var made: [AlignedBytes] = []
        try changes.derive(frame, .init($0.baseAddress, count: $0.count, areRepeated: true), values: []) { bytes in
          made.append(AlignedBytes(count: bytes))
          return made.last!.memory
        } commit: { _ in
          let part = try FrameValidator.validate(made.last!.raw)
          parts.append(part.rows)
        }
      }
    }
    try derive(rows[..<100], deriver)
    #expect(parts.reduce(0, +) == 100 && parts.count >= 3)
    parts = []
    try derive(rows[...], try FrameDeriver([.remove("list")]))
    #expect(parts == [65536, 34464])
  }

  @Test func `a frame without columns has one that is never written`() throws {
    let plain = try plain(rows: 3)
    let made = try derive(FrameView(bytes: plain.memory), [.keep([])])[0]
    #expect(made.rows == 3 && made.columnCount == 1 && made.column(0).name == "")
  }

  @Test func `more columns than a frame has are refused`() throws {
    let builder = FrameBuilder()
    for column in 0..<2000 { _ = try builder.addColumn("c\(column)", .int) }
    builder.endRow()
    let wide = try written(builder)
    let names = (0..<2097).map { "new\($0)" }
    let value = ColumnValues(kept([Int64(1)]))
    #expect(throws: FrameDeriveError("the frame would have more than 4096 columns and dictionaries")) {
      try derive(FrameView(bytes: wide.memory), names.map { .set($0) }, names.map { _ in value })
    }
    let most = Array(names.dropFirst())
    let full = try derive(FrameView(bytes: wide.memory), most.map { .set($0) }, most.map { _ in value })[0]
    #expect(full.columnCount == 4096)
  }

  @Test func `mistakes are said in words`() {
    func reason(_ change: ColumnChange) -> String? {
      do throws(FrameDeriveError) { _ = try FrameDeriver([change]) } catch { return error.description }
      return nil
    }
    #expect(reason(.set("")) == "a field needs a name")
    #expect(reason(.rename("a", to: "")) == "a field needs a name")
    #expect(reason(.set("a\0b"))?.hasPrefix("a field's name contains NUL") == true)
    #expect(reason(.set(String(repeating: "n", count: 256)))?.hasPrefix("a field's name has at most 255 bytes") == true)
    #expect(reason(.set(String(repeating: "n", count: 255))) == nil)
    #expect(reason(.rename([("a", "x"), ("a", "y")])) == "a field gets two names (field 'a')")
    #expect(reason(.rename([("a", "x"), ("b", "x")])) == "two fields get one name (field 'x')")
    #expect(
      reason(.role(.eventTime, of: "at")) == "only the roles id, source, type and key can be given to a field (field 'at')")
    #expect(throws: FrameDeriveError.self) {
      try derive(
        frame, [.rename("int", to: "x"), .role(.key, of: "x"), .set("y", role: .key)],
        [
          ColumnValues(
            variants: kept([tide_string](repeating: tide_string(), count: frame.rows)),
            keys: UnsafeRawBufferPointer(start: nil, count: 0))
        ])
    }
  }

  // MARK: Schemas

  @Test func `what is made of frames of one schema has one schema, which is computed`() throws {
    let header = sample.bytes.memory.assumingMemoryBound(to: tide_frame.self)
    header.pointee.schema_id = schemaID(of: frame)
    let deriver = try FrameDeriver([.set("new"), .remove("int")])
    let doubles = ColumnValues(kept((0..<frame.rows).map { Double($0) }))
    let some = texts((0..<frame.rows).map { "\($0)" })
    for values in [doubles, doubles, some, doubles] {
      let made = try derive(frame, [], [values], with: deriver)[0]
      #expect(made.schemaID == schemaID(of: made) && made.schemaID != 0)
      #expect(made.column(named: "new")?.type == values.type && made.column(named: "int") == nil)
    }
    let nulls = kept((0..<frame.rows).map { $0 == 3 ? ColumnValues.State.null : .value })
    let gaps = ColumnValues(kept((0..<frame.rows).map { Double($0) }), states: nulls.baseAddress)
    let made = try derive(frame, [], [gaps], with: deriver)[0]
    #expect(made.schemaID == schemaID(of: made) && made.column(named: "new")?.isValid(3) == false)
  }
}
