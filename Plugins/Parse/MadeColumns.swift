import PluginKit

/// The columns that are made of texts, for frames of one schema.
///
/// A cell of the row of what was found stands for each of them. Fields without a column, of texts that may have any, and
/// values of another type than a column's become, with what the rows had there before, the rest of the row.
final class MadeColumns {
  private struct Slot {
    let name: String
    let type: FieldKind
    /// A value of another type is an error, else it is none.
    let isStrict: Bool
    /// The column of that name and type that the rows come with; -1 where there is none.
    let before: Int
    /// The text itself, which is not to go on.
    let isRemoved: Bool
  }

  var row: FoundRow
  private let builder = FrameBuilder()
  private var slots: [Slot] = []
  /// Number of the column of the rest, nil where the frame's own stays as it is.
  private var rest: Int?
  private let time: Int?
  private let values: ValueReader
  private let field: String
  private let isOpen: Bool
  private let prefix: [UInt8]
  private let writer: FoundWriter
  private let variants: [Int]
  private var frame: FrameView?
  private var restBefore: ColumnView?

  init(_ settings: ParseSettings, _ parser: any LineParser, like frame: FrameView, _ writer: FoundWriter) throws {
    self.writer = writer
    field = settings.field
    isOpen = parser.isOpen
    prefix = Array(settings.prefix.utf8)
    values = ValueReader(isTyped: parser.isTyped, timeFormat: settings.timeFormat, defaults: settings.defaults)
    let names = SlotNames(settings, parser, like: frame)
    row = FoundRow(names: names.made.map(\.name), keepsOthers: names.leavesValues)
    time = settings.time.flatMap { time in names.made.firstIndex { $0.name == time } }
    builder.maxRows = FrameLimits.maxRows
    builder.maxBytes = FrameLimits.defaultMaxBytes
    for (index, made) in names.made.enumerated() {
      let name = settings.prefix + made.name
      let before = frame.column(named: name)
      let isSame = before.map { $0.type == made.type.column && $0.role == nil } ?? false
      slots.append(
        Slot(
          name: name, type: made.type, isStrict: made.isStrict, before: isSame ? Int(before!.index) : -1,
          isRemoved: settings.removes && name == settings.field))
      _ = try builder.addColumn(
        name, made.type.column, role: index == time ? .eventTime : nil, nullable: index != time)
    }
    if names.leavesValues { rest = try builder.addColumn("", .variant, role: .rest) }
    let made = names.made.indices.filter { names.made[$0].type.column == .variant }
    variants = made + (rest.map { [$0] } ?? [])
  }

  /// Begins a frame of rows of `frame`.
  func begin(_ frame: FrameView) {
    builder.reset()
    self.frame = frame
    restBefore = frame.column(role: .rest)
  }

  /// Ends the frame and gives its length; 0 when it cannot be written.
  func finish() -> Int {
    for column in variants { writer.names.metadata.withUnsafeBytes { builder.setKeys(column, metadata: $0) } }
    return builder.byteCount
  }

  func write(into memory: UnsafeMutableRawBufferPointer) {
    _ = builder.write(into: memory.baseAddress!, capacity: memory.count)
  }

  // MARK: Rows

  /// Ends a row of what was found; nothing is put when there is a problem.
  func put(_ number: Int) -> RowProblem? {
    values.defaults.reference = row.reference
    for index in slots.indices {
      if let problem = put(index, number) {
        builder.dropRow()
        return problem
      }
    }
    if let time, row.cells[time].kind == .absent || row.cells[time].kind == .null {
      builder.dropRow()
      return .noEventTime
    }
    if let rest, !putRest(rest, number) {
      builder.dropRow()
      return .tooManyMembers
    }
    builder.endRow()
    return nil
  }

  /// Ends a row that stays as it came.
  func putUnchanged(_ number: Int) {
    row.begin()
    for index in slots.indices { putBefore(index, number) }
    if let rest { _ = putRest(rest, number) }
    builder.endRow()
  }

  private func put(_ index: Int, _ number: Int) -> RowProblem? {
    let found = row.cells[index]
    switch found.kind {
    case .absent:
      if isOpen, !slots[index].isRemoved { putBefore(index, number) }
      return nil
    case .null:
      if isOpen { demote(index, found) }
      return nil
    default: break
    }
    switch values.put(found, slots[index].type, builder, index, writer, row.scratch) {
    case .put, .nothing: return nil
    case .tooManyMembers: return .tooManyMembers
    case .mismatch where slots[index].isStrict: return .type(cell: index, offset: found.offset)
    case .mismatch:
      demote(index, found)
      return nil
    }
  }

  /// Keeps the value of a cell in the rest.
  private func demote(_ index: Int, _ found: Found) {
    guard rest != nil else { return }
    var name = slots[index].name
    name.withUTF8 { name in
      let copy = row.scratch.take(name.count - prefix.count)
      copy.copyMemory(from: Bytes(rebasing: Bytes(name)[prefix.count...]))
      row.demote(Bytes(copy), found)
    }
  }

  /// The value that the row came with.
  private func putBefore(_ index: Int, _ number: Int) {
    guard let frame, slots[index].before >= 0 else { return }
    let column = frame.column(slots[index].before)
    guard column.isValid(number) else { return }
    switch slots[index].type {
    case .bool: builder.put(index, column.bool(number))
    case .int: builder.put(index, column.int(number))
    case .double: builder.put(index, column.double(number))
    case .time: builder.put(index, time: column.time(number))
    case .string: builder.put(index, utf8: column.bytes(number))
    case .binary: builder.put(index, binary: column.bytes(number))
    case .variant, .number:
      let start = writer.encoder.count
      writer.write(column.variantReader(number))
      builder.put(index, variant: writer.encoder.bytes(from: start))
    }
  }

  /// The rest of the row as it came, and over it the fields without a column. False when they are too many.
  private func putRest(_ column: Int, _ number: Int) -> Bool {
    let before = restBefore.flatMap { $0.isValid(number) ? $0.variantReader(number) : nil }
    if before == nil, row.others.isEmpty { return true }
    let encoder = writer.encoder
    let start = encoder.count
    let open = encoder.begin()
    before?.forEachField { name, value in
      let from = encoder.count
      writer.write(value)
      writer.add(name, from: from)
    }
    for (name, value) in row.others {
      let from = encoder.count
      guard writer.write(value) else { return false }
      writer.add(prefixed(name), from: from)
    }
    guard encoder.endObject(open) else { return false }
    builder.put(column, variant: encoder.bytes(from: start))
    return true
  }

  private func prefixed(_ name: Bytes) -> Bytes {
    if prefix.isEmpty { return name }
    let room = row.scratch.take(prefix.count + name.count)
    room.copyBytes(from: prefix)
    UnsafeMutableRawBufferPointer(rebasing: room[prefix.count...]).copyMemory(from: name)
    return Bytes(room)
  }

  // MARK: Reasons

  /// Writes why a row cannot be parsed.
  func tell(_ problem: RowProblem, _ into: inout ReasonText) {
    into.begin()
    switch problem {
    case .noText: into.add("'", field, "' is no text")
    case .parse(let failure):
      into.add("'", field, "' cannot be parsed: ")
      into.add(failure.reason)
      into.add(", at byte ", failure.offset)
    case .type(let cell, let offset):
      into.add("'", slots[cell].name, "' in '")
      into.add("", field, "' is no ")
      into.add("", slots[cell].type.rawValue, ", at byte ")
      into.add("", offset)
    case .noEventTime:
      into.add("'", field, "' says no time for '")
      into.add("", time.map { slots[$0].name } ?? "", "'")
    case .tooManyMembers: into.add("'", field, "' has an object or array with more than 65536 members")
    case .tooLong: into.add("what '", field, "' becomes has no room in a frame")
    }
  }
}

/// A sentence that is put together without allocating.
struct ReasonText {
  private(set) var bytes: [UInt8] = []

  mutating func begin() { bytes.removeAll(keepingCapacity: true) }

  mutating func add(_ text: StaticString) { bytes.append(contentsOf: Bytes(text)) }

  mutating func add(_ before: StaticString, _ text: String, _ after: StaticString) {
    add(before)
    bytes.append(contentsOf: text.utf8)
    add(after)
  }

  mutating func add(_ before: StaticString, _ number: Int) {
    add(before)
    let first = bytes.count
    var rest = number
    repeat {
      bytes.insert(UInt8(truncatingIfNeeded: rest % 10 + 0x30), at: first)
      rest /= 10
    } while rest > 0
  }
}

extension FieldKind {
  var column: ColumnType {
    switch self {
    case .bool: .bool
    case .int: .int
    case .double: .double
    case .time: .time
    case .string: .string
    case .binary: .binary
    case .variant, .number: .variant
    }
  }

  /// Nil for columns of a type that `fields` has no word for.
  init?(_ column: ColumnType?) {
    guard let column, let kind = Self.allCases.first(where: { $0.column == column }) else { return nil }
    self = kind
  }
}
