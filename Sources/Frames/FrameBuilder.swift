import CTidemill

/// A mistake made while a frame was built; sticky until `reset`.
public struct FrameBuildError: Error, Equatable, CustomStringConvertible {
  public let reason: String
  /// Name of the column at fault, `nil` when there is none.
  public let column: String?

  public var description: String {
    "building a frame: \(reason)" + (column.map { " (column '\($0)')" } ?? "")
  }
}

/// Builds frames row by row or column by column; the Swift face of `build.h`.
///
/// Columns are declared once. Then, for each frame: put values and end rows, `write` (or `finish` into a host's slot), `reset`.
/// Memory is kept from frame to frame, so that a warm builder allocates nothing. The first mistake (a wrong type, two values in
/// one row, a limit) is kept in `failure` and makes every later call do nothing until `reset`. Not thread-safe.
public final class FrameBuilder {
  /// The C builder; for code that mixes both languages.
  public let core: UnsafeMutablePointer<tide_builder>

  public init() {
    core = .allocate(capacity: 1)
    core.initialize(to: tide_builder())
    tide_b_init(core)
  }

  deinit {
    tide_b_free(core)
    core.deallocate()
  }

  // MARK: Columns

  /// Declares a column, before the first row, and gives its number.
  ///
  /// `name` has at most 255 bytes of UTF-8 without NUL; an empty one hides the column. Event time is never nullable.
  /// `parameter` is the bytes of a fixed value and `precision << 8 | scale` of a decimal. `dictionary: false` writes strings as
  /// offsets from the start. A list and a structure get what is inside them by `addChild`.
  public func addColumn(
    _ name: String, _ type: ColumnType, parameter: Int = 0, role: ColumnRole? = nil, nullable: Bool = true,
    dictionary: Bool = true
  ) throws(FrameBuildError) -> Int {
    let index = name.withCString {
      tide_b_col_param(
        core, $0, UInt32(type.rawValue), UInt32(clamping: parameter), role.map { UInt32($0.rawValue) } ?? TIDE_NO_ROLE)
    }
    return try declared(index, name: name, nullable: nullable, dictionary: dictionary)
  }

  /// Declares the column inside a list, after all columns of the event and before the first row, and gives its number.
  public func addChild(
    of parent: Int, _ type: ColumnType, parameter: Int = 0, nullable: Bool = true
  ) throws(FrameBuildError) -> Int {
    try addChild(of: parent, "", type, parameter: parameter, nullable: nullable)
  }

  /// Declares a field of a structure, in the same place.
  public func addChild(
    of parent: Int, _ name: String, _ type: ColumnType, parameter: Int = 0, nullable: Bool = true
  ) throws(FrameBuildError) -> Int {
    let index = name.withCString {
      tide_b_child(core, Int32(clamping: parent), $0, UInt32(type.rawValue), UInt32(clamping: parameter))
    }
    return try declared(index, name: name, nullable: nullable, dictionary: false)
  }

  private func declared(
    _ index: Int32, name: String, nullable: Bool, dictionary: Bool
  ) throws(FrameBuildError) -> Int {
    if name.utf8.contains(0) { tide_b_fail(core, index, "a column's name contains NUL") }
    if let failure { throw failure }
    let column = core.pointee.columns + Int(index)
    if !nullable { column.pointee.flags &= ~UInt8(TIDE_NULLABLE) }
    if !dictionary {
      column.pointee.dictionary = 0
      column.pointee.form = UInt8(TIDE_B_ROWS)
    }
    return Int(index)
  }

  /// Adds the original records, after all columns: every row then needs `putVerbatim`.
  public func addVerbatim() throws(FrameBuildError) {
    tide_b_verbatim(core)
    if let failure { throw failure }
  }

  /// Columns of the event, those inside others and verbatim records not counted.
  public var columnCount: Int { Int(core.pointee.count - core.pointee.verbatim - core.pointee.nested) }

  /// `.data`, or `.error` for rows of a dead-letter port.
  public var kind: FrameKind {
    get { FrameKind(rawValue: core.pointee.kind) ?? .data }
    set {
      precondition(newValue.hasRows, "a builder builds frames with rows")
      core.pointee.kind = newValue.rawValue
    }
  }

  /// Source partition that the rows belong to, 0 unless set: for this frame and the next ones, until it is set again.
  public var stream: UInt32 {
    get { core.pointee.stream }
    set { core.pointee.stream = newValue }
  }

  /// `endRow` reports a full frame at this many rows; 1024 unless set, at most 65536.
  public var maxRows: Int {
    get { Int(core.pointee.max_rows) }
    set { core.pointee.max_rows = UInt32(clamping: min(max(newValue, 1), FrameLimits.maxRows)) }
  }
  /// `endRow` reports a full frame at about this many bytes; 64 KiB unless set.
  public var maxBytes: Int {
    get { Int(core.pointee.max_bytes) }
    set { core.pointee.max_bytes = UInt32(clamping: newValue) }
  }

  // MARK: State

  /// Rows ended so far.
  @inlinable public var rows: Int { Int(core.pointee.rows) }
  /// The first mistake since `reset`.
  public var failure: FrameBuildError? {
    guard core.pointee.status < 0 else { return nil }
    let column = Int(core.pointee.problem_column)
    let name: String? =
      column < 0 || column >= Int(core.pointee.count)
      ? nil
      : String(
        decoding: UnsafeRawBufferPointer(
          start: core.pointee.names.map { $0 + Int(core.pointee.columns[column].name) },
          count: Int(core.pointee.columns[column].name_len)), as: UTF8.self)
    return FrameBuildError(reason: core.pointee.problem.map { String(cString: $0) } ?? "unknown", column: name)
  }

  /// Exact length of the frame as it stands; 0 when it has no rows or something failed.
  public var byteCount: Int { Int(tide_b_size(core)) }

  /// Writes the frame to 64-byte aligned memory and gives its length; 0, and nothing written, when there is none or it does not
  /// fit. The rows stay until `reset`. `schema_id` is left 0.
  public func write(into bytes: UnsafeMutableRawPointer, capacity: Int) -> Int {
    Int(tide_b_write(core, bytes, UInt64(max(capacity, 0))))
  }

  /// Publishes the rows as one frame at an output port and begins the next one; see `tide_finish`.
  public func finish(host: UnsafePointer<tide_host>, output: OpaquePointer, port: UInt32 = 0) -> tide_status {
    tide_finish(core, host, output, port)
  }

  /// Drops rows and failure; keeps columns, constants, `stream` and memory.
  public func reset() { tide_b_reset(core) }
}
