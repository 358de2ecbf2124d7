/// One change of a frame's columns, for `FrameDeriver`: each is made on what the ones before it left.
///
/// Names stand for fields: a field that is no column but a member of the column of the role `rest` is removed, kept and renamed
/// there. A column that plays a role is never dropped: where it would be, it loses its name, so that it is written nowhere, and keeps
/// its part.
public struct ColumnChange: Sendable, Equatable {
  enum Kind: Sendable, Equatable {
    case remove([UInt8])
    case keep(Set<[UInt8]>)
    case rename([Renaming])
    case set([UInt8], ColumnRole?)
    case role(ColumnRole, [UInt8])
  }

  struct Renaming: Sendable, Equatable {
    let from: [UInt8]
    let to: [UInt8]
  }

  let kind: Kind

  private init(_ kind: Kind) { self.kind = kind }

  /// Removes a field; nothing where there is none.
  public static func remove(_ name: String) -> ColumnChange { ColumnChange(.remove(Array(name.utf8))) }

  /// Removes all fields but these.
  public static func keep(_ names: [String]) -> ColumnChange { ColumnChange(.keep(Set(names.map { Array($0.utf8) }))) }

  /// Gives a field another name; it stays where it is, and the one that had this name is gone, in all rows.
  public static func rename(_ name: String, to other: String) -> ColumnChange { rename([(name, other)]) }

  /// Gives fields other names, all at once: two may change theirs with each other.
  public static func rename(_ names: [(from: String, to: String)]) -> ColumnChange {
    ColumnChange(.rename(names.map { Renaming(from: Array($0.from.utf8), to: Array($0.to.utf8)) }))
  }

  /// Gives a field new values, in place of the column of this name or behind the others. The first change of this kind takes the
  /// first values that are handed over, the next one the next.
  public static func set(_ name: String, role: ColumnRole? = nil) -> ColumnChange {
    ColumnChange(.set(Array(name.utf8), role))
  }

  /// Gives new values a role, in a column without a name; they are handed over as those of `set`.
  public static func set(role: ColumnRole) -> ColumnChange { ColumnChange(.set([], role)) }

  /// Gives a role to a field's column, which keeps its name; that of a column which has another role goes to a copy. Without such a
  /// column, none has the role.
  public static func role(_ role: ColumnRole, of name: String) -> ColumnChange {
    ColumnChange(.role(role, Array(name.utf8)))
  }

  /// No field gets another value or name.
  var isRoleOnly: Bool {
    switch kind {
    case .role: true
    case .set(let name, _): name.isEmpty
    default: false
    }
  }

  /// Why a change can fit no frame; nil when it can.
  var mistake: FrameDeriveError? {
    switch kind {
    case .remove, .keep: return nil
    case .rename(let names):
      for (place, name) in names.enumerated() {
        if let mistake = Self.mistake(in: name.to) { return mistake }
        for other in names[..<place] {
          if other.from == name.from { return FrameDeriveError("a field gets two names", name.from) }
          if other.to == name.to { return FrameDeriveError("two fields get one name", name.to) }
        }
      }
      return nil
    case .set(let name, let role):
      if name.isEmpty, role != nil { return Self.mistake(in: role, name) }
      return Self.mistake(in: name) ?? Self.mistake(in: role, name)
    case .role(let role, let name): return Self.mistake(in: role, name)
    }
  }

  private static func mistake(in name: [UInt8]) -> FrameDeriveError? {
    if name.isEmpty { return FrameDeriveError("a field needs a name") }
    if name.contains(0) { return FrameDeriveError("a field's name contains NUL", name) }
    guard name.count > FrameLimits.maxNameBytes else { return nil }
    return FrameDeriveError("a field's name has at most \(FrameLimits.maxNameBytes) bytes", name)
  }

  private static func mistake(in role: ColumnRole?, _ name: [UInt8]) -> FrameDeriveError? {
    switch role {
    case nil, .id, .source, .type, .key: nil
    case .eventTime, .ingestTime, .headers, .rest:
      FrameDeriveError("only the roles id, source, type and key can be given to a field", name)
    }
  }
}

/// Why a frame cannot be changed.
public struct FrameDeriveError: Error, Equatable, CustomStringConvertible {
  public let reason: String
  /// Name of the field at fault, nil when there is none.
  public let column: String?

  public init(_ reason: String, column: String? = nil) {
    self.reason = reason
    self.column = column
  }

  init(_ reason: String, _ name: [UInt8]) {
    self.init(reason, column: name.isEmpty ? nil : String(decoding: name.prefix(FrameLimits.maxNameBytes), as: UTF8.self))
  }

  public var description: String { reason + (column.map { " (field '\($0)')" } ?? "") }
}
