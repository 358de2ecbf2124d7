import PluginKit

/// All aggregates of one operator over any number of groups: one record of raw memory for each group, and the loops that fold
/// batches into them.
///
/// ```swift
/// static let aggregate = Option("aggregate", .aggregates(of: AggregateSet.functions), doc: "Results and what they are.")
/// …
/// let set = try AggregateSet(try config[Self.aggregate])
/// let record = UnsafeMutableRawPointer.allocate(byteCount: set.recordBytes, alignment: 8)
/// set.initialize(record)
/// …
/// try set.begin(batch)                            // evaluates arguments and filters
/// set.update(records: ofEachRow)                  // rows of the batch into the records of their groups
/// …
/// let first = try set.addColumns(to: builder)
/// set.write(record, to: builder, firstColumn: first)
/// set.destroy(record)
/// ```
/// A record may be moved as bytes. What does not fit into it lies in a side heap that the set counts, so that every record must
/// be destroyed before the set. States depend on the rows of a record in their order and on the order of merges, never on how
/// rows were cut into batches. Not thread-safe.
public final class AggregateSet {
  /// All that there are, for the option of a plugin.
  public static let functions = AggregateKind.allCases.map(\.function)

  public let aggregates: [Aggregate]
  /// The distinct expressions that `begin` evaluates.
  public let arguments: [Expression]
  public let filters: [Expression]
  /// Bytes of one record, a multiple of 8; records are aligned to 8.
  public let recordBytes: Int

  let bound: [BoundAggregate]
  let cells: [StateCell]
  /// Of each aggregate, which cell holds its state.
  let places: [Int]
  let fingerprint: UInt64
  private let heap: SideHeap
  private let leftOut: UnsafeMutablePointer<LeftOutCounts>
  /// Of each cell, those that `takeLeftOut` has given.
  @exclusivity(unchecked) var givenLeftOut: [LeftOutCounts]

  /// What has been seen of each argument: nil nothing yet, `variant` values of several types.
  @exclusivity(unchecked) var types: [ColumnType?]
  /// The types of the columns that `addColumns` has declared.
  @exclusivity(unchecked) var columnTypes: [ColumnType] = []
  /// One for each of those columns.
  let plainResults = ValueBuffer<PlainResult>(capacity: 8)
  let variant = VariantEncoder()
  /// Of each aggregate that gives objects: the names in the frame that is being written.
  @exclusivity(unchecked) var names: [[[UInt8]: Int]]

  /// Rows of the batch at hand.
  @exclusivity(unchecked) private var visited = 0
  @exclusivity(unchecked) private var columns: [ArgumentColumn] = []
  @exclusivity(unchecked) private var masks: [ArgumentColumn] = []
  @exclusivity(unchecked) private var order = RowOrder()
  private let orderColumns = OrderColumns()
  private let needsOrder: Bool
  @exclusivity(unchecked) private var selection = RowSelection()

  /// Throws `config` for an argument or a number that a function cannot have.
  public init(_ aggregates: [Aggregate]) throws {
    let bound = try aggregates.map { try BoundAggregate($0) }
    self.bound = bound
    let total = UnsafeMutablePointer<Int>.allocate(capacity: 1)
    total.initialize(to: 0)
    // One for each cell; of those there are no more than aggregates.
    let leftOut = UnsafeMutablePointer<LeftOutCounts>.allocate(capacity: max(bound.count, 1))
    leftOut.initialize(repeating: LeftOutCounts(), count: max(bound.count, 1))
    let plan = CellPlan(bound, SideHeap(total: total), leftOut)
    self.aggregates = aggregates
    self.leftOut = leftOut
    heap = SideHeap(total: total)
    (arguments, filters, cells, places) = (plan.arguments, plan.filters, plan.cells, plan.places)
    recordBytes = plan.recordBytes
    needsOrder = plan.cells.contains { $0.needsOrder }
    fingerprint = plan.fingerprint
    types = Array(repeating: nil, count: plan.arguments.count)
    names = Array(repeating: [:], count: aggregates.count)
    givenLeftOut = Array(repeating: LeftOutCounts(), count: plan.cells.count)
  }

  deinit {
    selection.deallocate()
    heap.total.deallocate()
    leftOut.deallocate()
  }

  /// What the states hold beside their records, in bytes.
  public var heapBytes: Int { heap.total.pointee }

  // MARK: Records

  /// Makes the state of no rows.
  public func initialize(_ record: UnsafeMutableRawPointer) {
    for cell in cells { cell.initialize(record + cell.offset) }
  }

  /// Gives back what the record has in the side heap. It must be initialized before it is used again.
  public func destroy(_ record: UnsafeMutableRawPointer) {
    for cell in cells { cell.destroy(record + cell.offset) }
  }

  /// Folds a state into another one of which all rows came before. `from` stays as it is.
  public func merge(_ from: UnsafeRawPointer, into record: UnsafeMutableRawPointer) {
    for cell in cells { cell.merge(from + cell.offset, into: record + cell.offset) }
  }

  /// Folds so many states, each into its own record: the same as `merge` of each pair in turn, in less time.
  public func merge(
    _ count: Int, _ from: UnsafePointer<UnsafeMutableRawPointer>, into records: UnsafePointer<UnsafeMutableRawPointer>
  ) {
    for cell in cells { cell.merge(count, from, into: records) }
  }

  // MARK: Rows

  /// Evaluates arguments and filters for a batch. What it finds serves `update` until the batch goes, or the next `begin`.
  public func begin(_ batch: Batch) throws {
    clear(batch.count, needsOrder ? orderColumns.read(batch) : RowOrder())
    for (index, argument) in arguments.enumerated() { take(try argument.values(of: batch), argument: index) }
    for filter in filters { take(filter: try filter.values(of: batch)) }
  }

  /// The same with values that are there already: one column for each of `arguments` and of `filters`, one value for each row.
  ///
  /// - Parameters:
  ///   - times: event times; without them rows are in the order in which they come.
  ///   - ids: ids of the rows, for those of equal time.
  public func begin(
    _ count: Int, arguments: [ColumnValues], filters: [ColumnValues] = [], times: UnsafePointer<Int64>? = nil,
    ids: UnsafePointer<Int64>? = nil
  ) {
    precondition(arguments.count == types.count && filters.count == self.filters.count, "each expression has its values")
    clear(count, RowOrder(times: times, ids: ids))
    for (index, values) in arguments.enumerated() { take(values, argument: index) }
    for values in filters { take(filter: values) }
  }

  private func clear(_ count: Int, _ order: RowOrder) {
    visited = count
    self.order = order
    columns.removeAll(keepingCapacity: true)
    masks.removeAll(keepingCapacity: true)
  }

  private func take(_ values: ColumnValues, argument: Int) {
    precondition(values.count >= visited, "an argument has a value for each row")
    columns.append(ArgumentColumn(values))
    // The type of an expression is known before it has a value; that it may be any is not, until there is one.
    let type = values.type ?? .variant
    if type != .variant || values.nullCount + values.errorCount < values.count { note(type, of: argument) }
  }

  private func take(filter values: ColumnValues) {
    precondition(visited == 0 || (values.count >= visited && values.type == .bool), "a filter is true or false for each row")
    masks.append(ArgumentColumn(values))
  }

  /// Remembers that an argument has had values of a type.
  func note(_ type: ColumnType, of argument: Int) {
    if types[argument] != type { types[argument] = types[argument] == nil ? type : .variant }
  }

  /// Folds rows of the batch into records, in their order: row `rows[i]`, counted as the batch visits them, into `records[i]`.
  public func update(
    _ count: Int, rows: UnsafePointer<UInt32>, records: UnsafePointer<UnsafeMutableRawPointer>
  ) {
    let all = Visit(count: count, rows: rows, records: records)
    var selected: (argument: Int?, filter: Int?, visit: Visit)?
    for cell in cells {
      guard let (states, mask) = conditions(of: cell) else {
        cell.update(all, column(of: cell), order)
        continue
      }
      if selected == nil || selected!.argument != cell.argument || selected!.filter != cell.filter {
        selected = (cell.argument, cell.filter, selection.select(all, states, mask))
      }
      cell.update(selected!.visit, column(of: cell), order)
      if cell.countsRows, states != nil {
        cell.update(missing: selection.select(all, states, mask, missing: true))
        selected = nil
      }
    }
  }

  /// Folds each row of the batch into its record.
  public func update(records: UnsafePointer<UnsafeMutableRawPointer>) {
    update(visited, rows: selection.all(visited), records: records)
  }

  /// Folds a run of rows of the batch, each into its record.
  public func update(_ run: Range<Int>, records: UnsafePointer<UnsafeMutableRawPointer>) {
    precondition(run.lowerBound >= 0 && run.upperBound <= visited, "a run lies in its batch")
    update(run.count, rows: selection.all(visited) + run.lowerBound, records: records)
  }

  /// Folds a run of rows of the batch into one record: the same as `update`, in less time.
  public func update(_ run: Range<Int>, into record: UnsafeMutableRawPointer) {
    precondition(run.lowerBound >= 0 && run.upperBound <= visited, "a run lies in its batch")
    update(run.count, rows: selection.all(visited) + run.lowerBound, into: record)
  }

  /// Folds some rows of the batch into one record.
  public func update(_ count: Int, rows: UnsafePointer<UInt32>, into record: UnsafeMutableRawPointer) {
    let all = Visit(count: count, rows: rows, records: nil)
    for cell in cells {
      var visit = all
      if let (states, mask) = conditions(of: cell) { visit = selection.select(all, states, mask) }
      if !cell.update(run: visit, column(of: cell), into: record) {
        visit.records = selection.repeating(record, visit.count)
        cell.update(visit, column(of: cell), order)
      }
      if cell.countsRows, let (states, mask) = conditions(of: cell), states != nil {
        var missing = selection.select(all, states, mask, missing: true)
        missing.records = selection.repeating(record, missing.count)
        cell.update(missing: missing)
      }
    }
  }

  /// A cell without an argument has a column that it does not look at.
  private func column(of cell: StateCell) -> ArgumentColumn { cell.argument.map { columns[$0] } ?? ArgumentColumn.none }

  /// What a row must fulfil for a cell; nil when all do.
  private func conditions(of cell: StateCell) -> (states: UnsafePointer<UInt8>?, mask: ArgumentColumn?)? {
    let states = cell.argument.flatMap { columns[$0].states }
    let mask = cell.filter.map { masks[$0] }
    return states == nil && mask == nil ? nil : (states, mask)
  }
}
