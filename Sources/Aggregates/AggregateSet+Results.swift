import PluginKit

/// A result that a field cannot hold; the field is null.
public struct AggregateFailure: Equatable, Sendable {
  /// Number of the aggregate.
  public let aggregate: Int
  /// A sentence without a period.
  public let reason: String
}

/// States into columns.
extension AggregateSet {
  /// The types that the results have now. They change when an argument has values of another type than before.
  public var resultTypes: [ColumnType] { aggregates.indices.map { resultType($0) } }

  /// True when columns that `addColumns` has declared are of other types than the results have now: then declare them anew.
  public var needsColumns: Bool { columnTypes != resultTypes }

  private func resultType(_ index: Int) -> ColumnType {
    let type = cells[places[index]].argument.flatMap { types[$0] }
    switch bound[index].kind {
    case .count, .distinct: return .int
    case .avg, .stddev, .variance, .quantile: return .double
    case .sum:
      switch type {
      case .double, .duration: return type!
      case nil, .variant: return .variant
      default: return .int
      }
    case .min, .max, .first, .last: return type ?? .variant
    case .counts, .top, .list: return .variant
    }
  }

  /// Declares a column for each aggregate, one after the other, and gives the number of the first.
  public func addColumns(to builder: FrameBuilder) throws -> Int {
    columnTypes = resultTypes
    plainResults.removeAll()
    for (index, type) in columnTypes.enumerated() {
      plainResults.append(PlainResult(bound[index], cells[places[index]], type))
    }
    var first = builder.columnCount
    for (index, type) in columnTypes.enumerated() {
      let column = try builder.addColumn(aggregates[index].name, type)
      if index == 0 { first = column }
      if type == .variant { VariantKeys.encoded([]).withUnsafeBytes { builder.setKeys(column, metadata: $0) } }
    }
    return first
  }

  /// Tells a builder which records the next frame will hold: the names of counts must be known before the first is written.
  /// Costs nothing without `counts`.
  public func prepare(_ records: UnsafeBufferPointer<UnsafeMutableRawPointer>, for builder: FrameBuilder, firstColumn: Int) {
    for (index, aggregate) in bound.enumerated() where aggregate.kind == .counts {
      var all: Set<[UInt8]> = []
      for record in records {
        for (value, _) in countsCell(index).counts(record + cells[places[index]].offset) { all.insert(value.name) }
      }
      let sorted = all.sorted { $0.lexicographicallyPrecedes($1) }
      names[index] = Dictionary(uniqueKeysWithValues: zip(sorted, 0...))
      VariantKeys.encoded(sorted.map { $0[...] }).withUnsafeBytes { builder.setKeys(firstColumn + index, metadata: $0) }
    }
  }

  /// Writes the results of a record into the columns of the current row. A result that does not fit is null, and why is what it
  /// gives.
  @discardableResult
  public func write(_ record: UnsafeRawPointer, to builder: FrameBuilder, firstColumn: Int) -> AggregateFailure? {
    var failure: AggregateFailure?
    let (plain, count) = (plainResults.base, plainResults.count)
    for index in 0..<count where !plain[index].write(record, to: builder, firstColumn &+ index) {
      let record = UnsafeMutableRawPointer(mutating: record)
      if let reason = write(index, record + cells[places[index]].offset, builder, firstColumn + index) {
        failure = failure ?? AggregateFailure(aggregate: index, reason: reason)
        builder.putNull(firstColumn + index)
      }
    }
    return failure
  }

  private func countsCell(_ index: Int) -> CountsCell { unsafeDowncast(cells[places[index]], to: CountsCell.self) }

  /// Gives why nothing was written.
  private func write(_ index: Int, _ state: UnsafeMutableRawPointer, _ builder: FrameBuilder, _ column: Int) -> String? {
    let (aggregate, cell, type) = (bound[index], cells[places[index]], columnTypes[index])
    switch aggregate.kind {
    case .count, .sum, .avg, .min, .max, .stddev, .variance, .first, .last, .quantile, .distinct:
      guard let value = scalar(aggregate, cell, state) else { return "\(aggregate.name) exceeds 64 bits" }
      return put(value, type, builder, column)
        ? nil : "\(aggregate.name) is a \(value.kind), which a field of \(type) cannot hold"
    case .top, .list:
      let cell = unsafeDowncast(cell, to: EntriesCell.self)
      variant.removeAll()
      let list = variant.begin()
      cell.forEachEntry(state) {
        let start = variant.count
        variant.put($0.value)
        variant.add(0, from: start)
      }
      _ = variant.endArray(list)
    case .counts:
      let cell = countsCell(index)
      if cell.isOverfull(state) { return "\(aggregate.name) has more than \(CountsCell.limit) values" }
      var fields: [Int: Int] = [:]
      for (value, count) in cell.counts(state) {
        guard let id = names[index][value.name] else { preconditionFailure("`prepare` knows the records of a frame") }
        fields[id, default: 0] &+= count
      }
      variant.removeAll()
      let object = variant.begin()
      for (id, count) in fields.sorted(by: { $0.key < $1.key }) {
        let start = variant.count
        variant.put(int: Int64(count))
        variant.add(UInt32(id), from: start)
      }
      _ = variant.endObject(object)
    }
    guard type == .variant else { return "\(aggregate.name) is a list or an object, which a field of \(type) cannot hold" }
    builder.put(column, variant: variant.bytes(from: 0))
    return nil
  }

  /// A result that is one value, null of nothing; nil when it is an integer that 64 bits cannot hold.
  func scalar(_ aggregate: BoundAggregate, _ cell: StateCell, _ state: UnsafeMutableRawPointer) -> Scalar? {
    var statistics: StatisticsCell { unsafeDowncast(cell, to: StatisticsCell.self) }
    switch aggregate.kind {
    case .count:
      if aggregate.argument != nil { return Scalar(Int64(statistics.count(state))) }
      return Scalar(Int64(cell.rowCount(state)))
    case .sum:
      if statistics.numbers(state) == 0 { return Scalar(Int64(0)) }
      let sum = statistics.sum(state)
      return sum.integer.map { $0.int.map { Scalar($0) } } ?? Scalar(sum.double)
    case .avg:
      let count = statistics.numbers(state)
      return count == 0 ? .null : Scalar(statistics.sum(state).double / Double(count))
    case .min: return statistics.extreme(state, greatest: false)
    case .max: return statistics.extreme(state, greatest: true)
    case .variance: return statistics.variance(state).map { Scalar($0) } ?? .null
    case .stddev: return statistics.variance(state).map { Scalar($0.squareRoot()) } ?? .null
    case .first, .last: return unsafeDowncast(cell, to: EdgeCell.self).value(state)
    case .quantile:
      return unsafeDowncast(cell, to: QuantileCell.self).quantile(aggregate.parameter, state).map { Scalar($0) } ?? .null
    case .distinct: return Scalar(Int64(unsafeDowncast(cell, to: DistinctCell.self).count(state)))
    case .counts, .top, .list: return .null
    }
  }

  /// False when a column of the type cannot hold the value.
  private func put(_ value: Scalar, _ type: ColumnType, _ builder: FrameBuilder, _ column: Int) -> Bool {
    if value.kind == .none {
      builder.putNull(column)
      return true
    }
    let number = Int32(truncatingIfNeeded: column)
    switch (type, value.kind) {
    case (.double, .double): builder.put(column, value.double)
    case (.int, .int), (.int, .duration): builder.put(column, value.int)
    case (.double, .int), (.double, .uint), (.double, .duration): builder.put(column, value.number)
    case (.int, .double), (.uint64, .double):
      guard value.canonical.kind != .double else { return false }
      return put(value.canonical, type, builder, column)
    case (.uint64, .uint): _ = tide_put_u64(builder.core, number, value.word)
    case (.uint64, .int):
      guard value.int >= 0 else { return false }
      _ = tide_put_u64(builder.core, number, value.word)
    case (.duration, .duration), (.duration, .int): _ = tide_put_duration(builder.core, number, value.int)
    case (.duration, .double):
      guard value.double.magnitude < 0x1p63 else { return false }
      _ = tide_put_duration(builder.core, number, Int64(value.double.rounded()))
    case (.time, .time): builder.put(column, time: value.int)
    case (.bool, .bool): builder.put(column, value.word == 1)
    case (.string, .string): builder.put(column, utf8: value.bytes)
    case (.binary, .binary): builder.put(column, binary: value.bytes)
    case (.variant, _):
      variant.removeAll()
      variant.put(value)
      builder.put(column, variant: variant.bytes(from: 0))
    default: return false
    }
    return true
  }
}
