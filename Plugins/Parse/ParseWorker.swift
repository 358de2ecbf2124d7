import PluginKit

/// Takes batches through the parser, into columns, and joins these with the rows that they were made of.
final class ParseWorker {
  /// Rows that become one frame: the columns of more would not stay in the cache.
  private static let rowsAtOnce = 4096

  private let settings: ParseSettings
  private let host: Host
  private var parser: any LineParser
  private let fieldName: [UInt8]
  /// Columns for frames of `schema`.
  private var columns: MadeColumns?
  private var schema: UInt64 = 0
  private let joiner = FrameJoiner()
  private let writer = FoundWriter()
  private var parsed: ParsedTexts
  /// The frame of the made columns.
  private var memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: FrameLimits.alignment)
  private var kept: [UInt16] = []
  private var rejected: [(row: UInt16, problem: RowProblem)] = []
  private var reason = ReasonText()
  /// Row numbers 0 and up, for batches of all rows.
  private var allRows: [UInt16] = []

  init(_ settings: ParseSettings, _ host: Host) {
    self.settings = settings
    self.host = host
    parser = settings.parser
    parsed = ParsedTexts(settings.parser)
    fieldName = Array(settings.field.utf8)
  }

  deinit { memory.deallocate() }

  func process(_ batch: Batch, _ texts: ColumnView, _ out: inout Output) throws {
    let frame = batch.frame
    if columns == nil || frame.schemaID == 0 || frame.schemaID != schema {
      columns = try MadeColumns(settings, parser, like: frame, writer)
      parsed = ParsedTexts(parser)
      schema = frame.schemaID
    }
    if settings.time != nil, let time = frame.column(role: .eventTime) {
      throw PluginError.fatal("the rows have an event time already, '\(time.name)'; remove the option 'time'")
    }
    let now = host.now
    if batch.selection == nil, allRows.count < batch.count { allRows = (0..<batch.count).map { UInt16($0) } }
    try allRows.withUnsafeBufferPointer { all in
      let rows = UnsafeBufferPointer(start: batch.selection ?? all.baseAddress, count: batch.count)
      for start in stride(from: 0, to: rows.count, by: Self.rowsAtOnce) {
        let part = UnsafeBufferPointer(rebasing: rows[start..<min(start + Self.rowsAtOnce, rows.count)])
        try send(part, of: batch, texts, now, &out)
      }
    }
  }

  // MARK: Frames

  /// One frame of what the rows become; two of half as many where one would be too long.
  private func send(
    _ rows: UnsafeBufferPointer<UInt16>, of batch: Batch, _ texts: ColumnView, _ now: Int64, _ out: inout Output
  ) throws {
    writer.names.begin()
    parse(rows, batch.frame, texts, now)
    // With names that were new, values have wrong numbers for them.
    if writer.names.settle() { parse(rows, batch.frame, texts, now) }
    guard let made = join(batch.frame) else {
      guard rows.count > 1 else { return try reject(Int(rows[0]), of: batch, .tooLong, out) }
      let half = rows.count / 2
      try send(UnsafeBufferPointer(rebasing: rows[..<half]), of: batch, texts, now, &out)
      return try send(UnsafeBufferPointer(rebasing: rows[half...]), of: batch, texts, now, &out)
    }
    for (row, problem) in rejected { try reject(Int(row), of: batch, problem, out) }
    if made { try out.commit(joiner) }
  }

  private func reject(_ row: Int, of batch: Batch, _ problem: RowProblem, _ out: Output) throws {
    columns?.tell(problem, &reason)
    try reason.bytes.withUnsafeBytes { try out.reject(row, of: batch, utf8: $0) }
  }

  /// True when the joiner has a frame to send, false when no row is left; nil when the frame would be too long.
  private func join(_ frame: FrameView) -> Bool? {
    guard let columns else { return false }
    if kept.isEmpty { return false }
    let bytes = columns.finish()
    guard bytes > 0, bytes <= FrameLimits.defaultMaxBytes else { return nil }
    if memory.count < bytes {
      memory.deallocate()
      memory = .allocate(byteCount: 2 * bytes, alignment: FrameLimits.alignment)
    }
    columns.write(into: memory)
    let made = FrameView(bytes: memory.baseAddress!)
    let name = settings.removes && !settings.keepsFailed ? fieldName : []
    name.withUnsafeBytes { name in
      kept.withUnsafeBufferPointer {
        joiner.join(frame, selection: $0.baseAddress, count: kept.count, with: made, leavingOut: name)
      }
    }
    return joiner.fits && joiner.byteCount <= FrameLimits.defaultMaxBytes ? true : nil
  }

  // MARK: Rows

  private func parse(_ rows: UnsafeBufferPointer<UInt16>, _ frame: FrameView, _ texts: ColumnView, _ now: Int64) {
    guard let columns else { return }
    kept.removeAll(keepingCapacity: true)
    rejected.removeAll(keepingCapacity: true)
    columns.begin(frame)
    writer.removeAll()
    let isText = texts.type == .string
    let isVariant = texts.type == .variant
    let ingest = frame.column(role: .ingestTime)
    let codes = parsed.begin(texts)
    let own = columns.row
    defer { columns.row = own }
    for row in rows {
      let number = Int(row)
      let text =
        !texts.isValid(number) ? nil : isText ? texts.bytes(number) : isVariant ? texts.variantReader(number).text : nil
      columns.row = own
      own.begin()
      var problem = text == nil ? RowProblem.noText : nil
      let reference = ingest.map { $0.isValid(number) ? $0.time(number) : now } ?? now
      if let text {
        own.reference = reference
        let failure: ParseFailure?
        (columns.row, failure) = found(text, codes?[number], own)
        problem = failure.map { .parse($0) }
      }
      columns.row.reference = reference
      if problem == nil { problem = columns.put(number) }
      if let problem {
        guard settings.keepsFailed else {
          rejected.append((row, problem))
          continue
        }
        columns.row = own
        columns.putUnchanged(number)
      }
      kept.append(row)
    }
  }
}

extension ParseWorker {
  /// What a text holds, in `own` or in the row that is kept for its code, and why it cannot be parsed.
  private func found(_ text: Bytes, _ code: UInt16?, _ own: FoundRow) -> (row: FoundRow, failure: ParseFailure?) {
    guard let code else { return (own, parse(text, into: own)) }
    if let known = parsed.known(code) { return known }
    guard let row = parsed.row(for: code, like: own) else { return (own, parse(text, into: own)) }
    row.begin()
    let failure = parse(text, into: row)
    parsed.end(failure)
    return (row, failure)
  }

  private func parse(_ text: Bytes, into row: FoundRow) -> ParseFailure? {
    do throws(ParseFailure) {
      try parser.parse(text, into: row)
      return nil
    } catch {
      return error
    }
  }
}

/// Why a row cannot be parsed.
enum RowProblem {
  case noText
  case parse(ParseFailure)
  /// A cell's value is of another type than declared.
  case type(cell: Int, offset: Int)
  case noEventTime
  /// A container has too many members.
  case tooManyMembers
  case tooLong
}
