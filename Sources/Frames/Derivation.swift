import CTidemill

/// Which descriptors of a frame come along into the changed one, where they stand there, and which come new.
final class Derivation {
  var plan: DerivationPlan { didSet { laySlots() } }
  /// What is handed over, by its number.
  @exclusivity(unchecked) var staged: [StagedColumn]
  /// Takes the place of the column of the role `rest`, when that has to change.
  @exclusivity(unchecked) var rest: StagedColumn?
  /// No field changes, so that the rows still are their original records.
  private let keepsRecords: Bool
  private lazy var placeholder = StagedColumn()

  /// A column of the plan without what has to be counted in and out.
  private struct Slot {
    var source = -1
    var values = -1
    var isRest = false
    var nameStart = 0
    var nameBytes = 0
    var role: UInt8 = 0
    var parameter: UInt16 = 0
  }

  @exclusivity(unchecked) private var slots: [Slot] = []
  /// The columns' names, one behind the other.
  @exclusivity(unchecked) private var names: [UInt8] = []
  /// Names of columns inside others, behind those.
  @exclusivity(unchecked) private var innerNamesBytes = 0
  /// New places by the old ones; -1 for what stays behind.
  @exclusivity(unchecked) private var places: [Int] = []
  /// Columns that come along twice, with a second role.
  @exclusivity(unchecked) private var copies: [(source: Int, place: Int)] = []
  /// New columns, and the places of their dictionaries.
  @exclusivity(unchecked) private var additions: [(column: StagedColumn, place: Int, extra: Int)] = []
  @exclusivity(unchecked) private(set) var descriptorCount = 0

  init(_ plan: DerivationPlan, _ staged: [StagedColumn], keepsRecords: Bool = false) {
    self.plan = plan
    self.keepsRecords = keepsRecords
    self.staged = staged
    laySlots()
  }

  private func laySlots() {
    names.removeAll(keepingCapacity: true)
    slots = plan.columns.map { column in
      var slot = Slot()
      if case .source(let index) = column.origin { slot.source = index }
      if case .values(let number) = column.origin { slot.values = number }
      slot.isRest = column.origin == .nulls
      (slot.nameStart, slot.nameBytes) = (names.count, column.name.count)
      (slot.role, slot.parameter) = (column.role, column.parameter)
      names += column.name
      return slot
    }
  }

  var namesBytes: Int { names.count + innerNamesBytes }

  // MARK: Places

  /// Finds out what comes along of a frame; `rows` rows of it.
  func begin(_ frame: UnsafePointer<tide_frame>, rows: Int) {
    let count = Int(frame.pointee.cols)
    places.removeAll(keepingCapacity: true)
    places.append(contentsOf: repeatElement(-1, count: count))
    copies.removeAll(keepingCapacity: true)
    additions.removeAll(keepingCapacity: true)
    let restPlace = rest == nil ? -1 : Int(tide_role(frame, UInt32(TIDE_ROLE_REST)))
    for place in 0..<slots.count {
      let source = slots[place].source
      if source < 0 {
        additions.append((slots[place].isRest ? rest! : addition(slots[place].values, rows), place, 0))
      } else if source == restPlace {
        additions.append((rest!, place, 0))
      } else if places[source] >= 0 {
        copies.append((source, place))
      } else {
        places[source] = place
      }
    }
    mark(frame, count)
    descriptorCount = slots.count
    placeInner(frame, count)
    for index in additions.indices where additions[index].column.extraDescriptors > 0 {
      additions[index].extra = descriptorCount
      descriptorCount += 1
    }
  }

  private func addition(_ values: Int, _ rows: Int) -> StagedColumn {
    guard values < 0 else { return staged[values] }
    placeholder.setConstant(0, count: rows)
    return placeholder
  }

  private static let marked = -2

  /// Marks what the columns that come along stand on.
  private func mark(_ frame: UnsafePointer<tide_frame>, _ count: Int) {
    func mark(_ index: Int) { if places[index] == -1 { places[index] = Self.marked } }
    if frame.pointee.row_wm != 0 { mark(Int(frame.pointee.row_wm)) }
    if keepsRecords, frame.pointee.verbatim != 0 { mark(Int(frame.pointee.verbatim)) }
    // What stands inside a column stands behind it, so that one pass meets all.
    for index in 0..<count where places[index] != -1 {
      let column = tide_col(frame, Int32(index)).pointee
      if column.dict != UInt16(TIDE_NONE_COLUMN) { mark(Int(column.dict)) }
      for child in 0..<Int(column.nchild) { mark(Int(column.first_child) + child) }
    }
  }

  private func placeInner(_ frame: UnsafePointer<tide_frame>, _ count: Int) {
    innerNamesBytes = 0
    var index = Int(frame.pointee.top)
    while index < count {
      if places[index] == Self.marked {
        places[index] = descriptorCount
        descriptorCount += 1
        innerNamesBytes += Int(tide_col(frame, Int32(index)).pointee.name_len)
      }
      index += 1
    }
  }

  /// Throws when there are more descriptors than a frame may have.
  func checkLimits() throws(FrameDeriveError) {
    if descriptorCount <= FrameLimits.maxColumns { return }
    throw FrameDeriveError("the frame would have more than \(FrameLimits.maxColumns) columns and dictionaries")
  }

  func leavesOut(_ descriptor: Int) -> Bool { places[descriptor] < 0 }

  // MARK: Descriptors

  /// Corrects what a descriptor says of others, of its name and its part, and gives its new place. `innerNames` is the end of the
  /// names of columns inside others.
  func change(
    _ column: inout tide_column, _ descriptor: Int, names namesAt: Int, innerNames: inout Int, layout: FrameLayout,
    source: UnsafePointer<tide_frame>
  ) -> Int {
    let place = places[descriptor]
    moveReferences(&column)
    if place < slots.count {
      name(&column, place, names: namesAt)
      return place
    }
    guard column.name_len > 0 else { return place }
    let length = Int(column.name_len)
    (layout.out.map { $0 + innerNames })?.copyMemory(from: tide_at(source, column.name), byteCount: length)
    column.name = UInt32(innerNames)
    innerNames += length
    return place
  }

  private func moveReferences(_ column: inout tide_column) {
    if column.dict != UInt16(TIDE_NONE_COLUMN) { column.dict = UInt16(places[Int(column.dict)]) }
    if column.parent != UInt16(TIDE_NONE_COLUMN) { column.parent = UInt16(places[Int(column.parent)]) }
    if column.nchild > 0 { column.first_child = UInt16(places[Int(column.first_child)]) }
  }

  private func name(_ column: inout tide_column, _ place: Int, names namesAt: Int) {
    let slot = slots[place]
    column.name_len = UInt16(slot.nameBytes)
    column.name = slot.nameBytes == 0 ? 0 : UInt32(namesAt + slot.nameStart)
    column.role = slot.role
    if column.type == ColumnType.time.rawValue { column.param = slot.parameter }
  }

  // MARK: Writing

  /// Where the names begin, those of columns inside others behind those of the frame's.
  func writeNames(_ layout: FrameLayout, at offset: Int) -> Int {
    names.withUnsafeBytes { text in
      if let from = text.baseAddress { (layout.out.map { $0 + offset })?.copyMemory(from: from, byteCount: text.count) }
    }
    return offset + names.count
  }

  /// Lays out the columns that come along a second time, by `copy`, and the new ones.
  func placeAdditions(_ compaction: inout Compaction, names: Int) {
    for (source, place) in copies {
      var column = compaction.descriptor(source)
      moveReferences(&column)
      name(&column, place, names: names)
      compaction.layout.write(column, at: place)
    }
    for addition in additions {
      var (column, extra) = addition.column.place(&compaction.layout)
      name(&column, addition.place, names: names)
      if let extra {
        column.dict = UInt16(addition.extra)
        compaction.layout.write(extra, at: addition.extra)
      }
      compaction.layout.write(column, at: addition.place)
    }
  }

  /// Corrects the header that was copied.
  func change(_ header: UnsafeMutablePointer<tide_frame>) {
    header.pointee.cols = UInt16(descriptorCount)
    header.pointee.top = UInt16(slots.count)
    header.pointee.names_len = UInt32(namesBytes)
    setRoles(of: header)
    if header.pointee.row_wm != 0 { header.pointee.row_wm = UInt16(places[Int(header.pointee.row_wm)]) }
    if !keepsRecords {
      header.pointee.verbatim = 0
    } else if header.pointee.verbatim != 0 {
      header.pointee.verbatim = UInt16(places[Int(header.pointee.verbatim)])
    }
    header.pointee.schema_id = 0
  }

  private func setRoles(of header: UnsafeMutablePointer<tide_frame>) {
    withUnsafeMutableBytes(of: &header.pointee.role) { roles in
      for role in 0..<roles.count { roles[role] = UInt8(TIDE_NONE_ROLE) }
      for place in 0..<slots.count where slots[place].role != UInt8(TIDE_NONE_ROLE) {
        roles[Int(slots[place].role)] = UInt8(place)
      }
    }
  }
}

extension FrameLayout {
  /// Writes a descriptor, when there is memory.
  func write(_ column: tide_column, at place: Int) {
    (out.map { $0 + FrameLimits.headerBytes + FrameLimits.descriptorBytes * place })?
      .storeBytes(of: column, as: tide_column.self)
  }
}
