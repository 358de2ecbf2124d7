import Ordering
import PluginKit

/// Builds the rows that are made between others: key, time, values and the mark.
final class MadeRows {
  /// A field and where its values come from.
  struct Field {
    enum Origin {
      case previous, linear, null
      case value(Double)
    }
    let name: String
    let origin: Origin
    /// Where the manifest says so.
    let path: String
  }

  /// What stands at both ends of a gap.
  struct Ends {
    var before: Int64
    var behind: Int64
  }

  static let mark = "filled"

  private let keyFields: [String]
  private let fields: [Field]
  private let identity: ResultIdentity
  private var builder = FrameBuilder()
  /// Of the key's fields, the time, and the fields that are made.
  private var shape: [Column] = []
  private var types: [KeyType] = []
  private let variant = VariantEncoder()
  private let room = FrameRoom()

  private struct Column: Equatable {
    var name: String
    var type: KeyType
    /// Of times the form in which they are written.
    var form = 0
    var role: ColumnRole?
  }

  init(keyFields: [String], fields: [Field], node: String) {
    self.keyFields = keyFields
    self.fields = fields
    identity = ResultIdentity(node: node)
  }

  /// Takes the types of the fields from the frame whose gaps are filled. Rows that were made before go to the others.
  ///
  /// Throws `config` for a field whose type can have no number where one is to be made.
  func learn(_ frame: FrameView, keys: [ColumnView], fields columns: [ColumnView], to rows: HeldRows) throws {
    var found: [Column] = []
    for (name, column) in zip(keyFields, keys) {
      let type = KeyType(of: column)
      let isRole = type != .variant && [.key, .source, .type].contains(column.role)
      found.append(Column(name: name, type: type, role: isRole ? column.role : nil))
    }
    if let time = frame.column(role: .eventTime) {
      found.append(Column(name: time.name, type: KeyType(.time), form: time.parameter, role: .eventTime))
    }
    for (field, column) in zip(fields, columns) {
      let type = try Self.type(of: column, field)
      if column.role == .eventTime || keyFields.contains(field.name) { continue }
      found.append(Column(name: field.name, type: type, form: type.column == .time ? column.parameter : 0))
    }
    guard found != shape || builder.columnCount == 0 else { return }
    try commit(to: rows)
    shape = found
    try build()
  }

  /// The type of a made field: that of the column, and a wide one where numbers are made.
  private static func type(of column: ColumnView, _ field: Field) throws -> KeyType {
    let type = KeyType(of: column)
    switch field.origin {
    case .previous, .null: return type
    case .linear, .value:
      if column.isAbsent { return KeyType(.double) }
    }
    switch type.column {
    case .int32, .uint16, .int8, .duration: return KeyType(.int)
    case .float, .decimal: return KeyType(.double)
    case .int, .double, .uint64, .variant: break
    case .time where !field.isConstant: break
    default:
      throw PluginError.config(
        "'\(field.name)' is a field of type \(column.type ?? type.column), which has no numbers: write `previous` or \"null\" in `fields`",
        at: field.path)
    }
    if case .value(let constant) = field.origin, type.column == .int || type.column == .uint64 {
      let isIn = type.column == .int ? Int64(exactly: constant) != nil : UInt64(exactly: constant) != nil
      guard isIn else {
        throw PluginError.config(
          "'\(field.name)' is a field of type \(type.column), which cannot hold \(constant)", at: field.path)
      }
    }
    return type
  }

  private func build() throws {
    builder = FrameBuilder()
    builder.maxBytes = 256 << 10
    for column in shape {
      let index = try builder.addColumn(
        column.name, column.type.column, parameter: column.type.parameter, role: column.role,
        nullable: column.role != .eventTime)
      if column.type == .variant { KeyField.noKeys.withUnsafeBytes { builder.setKeys(index, metadata: $0) } }
    }
    _ = try builder.addColumn(Self.mark, .bool, nullable: false)
    _ = try builder.addColumn("", .int, role: .id, nullable: false)
    types = shape.prefix(keyFields.count).map(\.type)
  }

  /// Adds a row. `value` gives the bytes of a field's value, by its number, at one end of the gap. True when the frame is full.
  func put(
    _ key: UnsafeRawBufferPointer, at time: Int64, _ ends: Ends,
    _ value: (_ field: Int, _ isBehind: Bool, _ body: (UnsafeRawBufferPointer) -> Void) -> Void
  ) -> Bool {
    KeyField.put(key, into: builder, from: 0, types: types, variant)
    var at = types.count
    builder.put(at, time: time)
    at += 1
    for (number, field) in fields.enumerated() where at < shape.count && shape[at].name == field.name {
      let (column, type) = (at, shape[at].type)
      at += 1
      switch field.origin {
      case .null: builder.putNull(column)
      case .value(let constant): put(Number(constant: constant), column, type)
      case .previous: value(number, false) { KeyField.put($0, into: builder, from: column, types: [type], variant) }
      case .linear:
        var (one, other): (Number?, Number?)
        value(number, false) { one = Number($0, of: type.column) }
        value(number, true) { other = Number($0, of: type.column) }
        put(Number.between(one, other, at: time, ends, isWhole: type.column != .double), column, type)
      }
    }
    builder.put(at, true)
    builder.put(at + 1, identity.id(ofKey: key, time))
    return builder.endRow()
  }

  private func put(_ number: Number?, _ column: Int, _ type: KeyType) {
    guard let number else { return builder.putNull(column) }
    switch type.column {
    case .int: number.rounded.flatMap { Int64(exactly: $0) }.map { builder.put(column, $0) } ?? builder.putNull(column)
    case .uint64: number.rounded.flatMap { UInt64(exactly: $0) }.map { builder.put(column, $0) } ?? builder.putNull(column)
    case .time: number.rounded.flatMap { Int64(exactly: $0) }.map { builder.put(column, time: $0) } ?? builder.putNull(column)
    case .double: builder.put(column, number.double)
    case .variant: put(variant: number, column)
    default: builder.putNull(column)
    }
  }

  /// Whole numbers stay whole where there is no type.
  private func put(variant number: Number, _ column: Int) {
    variant.removeAll()
    switch number {
    case .whole(let value):
      if let int = Int64(exactly: value) {
        variant.put(int: int)
      } else if value.magnitude < Self.decimalEnd {
        variant.put(decimal: value, scale: 0)
      } else {
        variant.put(Double(value))
      }
    case .double(let value): variant.put(value)
    }
    builder.put(column, variant: variant.bytes(from: 0))
  }

  /// Decimals have up to 38 digits.
  private static let decimalEnd: UInt128 = 10_000_000_000_000_000_000 * 10_000_000_000_000_000_000

  /// Gives what has been added to other rows.
  func commit(to rows: HeldRows) throws {
    if let failure = builder.failure { throw failure }
    guard builder.rows > 0 else { return }
    let bytes = builder.byteCount
    let frame = room.reserve(bytes)
    _ = builder.write(into: frame, capacity: bytes)
    // Times go out in the form in which they came in, which builders have no word for.
    for (index, column) in shape.enumerated() where column.form != 0 {
      let made = tide_col(frame.assumingMemoryBound(to: tide_frame.self), Int32(index))
      UnsafeMutablePointer(mutating: made!).pointee.param = UInt16(truncatingIfNeeded: column.form)
    }
    try room.add(to: rows)
    builder.reset()
  }
}
