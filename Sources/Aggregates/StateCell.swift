import PluginKit

/// Rows of a batch that have a value, and the record that each belongs to.
struct Visit {
  var count: Int
  /// Rows, counted as the batch visits them.
  var rows: UnsafePointer<UInt32>
  var records: UnsafePointer<UnsafeMutableRawPointer>!
}

/// Part of every record of a set, at one offset: what one or several aggregates over the same argument keep.
///
/// Calls are per batch and per record, never per row: a subclass has the loop over rows.
class StateCell {
  /// Tells cells apart in a snapshot; with a parameter where its meaning depends on one.
  var signature: UInt64 { fatalError("a cell has a signature") }
  /// Bytes in the record, a multiple of 8.
  var byteCount: Int { fatalError("a cell has a size") }
  /// True when rows are needed in the order of time and id.
  var needsOrder: Bool { false }

  /// Of the set's arguments and filters.
  let argument: Int?
  let filter: Int?
  /// In the record.
  var offset = 0
  let heap: SideHeap
  let leftOut: UnsafeMutablePointer<LeftOutCounts>

  init(_ place: CellPlace) {
    (argument, filter, heap, leftOut) = (place.argument, place.filter, place.heap, place.leftOut)
  }

  /// Makes the state of nothing. `state` is the cell's part of a record, here and below.
  func initialize(_ state: UnsafeMutableRawPointer) {
    state.initializeMemory(as: UInt64.self, repeating: 0, count: byteCount / 8)
  }
  /// Gives back what the state has in the side heap.
  func destroy(_ state: UnsafeMutableRawPointer) {}
  /// Folds rows into their records, in their order.
  func update(_ visit: Visit, _ column: ArgumentColumn, _ order: RowOrder) { fatalError("a cell has a loop") }
  /// True when rows without a value count too: then they come to `update(missing:)`.
  var countsRows: Bool { false }
  func update(missing visit: Visit) {}
  /// Folds all rows into one record, where there is a shorter way than `update`; false, and nothing done, where there is none.
  /// `visit` has no records.
  func update(run visit: Visit, _ column: ArgumentColumn, into record: UnsafeMutableRawPointer) -> Bool { false }
  /// Folds a state whose rows come later into one whose rows come first.
  func merge(_ from: UnsafeRawPointer, into state: UnsafeMutableRawPointer) { fatalError("a cell merges") }
  /// The same of so many records, pair by pair.
  func merge(
    _ count: Int, _ from: UnsafePointer<UnsafeMutableRawPointer>, into records: UnsafePointer<UnsafeMutableRawPointer>
  ) {
    for at in 0..<count { merge(from[at] + offset, into: records[at] + offset) }
  }
  /// Rows that were counted, where the cell counts them.
  func rowCount(_ state: UnsafeRawPointer) -> Int { fatalError("a cell counts rows") }
  func save(_ state: UnsafeRawPointer, _ out: inout StateBytesWriter) { fatalError("a cell saves") }
  /// Makes the state that was saved out of the state of nothing; what it threw for may be destroyed.
  func restore(_ state: UnsafeMutableRawPointer, _ from: inout StateBytesReader) throws { fatalError("a cell restores") }

  /// Calls `body` with each row's number and state.
  @inline(__always) final func forEach(_ visit: Visit, _ body: (UInt32, UnsafeMutableRawPointer) -> Void) {
    let (offset, count, rows, records) = (offset, visit.count, visit.rows, visit.records!)
    var index = 0
    while index < count {
      body(rows[index], records[index] + offset)
      index &+= 1
    }
  }

  /// The same with each value; null is left out, and so is what no aggregate takes, which is counted.
  @inline(__always) final func forEachValue(
    _ visit: Visit, _ column: ArgumentColumn, _ body: (UInt32, Scalar, UnsafeMutableRawPointer) -> Void
  ) {
    forEach(visit) { row, state in
      let value = column.scalar(row)
      if value.kind != .none {
        body(row, value, state)
      } else if !value.isNull {
        leftOut.pointee.unfit &+= 1
      }
    }
  }
}

/// What a cell is made with.
struct CellPlace {
  var argument: Int?
  var filter: Int?
  var heap: SideHeap
  var leftOut: UnsafeMutablePointer<LeftOutCounts>
}

/// The rows that came, whatever they hold: `count()`.
final class RowCountCell: StateCell {
  override var signature: UInt64 { 1 }
  override var byteCount: Int { 8 }

  override func update(_ visit: Visit, _ column: ArgumentColumn, _ order: RowOrder) {
    forEach(visit) { $1.assumingMemoryBound(to: Int.self).pointee &+= 1 }
  }

  override func merge(_ from: UnsafeRawPointer, into state: UnsafeMutableRawPointer) {
    state.assumingMemoryBound(to: Int.self).pointee &+= from.load(as: Int.self)
  }

  override func save(_ state: UnsafeRawPointer, _ out: inout StateBytesWriter) { out.put(Int64(state.load(as: Int.self))) }

  override func restore(_ state: UnsafeMutableRawPointer, _ from: inout StateBytesReader) throws {
    state.storeBytes(of: try from.getCount(Int64.self, limit: .max), as: Int.self)
  }

  override func rowCount(_ state: UnsafeRawPointer) -> Int { state.load(as: Int.self) }
}
