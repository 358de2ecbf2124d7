import CTidemill
import Synchronization

/// A component around another one that saves its state in the middle of a run, throws the instance away and goes on with a
/// new one that was given the state: what a restart from a checkpoint does, at any place and as often as a test likes.
package final class RestoringComponent: @unchecked Sendable {
  /// Bytes of every snapshot, of all key groups.
  package var sizes: [Int] { taken.withLock { $0 } }
  private let taken = Mutex<[Int]>([])

  fileprivate let inner: UnsafePointer<tide_component>
  /// True for the numbers of calls, from 0 on, before which the instance is made anew.
  fileprivate let isDue: (Int) -> Bool
  /// Take snapshots, but go on with the same instance.
  fileprivate let onlyMeasures: Bool
  fileprivate let damage: Damage?
  fileprivate let endsRefused: Bool
  private let answers = Mutex<[tide_status]>([])

  /// Changes the blobs of a snapshot, by key group.
  package typealias Damage = (inout [UInt32: [UInt8]]) -> Void

  /// - Parameters:
  ///   - damage: what happens to the state on its way. An instance that refuses it is given the sound one,
  ///   - endsRefused: or ends the run.
  package init(
    _ inner: UnsafePointer<tide_component>, onlyMeasures: Bool = false, damage: Damage? = nil, endsRefused: Bool = false,
    before isDue: @escaping (Int) -> Bool
  ) {
    self.inner = inner
    self.isDue = isDue
    self.onlyMeasures = onlyMeasures
    self.damage = damage
    self.endsRefused = endsRefused
  }

  /// What instances answered to damaged states.
  package var damageAnswers: [tide_status] { answers.withLock { $0 } }

  /// Lives as long as the process, as a plugin's does.
  package lazy var table: UnsafePointer<tide_component> = {
    let table = UnsafeMutablePointer<tide_component>.allocate(capacity: 1)
    table.initialize(to: inner.pointee)
    table.pointee.size = UInt32(MemoryLayout<tide_component>.size)
    table.pointee.user = UnsafeRawPointer(Unmanaged.passRetained(self).toOpaque())
    table.pointee.create = { component, host, into in
      let me = Unmanaged<RestoringComponent>.fromOpaque(component!.pointee.user!).takeUnretainedValue()
      let instance = RestoringInstance(me, host!)
      let status = me.inner.pointee.create(me.inner, host, &instance.inner)
      if status >= 0 { into!.pointee = OpaquePointer(Unmanaged.passRetained(instance).toOpaque()) }
      return status
    }
    table.pointee.destroy = { raw in
      let me = RestoringInstance.from(raw)
      me.component.inner.pointee.destroy(me.inner)
      Unmanaged<RestoringInstance>.fromOpaque(UnsafeRawPointer(raw!)).release()
    }
    table.pointee.open = { RestoringInstance.from($0).opened() }
    table.pointee.close = {
      let me = RestoringInstance.from($0)
      me.component.inner.pointee.close?(me.inner)
    }
    table.pointee.process = { raw, batch, out in
      RestoringInstance.from(raw).call { $0.pointee.process($1, batch, out) }
    }
    if inner.pointee.poll != nil {
      table.pointee.poll = { raw, deadline, out in RestoringInstance.from(raw).call { $0.pointee.poll($1, deadline, out) } }
    }
    if inner.pointee.on_watermark != nil {
      table.pointee.on_watermark = { raw, port, time, out in
        RestoringInstance.from(raw).call { $0.pointee.on_watermark($1, port, time, out) }
      }
    }
    if inner.pointee.on_timer != nil {
      table.pointee.on_timer = { raw, id, time, out in
        RestoringInstance.from(raw).call { $0.pointee.on_timer($1, id, time, out) }
      }
    }
    if inner.pointee.flush != nil {
      table.pointee.flush = { raw, out in RestoringInstance.from(raw).call { $0.pointee.flush($1, out) } }
    }
    table.pointee.reconfigure = nil
    table.pointee.extension = { raw, id in
      guard let raw else { return nil }
      let me = RestoringInstance.from(raw)
      return me.component.inner.pointee.extension?(me.inner, id)
    }
    return UnsafePointer(table)
  }()

  fileprivate func note(_ blobs: [UInt32: [UInt8]]) {
    taken.withLock { $0.append(blobs.values.reduce(0) { $0 + $1.count }) }
  }

  fileprivate func note(damageAnswer status: tide_status) { answers.withLock { $0.append(status) } }
}

private final class RestoringInstance {
  let component: RestoringComponent
  let host: UnsafePointer<tide_host>
  var inner: OpaquePointer?
  private var calls = 0
  private var isUnfinished = false

  init(_ component: RestoringComponent, _ host: UnsafePointer<tide_host>) {
    self.component = component
    self.host = host
  }

  static func from(_ raw: OpaquePointer?) -> RestoringInstance {
    Unmanaged<RestoringInstance>.fromOpaque(UnsafeRawPointer(raw!)).takeUnretainedValue()
  }

  func opened() -> tide_status { component.inner.pointee.open?(inner) ?? TIDE_OK }

  /// Makes a call, before it maybe a new instance: between two calls, and never where one asks to be repeated.
  func call(_ body: (UnsafePointer<tide_component>, OpaquePointer?) -> tide_status) -> tide_status {
    if !isUnfinished {
      defer { calls += 1 }
      if component.isDue(calls) {
        let status = renew()
        if status < 0 { return status }
      }
    }
    let status = body(component.inner, inner)
    isUnfinished = status == TIDE_MORE
    return status
  }

  private func renew() -> tide_status {
    let blobs = Blobs()
    var writer = tide_writer()
    writer.size = UInt32(MemoryLayout<tide_writer>.size)
    writer.context = Unmanaged.passUnretained(blobs).toOpaque()
    writer.write = { context, group, bytes, length in
      let blobs = Unmanaged<Blobs>.fromOpaque(context!).takeUnretainedValue()
      blobs.groups[group, default: []] += UnsafeRawBufferPointer(start: bytes, count: Int(length))
      return TIDE_OK
    }
    let status = withExtendedLifetime(blobs) { component.inner.pointee.snapshot(inner, &writer) }
    if status < 0 { return status }
    component.note(blobs.groups)
    if component.onlyMeasures { return TIDE_OK }
    component.inner.pointee.close?(inner)
    if let damage = component.damage {
      var damaged = blobs.groups
      damage(&damaged)
      let status = replace(with: damaged)
      component.note(damageAnswer: status)
      if status >= 0 || component.endsRefused { return status }
    }
    return replace(with: blobs.groups)
  }

  /// Makes the instance anew and gives it a state.
  private func replace(with groups: [UInt32: [UInt8]]) -> tide_status {
    component.inner.pointee.destroy(inner)
    inner = nil
    let made = component.inner.pointee.create(component.inner, host, &inner)
    if made < 0 { return made }
    for (group, bytes) in groups.sorted(by: { $0.key < $1.key }) {
      let status = restore(group, bytes)
      if status < 0 { return status }
    }
    return opened()
  }

  private func restore(_ group: UInt32, _ bytes: [UInt8]) -> tide_status {
    let left = Blobs()
    left.rest = bytes[...]
    var reader = tide_reader()
    reader.size = UInt32(MemoryLayout<tide_reader>.size)
    reader.state_version = component.inner.pointee.state_version
    reader.context = Unmanaged.passUnretained(left).toOpaque()
    reader.read = { context, into, length in
      let left = Unmanaged<Blobs>.fromOpaque(context!).takeUnretainedValue()
      let part = left.rest.prefix(Int(length))
      if let into { UnsafeMutableRawBufferPointer(start: into, count: part.count).copyBytes(from: part) }
      left.rest = left.rest.dropFirst(part.count)
      return Int64(part.count)
    }
    return withExtendedLifetime(left) { component.inner.pointee.restore(inner, group, &reader) }
  }
}

private final class Blobs {
  var groups: [UInt32: [UInt8]] = [:]
  var rest: ArraySlice<UInt8> = []
}
