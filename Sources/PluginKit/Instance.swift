/// What the host's `tide_instance *` points to: the component's calls and the place of the Swift value.
@usableFromInline
struct Instance {
  @usableFromInline let component: Unmanaged<LoadedComponent>
  @usableFromInline let place: UnsafeMutableRawPointer
  @usableFromInline let host: Host
  /// Room for one selection of a frame's rows, made at the first use.
  @usableFromInline var rows: UnsafeMutablePointer<UInt16>?

  /// What the host may read until its next call.
  private var lent: UnsafeMutableRawBufferPointer?

  @usableFromInline typealias Reference = UnsafeMutablePointer<Instance>

  static func create(_ component: Unmanaged<LoadedComponent>, _ host: Host) throws -> Reference {
    let place = try component._withUnsafeGuaranteedRef { try $0.calls.make(Config(host)) }
    let reference = Reference.allocate(capacity: 1)
    reference.initialize(to: Instance(component: component, place: place, host: host))
    return reference
  }

  static func destroy(_ reference: Reference) {
    let instance = reference.move()
    instance.component._withUnsafeGuaranteedRef { $0.calls.destroy(instance.place) }
    instance.rows?.deallocate()
    instance.lent?.deallocate()
    reference.deallocate()
  }

  private init(component: Unmanaged<LoadedComponent>, place: UnsafeMutableRawPointer, host: Host) {
    self.component = component
    self.place = place
    self.host = host
  }

  /// A copy of bytes that lives until the next one, or the end of the instance.
  mutating func lend(_ bytes: [UInt8]) -> tide_string {
    lent?.deallocate()
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: max(bytes.count, 1), alignment: 1)
    copy.copyBytes(from: bytes)
    lent = copy
    return tide_string(data: copy.baseAddress?.assumingMemoryBound(to: CChar.self), length: UInt64(bytes.count))
  }

  /// Room for `TIDE_MAX_ROWS` row numbers.
  @usableFromInline
  mutating func rowsBuffer() -> UnsafeMutablePointer<UInt16> {
    if let rows { return rows }
    let made = UnsafeMutablePointer<UInt16>.allocate(capacity: Int(TIDE_MAX_ROWS))
    rows = made
    return made
  }
}

/// One component of a loaded plugin; never freed, like the library that holds it.
@usableFromInline
final class LoadedComponent: Sendable {
  @usableFromInline let calls: Calls

  init(_ calls: Calls) { self.calls = calls }
}
