import PluginKit

/// The loops over rows: one for each set of parts, so that a row costs what is asked for and no question.
extension StatisticsCell {
  func addRows(_ visit: Visit, _ column: ArgumentColumn) {
    if onlyCounts, column.type != .variant { return forEach(visit) { $1.assumingMemoryBound(to: Int.self).pointee &+= 1 } }
    switch column.type {
    case .double: addDoubles(column.doubles, visit)
    case .int: addIntegers(column.ints, visit)
    default: forEach(visit) { add(column.scalar($0), $1) }
    }
  }

  private func addDoubles(_ values: UnsafePointer<Double>, _ visit: Visit) {
    let offset = offset
    let nans =
      switch parts.subtracting(.rows) {
      case [.sum]: Self.loop([.sum], values, visit, offset)
      case [.extremes]: Self.loop([.extremes], values, visit, offset)
      case [.moments]: Self.loop([.moments], values, visit, offset)
      case [.sum, .extremes]: Self.loop([.sum, .extremes], values, visit, offset)
      case [.sum, .moments]: Self.loop([.sum, .moments], values, visit, offset)
      case [.extremes, .moments]: Self.loop([.extremes, .moments], values, visit, offset)
      default: Self.loop([.sum, .extremes, .moments], values, visit, offset)
      }
    leftOut.pointee.nans &+= nans
  }

  /// Folds doubles in; gives how many of them the extremes leave out.
  @inline(__always) private static func loop(
    _ parts: Parts, _ values: UnsafePointer<Double>, _ visit: Visit, _ offset: Int
  ) -> Int {
    let (count, rows, records) = (visit.count, visit.rows, visit.records!)
    var nans = 0
    var index = 0
    while index < count {
      let value = values[Int(rows[index])]
      let state = records[index] + offset
      state.assumingMemoryBound(to: Int.self).pointee &+= 1
      if parts.contains(.sum) { (state + 8).assumingMemoryBound(to: DoubleSum.self).pointee.add(value) }
      if parts.contains(.extremes) {
        (state + extremesOffset(parts)).assumingMemoryBound(to: Extremes.self).pointee.add(value)
        nans &+= value == value ? 0 : 1
      }
      if parts.contains(.moments) { (state + momentsOffset(parts)).assumingMemoryBound(to: Moments.self).pointee.add(value) }
      index &+= 1
    }
    return nans
  }

  /// All rows into one record: what it holds stays in registers.
  func addRun(_ visit: Visit, _ column: ArgumentColumn, _ state: UnsafeMutableRawPointer) -> Bool {
    guard column.type == .double, !onlyCounts, !parts.contains(.moments) else { return false }
    let (count, rows, values) = (visit.count, visit.rows, column.doubles)
    var sum = parts.contains(.sum) ? sumPointer(state).pointee : DoubleSum()
    var extremes = parts.contains(.extremes) ? extremesPointer(state).pointee : Extremes()
    var nans = 0
    var index = 0
    while index < count {
      let value = values[Int(rows[index])]
      sum.add(value)
      extremes.add(value)
      nans &+= value == value ? 0 : 1
      index &+= 1
    }
    state.assumingMemoryBound(to: Int.self).pointee &+= count
    if parts.contains(.sum) { sumPointer(state).pointee = sum }
    if parts.contains(.extremes) {
      extremesPointer(state).pointee = extremes
      leftOut.pointee.nans &+= nans
    }
    return true
  }

  private func addIntegers(_ values: UnsafePointer<Int64>, _ visit: Visit) {
    let parts = parts
    forEach(visit) { row, state in
      let value = values[Int(row)]
      state.assumingMemoryBound(to: Int.self).pointee &+= 1
      let rest = rest(state)
      rest.pointee.integers &+= 1
      if parts.contains(.sum) { rest.pointee.sum.add(value) }
      if parts.contains(.extremes) {
        let isUsual =
          rest.pointee.least.kind == ScalarKind.int.rawValue && rest.pointee.greatest.kind == ScalarKind.int.rawValue
        if isUsual {
          if value < Int64(bitPattern: rest.pointee.least.word) { rest.pointee.least.word = UInt64(bitPattern: value) }
          if value > Int64(bitPattern: rest.pointee.greatest.word) { rest.pointee.greatest.word = UInt64(bitPattern: value) }
        } else {
          addExtremes(Scalar(value), rest)
        }
      }
      if parts.contains(.moments) { momentsPointer(state).pointee.add(Double(value)) }
    }
  }
}
