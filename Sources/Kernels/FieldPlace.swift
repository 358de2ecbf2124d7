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
  /// The column of what nothing names, where the field may be, or an explicit null of it; -1 when there is none.
  private let rest: Int32
  private let name: String

  init(_ source: Source, in frame: UnsafePointer<tide_frame>) {
    self.source = source
    switch source {
    case .field(let name):
      self.name = name
      var text = name
      column = text.withUTF8 { utf8 in
        utf8.withMemoryRebound(to: CChar.self) { tide_find_n(frame, $0.baseAddress, UInt64($0.count)) }
      }
      rest = tide_role(frame, UInt32(TIDE_ROLE_REST))
    case .role(let role):
      name = ""
      column = tide_role(frame, role)
      rest = -1
    case .fields:
      name = ""
      column = -1
      rest = -1
    }
  }

  var isAttribute: Bool { if case .role = source { true } else { false } }

  /// The states of a chunk's rows; nil when all have values.
  func states(_ chunk: Chunk, into states: UnsafeMutablePointer<UInt8>) -> UnsafePointer<UInt8>? {
    guard tide_k_load_states(chunk.frame, column, chunk.rows, states) != 0 else { return nil }
    if rest >= 0 {
      for index in 0..<Int(chunk.count) where states[index] == UInt8(TIDE_K_MISSING) {
        if isNullInRest(chunk.frame, chunk.row(index)) { states[index] = UInt8(TIDE_K_NULL) }
      }
    }
    return UnsafePointer(states)
  }

  /// The value of a row; nil when it is absent.
  func value(_ frame: UnsafePointer<tide_frame>, _ row: UInt32) -> Value? {
    if case .fields = source { return Self.all(frame, row) }
    if let value = FieldValue.read(frame, column, row) { return value }
    guard rest >= 0 else { return nil }
    return Value(inRest(frame, row))
  }

  private func isNullInRest(_ frame: UnsafePointer<tide_frame>, _ row: UInt32) -> Bool { inRest(frame, row).kind == .null }

  private func inRest(_ frame: UnsafePointer<tide_frame>, _ row: UInt32) -> VariantReader {
    var keys = tide_string()
    let value = tide_var(frame, rest, row, &keys)
    var text = name
    let id = text.withUTF8 { utf8 in
      utf8.withMemoryRebound(to: CChar.self) { tide_var_key(keys, $0.baseAddress, UInt64($0.count)) }
    }
    return VariantReader(
      value: FieldValue.raw(id < 0 ? tide_string() : tide_var_field(value, id)), keys: FieldValue.raw(keys))
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
