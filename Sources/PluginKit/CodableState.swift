/// A component whose state is one value that Swift can code: nothing else is needed for snapshots.
///
/// ```swift
/// struct Totals: Operator, CodableState {
///   struct State: Codable { var rows = 0, largest: Double? }
///   var state = State()
///   …
/// }
/// ```
/// The whole value belongs to no key group, so the component's concurrency is `single`. State by key is `KeyedState`.
public protocol CodableState: Stateful {
  associatedtype State: Codable

  /// What checkpoints keep.
  var state: State { get set }
}

extension CodableState {
  public static var stateVersion: UInt32 { 1 }

  public mutating func snapshot(_ writer: StateWriter) throws { try writer.encode(state) }

  public mutating func restore(group: UInt32, _ reader: StateReader) throws {
    guard group == StateWriter.allGroups else {
      throw PluginError(.state, "the saved state has a part for key group \(group), but this component keeps none by key")
    }
    state = try reader.decode(State.self)
  }
}
