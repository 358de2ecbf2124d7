import CKernels
import CTidemill
import Expressions
import Frames

/// A field as a variable: where it stands in the frames of one schema.
final class FieldPlace {
  enum Source: Hashable {
    /// A field of the event, under its own name.
    case field(String)
    /// An attribute: a column by its role, under the name that expressions use.
    case role(UInt32)
    /// All fields as a map.
    case fields
  }

  let source: Source
  /// -1 when the frames have no such column.
  let column: Int32
  /// Its column holds values of any type.
  let isVariant: Bool
  /// The column of what nothing names, where the field may be, what its column cannot hold, or an explicit null; -1 when there is
  /// none.
  private let rest: Int32
  private let name: [UInt8]

  init(_ source: Source, in frame: UnsafePointer<tide_frame>) {
    self.source = source
    switch source {
    case .field(let name):
      self.name = Array(name.utf8)
      column = self.name.withUnsafeBytes {
        tide_find_n(frame, $0.baseAddress?.assumingMemoryBound(to: CChar.self), UInt64($0.count))
      }
      rest = tide_role(frame, UInt32(TIDE_ROLE_REST))
    case .role(let role):
      name = []
      column = tide_role(frame, role)
      rest = -1
    case .fields:
      name = []
      column = -1
      rest = -1
    }
    isVariant = column >= 0 && tide_type(frame, column) == UInt32(TIDE_VARIANT)
  }

  /// The states of a chunk's rows; nil when all have values.
  func states(_ chunk: Chunk, into states: UnsafeMutablePointer<UInt8>) -> UnsafePointer<UInt8>? {
    let isLacking =
      isVariant
      ? tide_k_load_variant_states(chunk.frame, column, chunk.rows, states)
      : tide_k_load_states(chunk.frame, column, chunk.rows, states)
    guard isLacking != 0 else { return nil }
    findNulls(chunk, states)
    return UnsafePointer(states)
  }

  /// Tells nulls from absent values, which columns do not do.
  func findNulls(_ chunk: Chunk, _ states: UnsafeMutablePointer<UInt8>) {
    guard rest >= 0 else { return }
    let key = key(in: tide_var_dictionary(chunk.frame, rest))
    if key >= 0 { tide_k_find_nulls(chunk.frame, rest, key, chunk.rows, states) }
  }

  /// The value of a row; nil when it is absent.
  func value(_ frame: UnsafePointer<tide_frame>, _ row: UInt32) -> Value? {
    if case .fields = source { return Self.all(frame, row) }
    if let value = FieldValue.read(frame, column, row) { return value }
    guard rest >= 0 else { return nil }
    return Value(inRest(frame, row))
  }

  // MARK: Values that kernels do not see

  /// Whether rows of these frames can have a value that `isHidden` knows.
  var canHide: Bool { column >= 0 && (isVariant || rest >= 0) }

  /// Whether a row has a value of another type than kernels load, which is in the rest, or is no exact double.
  ///
  /// - Parameter orNull: whether null is one.
  func isHidden(_ frame: UnsafePointer<tide_frame>, _ row: UInt32, orNull: Bool = false) -> Bool {
    guard column >= 0 else { return false }
    if tide_valid(frame, column, row) == 0 {
      guard rest >= 0 else { return false }
      let kind = inRest(frame, row).kind
      return kind != .absent && (orNull || kind != .null)
    }
    guard isVariant else { return false }
    var keys = tide_string()
    let value = tide_var(frame, column, row, &keys)
    let reader = VariantReader(value: FieldValue.raw(value), keys: FieldValue.raw(keys))
    switch reader.kind {
    case .absent, .double: return false
    case .null: return orNull
    case .int: return reader.int.flatMap { Double(exactly: $0) } == nil
    default: return true
    }
  }

  private func inRest(_ frame: UnsafePointer<tide_frame>, _ row: UInt32) -> VariantReader {
    var keys = tide_string()
    let value = tide_var(frame, rest, row, &keys)
    let key = value.length == 0 ? -1 : key(in: keys)
    return VariantReader(
      value: FieldValue.raw(key < 0 ? tide_string() : tide_var_field(value, key)), keys: FieldValue.raw(keys))
  }

  /// The number of the field's name among the keys; -1 when it is none.
  private func key(in keys: tide_string) -> Int64 {
    name.withUnsafeBytes { tide_var_key(keys, $0.baseAddress?.assumingMemoryBound(to: CChar.self), UInt64($0.count)) }
  }

  /// All fields of a row that have a value: columns with names, then the rest.
  private static func all(_ frame: UnsafePointer<tide_frame>, _ row: UInt32) -> Value {
    var map = ValueMap()
    for column in 0..<Int32(frame.pointee.top) where tide_name(frame, column).length != 0 {
      if tide_col(frame, column).pointee.role == UInt8(TIDE_ROLE_REST) { continue }
      guard let value = FieldValue.read(frame, column, row) else { continue }
      _ = map.insert(.string(Text(utf8: FieldValue.bytes(tide_name(frame, column)))), value)
    }
    let rest = tide_role(frame, UInt32(TIDE_ROLE_REST))
    if rest >= 0, case .map(let more)? = FieldValue.read(frame, rest, row) {
      for (key, value) in zip(more.keys, more.values) { _ = map.insert(key, value) }
    }
    return .map(map)
  }
}
