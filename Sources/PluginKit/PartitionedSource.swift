/// A source of several partitions, each read from a position (`tide.partitions/1`).
///
/// After `open` the host asks for the partitions and assigns each a number. A frame holds rows of one partition and bears its
/// number: set `FrameBuilder.stream`. Watermarks (`Output.watermark`) and idleness (`Output.idle`) are told by the same numbers.
/// A position is what the source needs to read on from there; the host does not look into it.
public protocol PartitionedSource: Source {
  /// Names of all partitions there are, each once, in a stable order. Called after `open`.
  mutating func partitions() throws -> [String]

  /// Reads a partition under a number from now on, from a position that `position` gave earlier; empty: from its start.
  mutating func assign(_ partition: String, number: UInt32, position: [UInt8]) throws

  /// Reads the partition no more. Called between polls.
  mutating func revoke(number: UInt32) throws

  /// Where the next row of a partition will come from. Called between polls.
  mutating func position(of number: UInt32) throws -> [UInt8]
}

/// The calls of a partitioned source for one Swift type, as `Calls` has the others.
@usableFromInline
struct PartitionCalls: Sendable {
  let list: @Sendable (Calls.Place) throws -> [String]
  let assign: @Sendable (Calls.Place, String, UInt32, [UInt8]) throws -> Void
  let revoke: @Sendable (Calls.Place, UInt32) throws -> Void
  let position: @Sendable (Calls.Place, UInt32) throws -> [UInt8]

  init<T: PartitionedSource>(_ type: T.Type) {
    list = { try $0.assumingMemoryBound(to: T.self).pointee.partitions() }
    assign = { try $0.assumingMemoryBound(to: T.self).pointee.assign($1, number: $2, position: $3) }
    revoke = { try $0.assumingMemoryBound(to: T.self).pointee.revoke(number: $1) }
    position = { try $0.assumingMemoryBound(to: T.self).pointee.position(of: $1) }
  }
}

/// The table of `tide.partitions/1`, one for all components in Swift.
enum PartitionTable {
  private struct Table: @unchecked Sendable {
    let pointer: UnsafePointer<tide_partitions>
  }

  private typealias Found = @convention(c) (UnsafeMutableRawPointer?, tide_string) -> tide_status

  static func pointer(for instance: Instance.Reference) -> UnsafeRawPointer? {
    instance.pointee.component._withUnsafeGuaranteedRef { $0.calls.partitions == nil ? nil : UnsafeRawPointer(table.pointer) }
  }

  private static let table: Table = {
    let table = UnsafeMutablePointer<tide_partitions>.allocate(capacity: 1)
    table.initialize(
      to: tide_partitions(
        size: UInt32(MemoryLayout<tide_partitions>.size), reserved: 0, list: list, assign: assign, revoke: revoke,
        position: position))
    return Table(pointer: UnsafePointer(table))
  }()

  private static let list: @convention(c) (OpaquePointer?, Found?, UnsafeMutableRawPointer?) -> tide_status = {
    me, found, user in
    guard let found else { return TIDE_E_FATAL }
    return Trampolines.call(me) { instance, loaded in
      for name in try loaded.calls.partitions?.list(instance.pointee.place) ?? [] {
        try check(name.withBorrowed { found(user, $0) })
      }
    }
  }

  private static let assign: @convention(c) (OpaquePointer?, UInt32, tide_string, tide_string) -> tide_status = {
    me, number, name, position in
    Trampolines.call(me) { instance, loaded in
      let bytes = UnsafeRawBufferPointer(start: position.data, count: Int(position.length))
      try loaded.calls.partitions?.assign(instance.pointee.place, String(name), number, Array(bytes))
    }
  }

  private static let revoke: @convention(c) (OpaquePointer?, UInt32) -> tide_status = { me, number in
    Trampolines.call(me) { instance, loaded in try loaded.calls.partitions?.revoke(instance.pointee.place, number) }
  }

  private static let position: @convention(c) (OpaquePointer?, UInt32, UnsafeMutablePointer<tide_string>?) -> tide_status = {
    me, number, into in
    Trampolines.call(me) { instance, loaded in
      let bytes = try loaded.calls.partitions?.position(instance.pointee.place, number) ?? []
      into?.pointee = instance.pointee.lend(bytes)
    }
  }
}
