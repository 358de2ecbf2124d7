import PluginKit

/// The cells of a set of aggregates: as few as there can be, each with its place in the record.
struct CellPlan {
  var arguments: [Expression] = []
  var filters: [Expression] = []
  var cells: [StateCell] = []
  /// Of each aggregate, which cell holds its state.
  var places: [Int] = []
  var recordBytes = 0

  /// What two aggregates must have in common to share a cell.
  private struct Key: Hashable {
    var kind: String
    var argument: Int?
    var filter: Int?
    var parameter: Int?
  }
  private var found: [Key: Int] = [:]
  private let heap: SideHeap
  /// Room for the counts of each cell.
  private let leftOut: UnsafeMutablePointer<LeftOutCounts>

  init(_ aggregates: [BoundAggregate], _ heap: SideHeap, _ leftOut: UnsafeMutablePointer<LeftOutCounts>) {
    (self.heap, self.leftOut) = (heap, leftOut)
    places = Array(repeating: 0, count: aggregates.count)
    // Rows last: a cell of an argument may count them.
    let isRows = { (index: Int) in aggregates[index].kind == .count && aggregates[index].argument == nil }
    for index in aggregates.indices.filter({ !isRows($0) }) + aggregates.indices.filter(isRows) {
      places[index] = add(aggregates[index])
    }
    for cell in cells {
      cell.offset = recordBytes
      recordBytes += cell.byteCount
    }
  }

  /// Gives the number of the aggregate's cell, made when there is none that it can share.
  private mutating func add(_ aggregate: BoundAggregate) -> Int {
    let argument = aggregate.argument.map { Self.index(of: $0, in: &arguments) }
    let filter = aggregate.filter.map { Self.index(of: $0, in: &filters) }
    let place = CellPlace(argument: argument, filter: filter, heap: heap, leftOut: leftOut + cells.count)
    let limit = Int(aggregate.parameter)
    switch aggregate.kind {
    case .count where argument == nil: return rows(place)
    case .count: return statistics([], place)
    case .sum, .avg: return statistics(.sum, place)
    case .min, .max: return statistics(.extremes, place)
    case .stddev, .variance: return statistics(.moments, place)
    case .first: return cell("first", place) { EdgeCell(place, isLast: false) }
    case .last: return cell("last", place) { EdgeCell(place, isLast: true) }
    case .quantile: return cell("quantile", place) { QuantileCell(place) }
    case .distinct: return cell("distinct", place) { DistinctCell(place) }
    case .counts: return cell("counts", place) { CountsCell(place) }
    case .top: return cell("top", place, limit) { EntriesCell(place, isTop: true, limit: limit) }
    case .list: return cell("list", place, limit) { EntriesCell(place, isTop: false, limit: limit) }
    }
  }

  private mutating func rows(_ place: CellPlace) -> Int {
    if let index = cells.firstIndex(where: { $0 is StatisticsCell && $0.filter == place.filter }) {
      (cells[index] as? StatisticsCell)?.parts.insert(.rows)
      return index
    }
    return cell("rows", place) { RowCountCell(place) }
  }

  private mutating func statistics(_ parts: StatisticsCell.Parts, _ place: CellPlace) -> Int {
    let index = cell("statistics", place) { StatisticsCell(place) }
    (cells[index] as? StatisticsCell)?.parts.formUnion(parts)
    return index
  }

  private mutating func cell(_ kind: String, _ place: CellPlace, _ parameter: Int? = nil, _ make: () -> StateCell) -> Int {
    let key = Key(kind: kind, argument: place.argument, filter: place.filter, parameter: parameter)
    if let index = found[key] { return index }
    cells.append(make())
    found[key] = cells.count - 1
    return cells.count - 1
  }

  private static func index(of expression: Expression, in all: inout [Expression]) -> Int {
    if let index = all.firstIndex(where: { $0.text == expression.text }) { return index }
    all.append(expression)
    return all.count - 1
  }

  /// What a snapshot must agree in: the same for the same cells over the same expressions.
  var fingerprint: UInt64 {
    var bytes = StateBytesWriter()
    for cell in cells {
      bytes.put(cell.signature)
      bytes.put(Int32(cell.argument ?? -1))
      bytes.put(Int32(cell.filter ?? -1))
    }
    for expression in arguments + filters {
      bytes.put(UInt32(truncatingIfNeeded: expression.text.utf8.count))
      bytes.bytes += expression.text.utf8
    }
    return tide_xxh64(bytes.bytes, UInt64(bytes.bytes.count), 0)
  }
}
