import CTidemill
import EngineBench
import Frames
import Synchronization

/// A sink that keeps what arrives, row by row, as the frames have it.
package final class RowCollector: Sendable {
  package struct Row: Sendable {
    package var fields: [(name: String, value: Cell)]
    /// The event time that the frame gives the row.
    package var time: Int64?
    /// The id, where it is an integer.
    package var id: Int64?

    package subscript(name: String) -> Cell { fields.first { $0.name == name }?.value ?? .null }
    package func int(_ name: String) -> Int64? {
      switch self[name] {
      case .int(let value), .time(let value): value
      default: nil
      }
    }
  }

  package init() {}

  private let collected = Mutex<[Row]>([])
  package var rows: [Row] { collected.withLock { $0 } }

  package func component(_ id: String) -> ScriptedComponent {
    let component = ScriptedComponent(id)
    component.process = { [self] _, batch, _ in
      let frame = FrameView(batch.pointee.frame!)
      let columns = (0..<frame.columnCount).map { frame.column($0) }
      let times = frame.column(role: .eventTime)
      let ids = frame.column(role: .id).flatMap { $0.type == .int ? $0 : nil }
      let rows = (0..<batch.pointee.count).map { index -> Row in
        let row = Int(tide_row(batch.pointee.selection, index))
        let named = columns.filter { !$0.name.isEmpty }
        return Row(
          fields: named.map { ($0.name, Cell($0, row: row)) }, time: times.map { $0.time(row) },
          id: ids.map { $0.int(row) })
      }
      collected.withLock { $0 += rows }
      return TIDE_OK
    }
    return component
  }
}

extension Cell {
  init(_ column: ColumnView, row: Int) {
    guard column.isValid(row) else {
      self = .null
      return
    }
    switch column.type {
    case .bool?: self = .bool(column.bool(row))
    case .double?, .float?: self = .double(column.double(row))
    case .time?: self = .time(column.time(row))
    case .string?: self = .text(column.string(row))
    case .variant?: self = Cell(column.variantReader(row))
    case .list?: self = .list(column.elements(row).map { Cell(column.child(0), row: $0) })
    case .structure?:
      let place = column.fields(row) ?? row
      self = .object(
        (0..<column.childCount).map { .init(name: column.child($0).name, value: Cell(column.child($0), row: place)) })
    default: self = .int(column.int(row))
    }
  }

  init(_ variant: VariantReader) {
    switch variant.kind {
    case .bool: self = .bool(variant.bool!)
    case .int: self = .int(variant.int!)
    case .double, .decimal: self = .double(variant.double!)
    case .time: self = .time(variant.time!)
    case .string: self = .text(String(decoding: variant.text!, as: UTF8.self))
    case .array: self = .list((0..<variant.count).map { Cell(variant[$0]) })
    case .object:
      var members: [Member] = []
      variant.forEachField { members.append(.init(name: String(decoding: $0, as: UTF8.self), value: Cell($1))) }
      self = .object(members)
    default: self = .null
    }
  }
}
