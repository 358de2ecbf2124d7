import CTidemill

/// Which descriptors of a frame come along into the changed one, where they stand there, and which come new.
final class Derivation {
  var plan: DerivationPlan { didSet { layNames() } }
  /// What is handed over, by its number.
  var staged: [StagedColumn]
  /// Takes the place of the column of the role `rest`, when that has to change.
  var rest: StagedColumn?
  private lazy var placeholder = StagedColumn()

  /// The columns' names, one behind the other, and where each ends.
  private var names: [UInt8] = []
  private var nameEnds: [Int] = []
  /// Names of columns inside others, behind those.
  private var innerNamesBytes = 0
  /// New places by the old ones; -1 for what stays behind.
  private var places: [Int] = []
  /// Columns that come along twice, with a second role.
  private var copies: [(source: Int, place: Int)] = []
  /// New columns, and the places of their dictionaries.
  private var additions: [(column: StagedColumn, place: Int, extra: Int)] = []
  private(set) var descriptorCount = 0

  init(_ plan: DerivationPlan, _ staged: [StagedColumn]) {
    self.plan = plan
    self.staged = staged
    layNames()
  }

  private func layNames() {
    names.removeAll(keepingCapacity: true)
    nameEnds.removeAll(keepingCapacity: true)
    for column in plan.columns {
      names += column.name
      nameEnds.append(names.count)
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
    for (place, column) in plan.columns.enumerated() {
      switch column.origin {
      case .source(let index) where index == restPlace: additions.append((rest!, place, 0))
      case .source(let index) where places[index] >= 0: copies.append((index, place))
      case .source(let index): places[index] = place
      case .values(let number): additions.append((staged[number], place, 0))
      case .placeholder:
        placeholder.setConstant(0, count: rows)
        additions.append((placeholder, place, 0))
      }
    }
    mark(frame, count)
    descriptorCount = plan.columns.count
    placeInner(frame, count)
    for index in additions.indices where additions[index].column.extraDescriptors > 0 {
      additions[index].extra = descriptorCount
      descriptorCount += 1
    }
  }

  private static let marked = -2

  /// Marks what the columns that come along stand on.
  private func mark(_ frame: UnsafePointer<tide_frame>, _ count: Int) {
    func mark(_ index: Int) { if places[index] == -1 { places[index] = Self.marked } }
    if frame.pointee.row_wm != 0 { mark(Int(frame.pointee.row_wm)) }
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
    if place < plan.columns.count {
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
    let from = place == 0 ? 0 : nameEnds[place - 1]
    column.name_len = UInt16(nameEnds[place] - from)
    column.name = column.name_len == 0 ? 0 : UInt32(namesAt + from)
    column.role = plan.columns[place].role
    if column.type == ColumnType.time.rawValue { column.param = plan.columns[place].parameter }
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
    header.pointee.top = UInt16(plan.columns.count)
    header.pointee.names_len = UInt32(namesBytes)
    header.setRoles(plan.columns)
    if header.pointee.row_wm != 0 { header.pointee.row_wm = UInt16(places[Int(header.pointee.row_wm)]) }
    header.pointee.verbatim = 0
    header.pointee.schema_id = 0
  }
}

extension UnsafeMutablePointer<tide_frame> {
  fileprivate func setRoles(_ columns: [DerivationPlan.Column]) {
    withUnsafeMutableBytes(of: &pointee.role) { roles in
      for role in roles.indices { roles[role] = UInt8(TIDE_NONE_ROLE) }
      for (place, column) in columns.enumerated() where column.role != UInt8(TIDE_NONE_ROLE) {
        roles[Int(column.role)] = UInt8(place)
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
