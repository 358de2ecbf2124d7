import CTidemill

/// The columns of a changed frame, for all frames of one schema and values of the same types.
struct DerivationPlan {
  enum Origin: Equatable {
    /// A column of the frame, by its number.
    case source(Int)
    /// Values that are handed over, by their number.
    case values(Int)
    /// Fields that are null, for a frame that has no column of the role `rest` to hold them.
    case nulls
    /// What a frame without any column has instead: nothing that is ever written.
    case placeholder
  }

  struct Column {
    var origin: Origin
    var name: [UInt8]
    var role: UInt8
    /// Of times: the form that they have in text.
    var parameter: UInt16
  }

  private(set) var columns: [Column] = []
  private let types: [ColumnType]

  /// Some rows have nulls that the frame could not tell from fields that are not there.
  let addsNulls: Bool

  /// - Parameters:
  ///   - types: those of the values that are handed over, one for each change that sets.
  ///   - addsNulls: the frame has no rest, and gets one.
  init(
    _ changes: [ColumnChange], of frame: FrameView, types: [ColumnType], addsNulls: Bool = false
  ) throws(FrameDeriveError) {
    self.types = types
    self.addsNulls = addsNulls
    columns = (0..<frame.columnCount).map { index in
      let column = frame.column(index)
      let descriptor = column.descriptor.pointee
      return Column(
        origin: .source(index), name: Array(column.nameBytes), role: descriptor.role, parameter: descriptor.param)
    }
    var next = 0
    for change in changes {
      switch change.kind {
      case .remove(let name): remove { $0 == name }
      case .keep(let names): remove { !names.contains($0) }
      case .rename(let names): rename(names)
      case .set(let name, let role):
        let place = set(name, next, in: frame)
        if let role { try give(role, toColumn: place, of: frame) }
        next += 1
      case .role(let role, let name): try give(role, toColumn: find(name), of: frame)
      }
    }
    columns.removeAll { $0.name.isEmpty && $0.role == Self.plain }
    if addsNulls { columns.append(Column(origin: .nulls, name: [], role: UInt8(TIDE_ROLE_REST), parameter: 0)) }
    if columns.isEmpty { columns = [Column(origin: .placeholder, name: [], role: Self.plain, parameter: 0)] }
    bringRolesForward()
  }

  /// Where the values of a change end up under a name, after all changes; nil when nowhere.
  func name(ofValues number: Int) -> [UInt8]? {
    columns.first { $0.origin == .values(number) && !$0.name.isEmpty }?.name
  }

  private static let plain = UInt8(TIDE_NONE_ROLE)

  private func find(_ name: [UInt8]) -> Int? { name.isEmpty ? nil : columns.firstIndex { $0.name == name } }

  /// Takes columns their names. Those without a role are then of no use and left out at the end.
  private mutating func remove(_ isGone: ([UInt8]) -> Bool) {
    for place in columns.indices where !columns[place].name.isEmpty && isGone(columns[place].name) {
      columns[place].name = []
    }
  }

  private mutating func rename(_ names: [ColumnChange.Renaming]) {
    let places = names.map { find($0.from) }
    remove { name in names.contains { $0.from == name || $0.to == name } }
    for (place, name) in zip(places, names) { if let place { columns[place].name = name.to } }
  }

  private mutating func set(_ name: [UInt8], _ values: Int, in frame: FrameView) -> Int {
    var column = Column(origin: .values(values), name: name, role: Self.plain, parameter: 0)
    if let place = find(name) {
      if types[values] == .time, type(columns[place].origin, of: frame) == .time { column.parameter = columns[place].parameter }
      if columns[place].role == Self.plain {
        columns[place] = column
        return place
      }
      columns[place].name = []
    }
    columns.append(column)
    return columns.count - 1
  }

  // MARK: Roles

  private mutating func give(_ role: ColumnRole, toColumn place: Int?, of frame: FrameView) throws(FrameDeriveError) {
    for other in columns.indices where columns[other].role == role.rawValue && other != place {
      columns[other].role = Self.plain
    }
    guard let place, columns[place].role != role.rawValue else { return }
    switch type(columns[place].origin, of: frame) {
    case .variant?, .list?, .structure?:
      throw FrameDeriveError("a value of any shape, a list or a structure can have no role", columns[place].name)
    default: break
    }
    guard columns[place].role != Self.plain else {
      columns[place].role = role.rawValue
      return
    }
    // A column has one role: the second one goes to a copy.
    var copy = columns[place]
    copy.name = []
    copy.role = role.rawValue
    columns.append(copy)
  }

  private func type(_ origin: Origin, of frame: FrameView) -> ColumnType? {
    switch origin {
    case .source(let index): frame.column(index).type
    case .values(let number): types[number]
    case .nulls: .variant
    case .placeholder: nil
    }
  }

  /// The header's table of roles has one byte for a column's number.
  private mutating func bringRolesForward() {
    guard columns.dropFirst(Int(TIDE_NONE_ROLE)).contains(where: { $0.role != Self.plain }) else { return }
    columns = columns.filter { $0.role != Self.plain } + columns.filter { $0.role == Self.plain }
  }
}
