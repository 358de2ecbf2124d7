/// A value of a field or of a result, as the model and the readers of frames write it.
package enum Cell: Hashable, Sendable {
  case null
  case bool(Bool)
  case int(Int64)
  case double(Double)
  case text(String)
  case time(Int64)
  case list([Cell])
  /// In the order of the names' bytes.
  case object([Member])

  package struct Member: Hashable, Sendable {
    package var name: String
    package var value: Cell

    package init(name: String, value: Cell) {
      self.name = name
      self.value = value
    }

    package static func == (a: Member, b: Member) -> Bool { a.name.utf8.elementsEqual(b.name.utf8) && a.value == b.value }
  }

  /// Equal to the bit, but for NaN, which is one value.
  package static func == (a: Cell, b: Cell) -> Bool {
    switch (a, b) {
    case (.null, .null): true
    case (.bool(let x), .bool(let y)): x == y
    case (.int(let x), .int(let y)), (.time(let x), .time(let y)): x == y
    case (.double(let x), .double(let y)): x.isNaN ? y.isNaN : x.bitPattern == y.bitPattern
    case (.text(let x), .text(let y)): x.utf8.elementsEqual(y.utf8)
    case (.list(let x), .list(let y)): x == y
    case (.object(let x), .object(let y)): x == y
    default: false
    }
  }

  package func hash(into hasher: inout Hasher) { for byte in keyBytes { hasher.combine(byte) } }

  /// Bytes by which results of a window are ordered, as docs/frames.md has them under "Keys and key groups".
  package var keyBytes: [UInt8] {
    func little(_ tag: UInt8, _ bits: UInt64) -> [UInt8] { [tag] + (0..<8).map { UInt8(truncatingIfNeeded: bits >> ($0 * 8)) } }
    switch self {
    case .null: return [0]
    case .bool(let value): return [value ? 2 : 1]
    case .int(let value): return little(3, UInt64(bitPattern: value))
    case .double(let value):
      if let whole = Int64(exactly: value) { return little(3, UInt64(bitPattern: whole)) }
      return little(4, value.isNaN ? 0x7FF8_0000_0000_0000 : value.bitPattern)
    case .text(let value): return [5] + Array(value.utf8)
    case .time(let value): return little(7, UInt64(bitPattern: value))
    case .list(let cells): return cells.flatMap(\.keyBytes)
    case .object(let members): return members.flatMap { Array($0.name.utf8) + $0.value.keyBytes }
    }
  }

  /// Key bytes of the values of several fields.
  package static func keyBytes(_ cells: [Cell]) -> [UInt8] {
    guard cells.count > 1 else { return cells.first?.keyBytes ?? [] }
    return [8]
      + cells.flatMap { cell in
        let bytes = cell.keyBytes
        return (0..<4).map { UInt8(truncatingIfNeeded: bytes.count >> ($0 * 8)) } + bytes
      }
  }

  /// A number, for comparisons within a bound.
  package var number: Double? {
    switch self {
    case .int(let value): Double(value)
    case .double(let value): value
    default: nil
    }
  }
}

extension Cell: CustomStringConvertible {
  package var description: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .int(let value): "\(value)"
    case .double(let value): "\(value)"
    case .text(let value): "\"\(value)\""
    case .time(let value): "@\(value)"
    case .list(let cells): "[\(cells.map(\.description).joined(separator: ","))]"
    case .object(let members): "{\(members.map { "\"\($0.name)\":\($0.value)" }.joined(separator: ","))}"
    }
  }
}

/// What the model says of one value of a result.
package enum Expectation: CustomStringConvertible {
  case exactly(Cell)
  /// A number at most so far away.
  case near(Double, Double)
  /// A number that is near one of several.
  case nearOne(of: [Double], relative: Double)
  /// The result cannot be represented: there is none.
  case unrepresentable

  package func holds(_ cell: Cell) -> Bool {
    switch self {
    case .exactly(let wanted): return cell == wanted
    case .near(let wanted, let distance):
      guard let number = cell.number else { return false }
      if wanted.isNaN { return number.isNaN }
      return number == wanted || abs(number - wanted) <= distance
    case .nearOne(let wanted, let relative):
      guard let number = cell.number else { return false }
      return wanted.contains { number == $0 || abs(number - $0) <= relative * abs($0) }
    case .unrepresentable: return cell == .null
    }
  }

  package var description: String {
    switch self {
    case .exactly(let cell): "\(cell)"
    case .near(let number, let distance): "\(number) ± \(distance)"
    case .nearOne(let numbers, let relative): "one of \(numbers) ± \(relative * 100) %"
    case .unrepresentable: "nothing that fits"
    }
  }
}
