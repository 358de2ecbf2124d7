/// The entries of a component's table for one Swift type, over the address where the host keeps the instance.
///
/// Formed where the type is known, so that each closure is compiled for it: a call is the C function, one closure, the type's
/// own code. An entry that stays nil is absent in the C table too.
@usableFromInline
struct Calls: Sendable {
  @usableFromInline typealias Place = UnsafeMutableRawPointer

  @usableFromInline let component: Component
  @usableFromInline let kind: Component.Kind
  @usableFromInline let make: @Sendable (Config) throws -> Place
  @usableFromInline let destroy: @Sendable (Place) -> Void
  @usableFromInline let open: @Sendable (Place) throws -> Void
  @usableFromInline let close: @Sendable (Place) -> Void
  @usableFromInline let flush: @Sendable (Place, inout Output) throws -> Void
  @usableFromInline var process: (@Sendable (Place, Batch, inout Output) throws -> Void)?
  @usableFromInline var poll: (@Sendable (Place, Int64, inout Output) throws -> PollResult)?
  @usableFromInline var onWatermark: (@Sendable (Place, UInt32?, Int64, inout Output) throws -> Void)?
  @usableFromInline var onTimer: (@Sendable (Place, UInt64, Int64, inout Output) throws -> Void)?
  @usableFromInline var snapshot: (@Sendable (Place, StateWriter) throws -> Void)?
  @usableFromInline var restore: (@Sendable (Place, UInt32, StateReader) throws -> Void)?
  @usableFromInline var stateVersion: UInt32?
  @usableFromInline var partitions: PartitionCalls?
  @usableFromInline var reconfigure: (@Sendable (Place, Config) throws -> Void)?

  @inlinable
  init<T: ComponentInstance>(_ kind: Component.Kind, _ type: T.Type) {
    component = T.component
    self.kind = kind
    make = { config in
      let place = UnsafeMutablePointer<T>.allocate(capacity: 1)
      do {
        place.initialize(to: try T(config))
      } catch {
        place.deallocate()
        throw error
      }
      return Place(place)
    }
    destroy = { place in
      let typed = place.assumingMemoryBound(to: T.self)
      typed.deinitialize(count: 1)
      typed.deallocate()
    }
    open = { try $0.assumingMemoryBound(to: T.self).pointee.open() }
    close = { $0.assumingMemoryBound(to: T.self).pointee.close() }
    flush = { try $0.assumingMemoryBound(to: T.self).pointee.flush(&$1) }
    adopt(type)
  }

  /// Fills the entries of what the type can do beyond its kind. Not specialised: none of them runs per batch.
  @usableFromInline
  mutating func adopt(_ type: any ComponentInstance.Type) {
    if let able = type as? any Stateful.Type { adopt(stateful: able) }
    if let able = type as? any WatermarkHandler.Type { adopt(watermarks: able) }
    if let able = type as? any TimerHandler.Type { adopt(timers: able) }
    if let able = type as? any WakeHandler.Type { adopt(wakes: able) }
    if let able = type as? any PartitionedSource.Type { adopt(partitions: able) }
    if let able = type as? any Reconfigurable.Type { adopt(reconfigurable: able) }
  }

  private mutating func adopt<T: Stateful>(stateful type: T.Type) {
    stateVersion = T.stateVersion
    snapshot = { try $0.assumingMemoryBound(to: T.self).pointee.snapshot($1) }
    restore = { try $0.assumingMemoryBound(to: T.self).pointee.restore(group: $1, $2) }
  }

  private mutating func adopt<T: WatermarkHandler>(watermarks type: T.Type) {
    onWatermark = { try $0.assumingMemoryBound(to: T.self).pointee.onWatermark(port: $1, time: $2, &$3) }
  }

  private mutating func adopt<T: TimerHandler>(timers type: T.Type) {
    onTimer = { try $0.assumingMemoryBound(to: T.self).pointee.onTimer($1, time: $2, &$3) }
  }

  private mutating func adopt<T: WakeHandler>(wakes type: T.Type) {
    poll = { try $0.assumingMemoryBound(to: T.self).pointee.onWake(deadline: $1, &$2) }
  }

  private mutating func adopt<T: PartitionedSource>(partitions type: T.Type) { partitions = PartitionCalls(type) }

  private mutating func adopt<T: Reconfigurable>(reconfigurable type: T.Type) {
    reconfigure = { try $0.assumingMemoryBound(to: T.self).pointee.reconfigure($1) }
  }
}
