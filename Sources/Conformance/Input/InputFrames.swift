import CTidemill
import Frames

/// Makes the frames that a component is fed. Row n has the same values in whichever frame it stands.
struct InputFrames {
  /// What the values are like.
  enum Flavour: Sendable {
    case plain
    /// The ends of every type's range, and what is no number.
    case extreme
    /// Nothing but nulls, where a column can have them.
    case nulls
    /// The columns that the component reads are not there.
    case missing
    /// The columns that it reads have this type.
    case typed(ColumnType)
    /// Plain numbers that every encoding can hold: laid out so.
    case encoded(ColumnEncoding)
  }

  let columns: InputColumns
  let seed: UInt64
  /// Event time of row 0, and the distance of rows.
  static let firstTime: Int64 = 1_767_225_600_000_000_000
  static let rowNanoseconds: Int64 = 10_000_000

  init(_ columns: InputColumns, seed: UInt64) {
    self.columns = columns
    self.seed = seed
  }

  static func time(ofRow row: Int) -> Int64 { firstTime + Int64(row) * rowNanoseconds }

  /// The rows `first ..< first + count`.
  func frame(_ count: Int, first: Int = 0, _ flavour: Flavour = .plain) throws -> FrameBytes {
    var list = columns.all
    switch flavour {
    case .missing: list = columns.others
    case .typed(let type):
      list = columns.read.map { InputColumn(name: $0.name, type: type, role: nil) } + columns.others
      if columns.read.isEmpty { list.append(InputColumn(name: "other", type: type, role: nil)) }
    case .encoded:
      // Columns inside columns and variants have one layout only.
      list.removeAll { $0.type == .variant || $0.type.isNested }
    default: break
    }
    return try frame(list, rows: first..<first + count, flavour)
  }

  /// A frame of any columns.
  func frame(_ list: [InputColumn], rows: Range<Int>, _ flavour: Flavour = .plain) throws -> FrameBytes {
    let builder = FrameBuilder()
    builder.maxRows = FrameLimits.maxRows
    builder.maxBytes = FrameLimits.defaultMaxBytes
    do {
      var writers: [ColumnWriter] = []
      for column in list { writers.append(try ColumnWriter(column, builder, flavour, seed: seed)) }
      for index in writers.indices { try writers[index].declareChildren(builder) }
      for writer in writers { writer.begin(rows, builder) }
      for row in rows {
        for writer in writers { writer.put(row, builder) }
        builder.endRow()
      }
      for writer in writers { writer.finish(rows, builder) }
    } catch {
      throw CaseEnd.skipped("an input frame could not be built: \(error)")
    }
    return try Self.written(builder)
  }

  static func written(_ builder: FrameBuilder) throws -> FrameBytes {
    if let failure = builder.failure { throw CaseEnd.skipped("an input frame could not be built: \(failure)") }
    let made = FrameBytes(count: builder.byteCount)
    made.base.initializeMemory(as: UInt8.self, repeating: 0, count: max(made.count, 128))
    guard builder.write(into: made.base, capacity: made.count) == made.count else {
      throw CaseEnd.skipped("an input frame could not be written")
    }
    made.frame.pointee.schema_id = schemaID(of: FrameView(UnsafePointer(made.frame)))
    do throws(FrameRejection) {
      try FrameValidator.validate(UnsafeRawBufferPointer(start: made.base, count: made.count))
    } catch {
      throw CaseEnd.skipped("an input frame was built wrongly: \(error)")
    }
    return made
  }
}
