import CTidemill

/// Copies rows of frames while their columns change: some get new values, others another name, or none.
///
/// Make one and keep it: what depends on the schema alone is worked out once. Frames are never longer than a limit: what would be is cut
/// by its rows. The rows lose their original records, which they no longer are, unless nothing but roles changes; their row watermarks
/// come along. Not thread-safe.
///
/// ```swift
/// let deriver = try FrameDeriver([.remove("raw"), .rename("temp", to: "celsius"), .set("level")])
/// try deriver.derive(frame, count: frame.rows, values: [level]) { bytes in memory(bytes) } commit: { length in send(length) }
/// ```
public final class FrameDeriver {
  /// Which rows of a frame come along, and which of the values are theirs.
  public struct Rows {
    /// Numbers of rows, ascending, or in any order where `areRepeated`; nil takes the first `count` ones.
    public var numbers: UnsafePointer<UInt16>?
    public var count: Int
    /// For each row the number of its values; nil when the first row has the first ones.
    public var values: UnsafePointer<UInt16>?
    /// Rows come in any order, and a row may come several times, with values of its own each time.
    public var areRepeated: Bool

    public init(
      _ numbers: UnsafePointer<UInt16>?, count: Int, values: UnsafePointer<UInt16>? = nil, areRepeated: Bool = false
    ) {
      self.numbers = numbers
      self.count = count
      self.values = values
      self.areRepeated = areRepeated && numbers != nil
    }

    /// Rows from `start` on; `all` counts from 0.
    func part(_ start: Int, _ count: Int, all: UnsafePointer<UInt16>) -> Rows {
      let numbers = numbers.map { $0 + start } ?? (start == 0 ? nil : all + start)
      return Rows(numbers, count: count, values: values.map { $0 + start }, areRepeated: areRepeated)
    }
  }

  private let changes: [ColumnChange]
  private let restChanges: RestChanges
  /// Values that have to be handed over with each frame, one for each change that sets.
  public let valueCount: Int

  @exclusivity(unchecked) private var schema: UInt64 = 0
  @exclusivity(unchecked) private var types: [ColumnType] = []
  @exclusivity(unchecked) private var derivation: Derivation?
  private let rest = StagedColumn()
  /// Fills `rest` where the plan adds it.
  @exclusivity(unchecked) private var nullRest: NullRest?
  /// Schemas of what is made of frames of `schema`: with the rest as it was, and with a changed one; 0 = not known yet.
  @exclusivity(unchecked) private var madeSchemas: (UInt64, UInt64) = (0, 0)
  /// Row numbers 0 and up, for frames of all rows that are cut.
  private lazy var all: [UInt16] = (0...UInt16.max).map { $0 }

  /// Throws when a name or a role fits no frame.
  public init(_ changes: [ColumnChange]) throws(FrameDeriveError) {
    for change in changes { if let mistake = change.mistake { throw mistake } }
    self.changes = changes
    restChanges = RestChanges(changes)
    valueCount = changes.count { if case .set = $0.kind { true } else { false } }
  }

  /// Writes the changed rows as one frame, or as several ones where one would be longer than `limit`.
  ///
  /// - Parameters:
  ///   - values: for each change that sets, in their order. They belong to the rows of `rows`, or to what its `values` say.
  ///   - reserve: gives 64-byte aligned memory of so many bytes, apart from the frame.
  ///   - commit: takes the frame of so many bytes that was written there.
  public func derive(
    _ frame: FrameView, _ rows: Rows, values: [ColumnValues], limit: Int = FrameLimits.defaultMaxBytes,
    reserve: (_ bytes: Int) throws -> UnsafeMutableRawPointer, commit: (_ length: Int) throws -> Void
  ) throws {
    precondition(values.count == valueCount, "as many values are handed over as changes set")
    guard rows.count > 0 else { return }
    let derivation = try derivation(for: frame, values)
    try all.withUnsafeBufferPointer { all in
      // The part in progress, and what comes behind it.
      var start = 0
      var size = min(rows.count, FrameLimits.maxRows)
      while start < rows.count {
        let count = min(size, rows.count - start)
        let part = rows.part(start, count, all: all.baseAddress!)
        let length = stage(frame, part, at: rows.values == nil ? start : 0, values, derivation)
        if length > limit {
          if count == 1 { throw FrameDeriveError("a row of \(length) bytes is longer than frames may be") }
          size = count / 2
          continue
        }
        try derivation.checkLimits()
        write(frame, part, derivation, length, to: try reserve(length))
        try commit(length)
        start += count
      }
    }
  }

  // MARK: Steps

  private func derivation(for frame: FrameView, _ values: [ColumnValues]) throws(FrameDeriveError) -> Derivation {
    // A frame that no host has seen yet bears no schema id.
    if let derivation, frame.schemaID == schema, schema != 0, haveTypes(values) {
      return try givingRoom(for: values, of: frame, derivation)
    }
    var types: [ColumnType] = []
    for value in values {
      switch value.type {
      case .bool?, .int?, .uint64?, .double?, .time?, .duration?, .string?, .binary?, .variant?: types.append(value.type!)
      default: throw FrameDeriveError("values of type \(value.raw.type) can be no field")
      }
    }
    return try givingRoom(for: values, of: frame, derivation(for: frame, types: types))
  }

  /// Nulls are members of the rest: a frame without one gets one as soon as it has some, and what is made of its schema keeps it.
  private func givingRoom(
    for values: [ColumnValues], of frame: FrameView, _ derivation: Derivation
  ) throws(FrameDeriveError) -> Derivation {
    if derivation.plan.addsNulls || tide_role(frame.frame, UInt32(TIDE_ROLE_REST)) >= 0 { return derivation }
    if !NullRest.isNeeded(values, derivation.plan) { return derivation }
    derivation.plan = try DerivationPlan(changes, of: frame, types: types, addsNulls: true)
    nullRest = NullRest(derivation.plan, types: types)
    madeSchemas = (0, 0)
    return derivation
  }

  /// Fields with rows that are null, by their names at the end; a variant has a null of its own.
  private func nulls(among values: [ColumnValues], _ derivation: Derivation) -> RestChanges.Nulls {
    var nulls: RestChanges.Nulls = []
    for (number, value) in values.enumerated() where value.nullCount > 0 && value.type != .variant {
      if let name = derivation.plan.name(ofValues: number) { nulls.append((name, value)) }
    }
    return nulls
  }

  private func haveTypes(_ values: [ColumnValues]) -> Bool {
    for number in 0..<values.count where values[number].raw.type != UInt32(types[number].rawValue) { return false }
    return true
  }

  func derivation(for frame: FrameView, types: [ColumnType]) throws(FrameDeriveError) -> Derivation {
    // A frame that no host has seen yet bears no schema id.
    if let derivation, frame.schemaID == schema, schema != 0, types == self.types { return derivation }
    let plan = try DerivationPlan(changes, of: frame, types: types)
    let derivation =
      derivation
      ?? Derivation(
        plan, (0..<valueCount).map { _ in StagedColumn() }, keepsRecords: changes.allSatisfy(\.isRoleOnly))
    derivation.plan = plan
    nullRest = nil
    self.derivation = derivation
    schema = frame.schemaID
    self.types = types
    madeSchemas = (0, 0)
    return derivation
  }

  /// Stages the values of some rows, and gives the length of their frame.
  private func stage(
    _ frame: FrameView, _ rows: Rows, at start: Int, _ values: [ColumnValues], _ derivation: Derivation
  ) -> Int {
    let places = ValueRows(count: rows.count, start: start, places: rows.values)
    for (number, value) in values.enumerated() { derivation.staged[number].stage(value, types[number], places) }
    stageRest(frame, rows, places, values, derivation)
    return layOut(frame, rows, derivation, into: nil)
  }

  /// Changes the fields of the rest; nulls among the values are told there from fields that are not there.
  func stageRest(
    _ frame: FrameView, _ rows: Rows, _ places: ValueRows, _ values: [ColumnValues], _ derivation: Derivation
  ) {
    if derivation.plan.addsNulls, let nullRest {
      nullRest.stage(values, places, into: rest)
      derivation.rest = rest
      return
    }
    guard tide_role(frame.frame, UInt32(TIDE_ROLE_REST)) >= 0 else {
      derivation.rest = nil
      return
    }
    let kept = Kept(count: rows.count, rows: rows.numbers)
    let changed = restChanges.stage(frame, kept, places, nulls: nulls(among: values, derivation), into: rest)
    derivation.rest = changed ? rest : nil
  }

  func layOut(_ frame: FrameView, _ rows: Rows, _ derivation: Derivation, into out: UnsafeMutableRawPointer?) -> Int {
    var compaction = Compaction(
      frame: frame, selection: rows.numbers, count: rows.count, out: out, deriving: derivation,
      repeatsRows: rows.areRepeated)
    return compaction.run()
  }

  private func write(
    _ frame: FrameView, _ rows: Rows, _ derivation: Derivation, _ length: Int, to bytes: UnsafeMutableRawPointer
  ) {
    let written = layOut(frame, rows, derivation, into: bytes)
    precondition(written == length, "a changed frame has the size it was counted to have")
    setSchema(bytes.assumingMemoryBound(to: tide_frame.self), hasChangedRest: derivation.rest != nil)
  }

  /// What is made of the frames of one schema has one schema: it is computed once.
  func setSchema(_ header: UnsafeMutablePointer<tide_frame>, hasChangedRest: Bool) {
    guard schema != 0 else { return }
    var known = hasChangedRest ? madeSchemas.1 : madeSchemas.0
    if known == 0 {
      known = schemaID(of: FrameView(header))
      if hasChangedRest { madeSchemas.1 = known } else { madeSchemas.0 = known }
    }
    header.pointee.schema_id = known
  }
}
