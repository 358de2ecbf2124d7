import CTidemill
import Frames

/// The rows that left an instance, as text, so that two runs can be compared and their difference shown.
struct RowLog: Equatable {
  private(set) var lines: [String] = []
  /// Of each line.
  private var ports: [UInt32] = []
  private static let limit = 40_000

  mutating func append(_ frame: FrameView, rows: [UInt32]?, port: UInt32) {
    let columns = (0..<frame.columnCount).map { frame.column($0) }
    let names = columns.map(\.name)
    for row in rows?.map(Int.init) ?? Array(0..<frame.rows) {
      guard lines.count < Self.limit else { return }
      var line = "\(port):"
      for (column, name) in zip(columns, names) {
        if column.role == .rest {
          Self.writeRest(column.variantReader(row), into: &line)
        } else {
          line += " \(name)="
          Self.write(column, row, into: &line)
        }
      }
      lines.append(line)
      ports.append(port)
    }
  }

  private static func write(_ column: ColumnView, _ row: Int, into line: inout String) {
    guard column.isValid(row) else { return line += "null" }
    switch column.type {
    case .bool, .int, .time, .int32, .uint16, .int8, .duration: line += "\(column.int(row))"
    case .uint64: line += "\(tide_u64(column.frame, column.index, UInt32(row)))"
    case .double, .float: line += "\(column.double(row).bitPattern)"
    case .string: line += column.string(row)
    case .binary, .fixed, .decimal: for byte in column.bytes(row) { line += "\(byte)," }
    case .variant: write(column.variantReader(row), into: &line)
    case .list, .structure, nil: line += "?"
    }
  }

  /// Fields that are no column; a row without any is like one in a frame that has no place for them.
  private static func writeRest(_ rest: VariantReader, into line: inout String) {
    guard rest.kind != .object else {
      return rest.forEachField { name, value in
        line += " \(String(decoding: name, as: UTF8.self))="
        write(value, into: &line)
      }
    }
    if rest.kind != .absent { write(rest, into: &line) }
  }

  /// A value by the names of its members, whose numbers depend on what else is in the frame.
  private static func write(_ value: VariantReader, into line: inout String) {
    switch value.kind {
    case .object:
      line += "{"
      value.forEachField { name, value in
        line += String(decoding: name, as: UTF8.self) + ":"
        write(value, into: &line)
      }
      line += "}"
    case .array:
      line += "["
      for index in 0..<value.count { write(value[index], into: &line) }
      line += "]"
    default: for byte in value.value.prefix(value.byteCount) { line += "\(byte)," }
    }
  }

  /// Without the first rows.
  func dropping(_ count: Int) -> RowLog {
    var rest = self
    rest.lines.removeFirst(min(count, lines.count))
    rest.ports.removeFirst(min(count, ports.count))
    return rest
  }

  /// The lines port by port: how the rows of different ports come to lie between each other is nobody's promise.
  private var byPort: [String] {
    lines.indices.sorted { (ports[$0], $0) < (ports[$1], $1) }.map { lines[$0] }
  }

  /// The first difference to another run, port by port, as a sentence; nil when there is none.
  func difference(to other: RowLog, _ this: String, _ that: String) -> String? {
    for (index, (one, two)) in zip(byPort, other.byPort).enumerated() where one != two {
      return "row \(index) is `\(one.prefix(160))` \(this) and `\(two.prefix(160))` \(that)"
    }
    if lines.count == other.lines.count { return nil }
    return "there are \(lines.count) rows \(this) and \(other.lines.count) \(that)"
  }
}
