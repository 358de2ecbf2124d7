import CTidemill
import Engine
import Frames
import PluginManifest

/// A component whose calls are closures: what a plugin would be, without a library.
package final class ScriptedComponent: @unchecked Sendable {
  package typealias Status = tide_status
  package var create: (ScriptedInstance) -> Status = { _ in TIDE_OK }
  package var open: (ScriptedInstance) -> Status = { _ in TIDE_OK }
  package var close: (ScriptedInstance) -> Void = { _ in }
  package var process: ((ScriptedInstance, UnsafePointer<tide_batch>, OpaquePointer) -> Status)?
  package var poll: ((ScriptedInstance, Int64, OpaquePointer) -> Status)?
  package var onWatermark: ((ScriptedInstance, UInt32, Int64, OpaquePointer) -> Status)?
  package var onTimer: ((ScriptedInstance, UInt64, Int64, OpaquePointer) -> Status)?
  package var flush: ((ScriptedInstance, OpaquePointer) -> Status)?
  /// The table of an extension by its id.
  package var offers: ((String) -> UnsafeRawPointer?)?

  package let id: String
  private let idBytes: UnsafeMutablePointer<CChar>

  package init(_ id: String) {
    self.id = id
    idBytes = .allocate(capacity: id.utf8.count + 1)
    idBytes.initialize(repeating: 0, count: id.utf8.count + 1)
    for (index, unit) in id.utf8.enumerated() { idBytes[index] = CChar(bitPattern: unit) }
  }

  /// The table of the contract; made once and never freed, as a plugin's would be.
  package lazy var table: UnsafePointer<tide_component> = {
    let table = UnsafeMutablePointer<tide_component>.allocate(capacity: 1)
    table.initialize(to: tide_component())
    table.pointee.size = UInt32(MemoryLayout<tide_component>.size)
    table.pointee.user = UnsafeRawPointer(Unmanaged.passRetained(self).toOpaque())
    table.pointee.id = UnsafePointer(idBytes)
    table.pointee.create = { component, host, into in
      let scripted = Unmanaged<ScriptedComponent>.fromOpaque(component!.pointee.user!).takeUnretainedValue()
      let instance = ScriptedInstance(scripted, host!)
      let status = scripted.create(instance)
      if status >= 0 { into!.pointee = OpaquePointer(Unmanaged.passRetained(instance).toOpaque()) }
      return status
    }
    table.pointee.destroy = { Unmanaged<ScriptedInstance>.fromOpaque(UnsafeRawPointer($0!)).release() }
    table.pointee.open = {
      let me = ScriptedInstance.from($0)
      return me.component.open(me)
    }
    table.pointee.close = {
      let me = ScriptedInstance.from($0)
      me.component.close(me)
    }
    if process != nil {
      table.pointee.process = {
        let me = ScriptedInstance.from($0)
        return me.component.process!(me, $1!, $2!)
      }
    }
    if poll != nil {
      table.pointee.poll = {
        let me = ScriptedInstance.from($0)
        return me.component.poll!(me, $1, $2!)
      }
    }
    if onWatermark != nil {
      table.pointee.on_watermark = {
        let me = ScriptedInstance.from($0)
        return me.component.onWatermark!(me, $1, $2, $3!)
      }
    }
    if onTimer != nil {
      table.pointee.on_timer = {
        let me = ScriptedInstance.from($0)
        return me.component.onTimer!(me, $1, $2, $3!)
      }
    }
    if flush != nil {
      table.pointee.flush = {
        let me = ScriptedInstance.from($0)
        return me.component.flush!(me, $1!)
      }
    }
    if offers != nil {
      table.pointee.extension = {
        guard let me = $0, let id = $1 else { return nil }
        return ScriptedInstance.from(me).component.offers!(String(cString: id))
      }
    }
    return UnsafePointer(table)
  }()
}

/// An instance of a scripted component, with the host's calls made easy.
package final class ScriptedInstance: @unchecked Sendable {
  package let component: ScriptedComponent
  package let host: UnsafePointer<tide_host>
  package var step = 0

  package init(_ component: ScriptedComponent, _ host: UnsafePointer<tide_host>) {
    self.component = component
    self.host = host
  }

  package static func from(_ raw: OpaquePointer?) -> ScriptedInstance {
    Unmanaged<ScriptedInstance>.fromOpaque(UnsafeRawPointer(raw!)).takeUnretainedValue()
  }

  package var info: tide_info { host.pointee.info(host.pointee.context)!.pointee }
  package func wake() { host.pointee.wake(host.pointee.context) }

  package var now: Int64 { host.pointee.now(host.pointee.context) }

  /// Sets a timer; `at` nil cancels it.
  @discardableResult
  package func timer(_ id: UInt64, at time: Int64?, _ domain: UInt32, group: UInt32 = TIDE_ALL_GROUPS) -> tide_status {
    host.pointee.timer(host.pointee.context, group, id, time ?? .max, domain)
  }

  package func fail(_ status: tide_status, _ message: String, path: String = "") -> tide_status {
    withText(message) { text in
      withText(path) { host.pointee.fail(host.pointee.context, status, text, $0) }
    }
    return status
  }

  package func forward(_ batch: UnsafePointer<tide_batch>, rows: [UInt16]? = nil, port: UInt32 = 0, _ out: OpaquePointer)
    -> tide_status
  {
    guard let rows else { return host.pointee.forward(out, port, batch, nil, 0) }
    return rows.withUnsafeBufferPointer { host.pointee.forward(out, port, batch, $0.baseAddress, UInt32($0.count)) }
  }

  package func reject(_ batch: UnsafePointer<tide_batch>, _ row: UInt32, _ why: String, _ out: OpaquePointer) -> tide_status {
    withText(why) { host.pointee.reject(out, batch, row, $0) }
  }

  /// Commits a frame of events.
  package func commit(_ events: [Event], partition: UInt32 = 0, port: UInt32 = 0, _ out: OpaquePointer) -> tide_status {
    var slot = tide_slot()
    slot.size = UInt32(MemoryLayout<tide_slot>.size)
    let builder = Event.builder(events)
    let status = host.pointee.reserve(out, port, UInt64(builder.byteCount), &slot)
    guard status == TIDE_OK else { return status }
    slot.used = UInt64(builder.write(into: slot.bytes, capacity: Int(slot.capacity)))
    UnsafeMutableRawPointer(slot.bytes).assumingMemoryBound(to: tide_frame.self).pointee.stream = partition
    return host.pointee.commit(out, &slot)
  }

  /// Commits a copy of a frame that was built before.
  package func commit(_ frame: PreparedFrame, _ out: OpaquePointer) -> tide_status {
    var slot = tide_slot()
    slot.size = UInt32(MemoryLayout<tide_slot>.size)
    let status = host.pointee.reserve(out, 0, UInt64(frame.bytes.count), &slot)
    guard status == TIDE_OK else { return status }
    UnsafeMutableRawPointer(slot.bytes).copyMemory(from: frame.bytes.baseAddress!, byteCount: frame.bytes.count)
    slot.used = UInt64(frame.bytes.count)
    return host.pointee.commit(out, &slot)
  }

  private func withText<R>(_ text: String, _ body: (tide_string) -> R) -> R {
    var text = text
    return text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { body(tide_string(data: $0.baseAddress, length: UInt64($0.count))) }
    }
  }
}

/// The bytes of a frame, for components that send the same one as fast as they can; never freed.
package struct PreparedFrame: @unchecked Sendable {
  let bytes: UnsafeMutableRawBufferPointer

  package init(_ events: [Event]) {
    let builder = Event.builder(events)
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: builder.byteCount, alignment: 64)
    memory.initializeMemory(as: UInt8.self, repeating: 0)
    let used = builder.write(into: memory.baseAddress!, capacity: memory.count)
    bytes = UnsafeMutableRawBufferPointer(rebasing: memory[..<used])
  }
}

/// What flows through the tests: a time, a value and a name.
package struct Event: Equatable, Hashable, Comparable {
  package init(time: Int64, value: Int64, name: String = "n") {
    self.time = time
    self.value = value
    self.name = name
  }

  package var time: Int64
  package var value: Int64
  package var name: String

  package static func < (a: Event, b: Event) -> Bool { a.value < b.value }

  package static func builder(_ events: [Event]) -> FrameBuilder {
    let builder = FrameBuilder()
    do {
      let time = try builder.addColumn("time", .time, role: .eventTime, nullable: false)
      let value = try builder.addColumn("value", .int)
      let name = try builder.addColumn("name", .string)
      for event in events {
        builder.put(time, time: event.time)
        builder.put(value, event.value)
        builder.put(name, event.name)
        builder.endRow()
      }
    } catch {
      preconditionFailure("\(error)")
    }
    return builder
  }

  /// The rows that a batch selects.
  package static func read(_ batch: UnsafePointer<tide_batch>) -> [Event] {
    let frame = batch.pointee.frame!
    let time = tide_find(frame, "time"), value = tide_find(frame, "value"), name = tide_find(frame, "name")
    return (0..<batch.pointee.count).map { k in
      let row = tide_row(batch.pointee.selection, k)
      return Event(
        time: tide_i64(frame, time, row), value: tide_i64(frame, value, row), name: text(tide_utf8(frame, name, row)))
    }
  }

  package static func text(_ string: tide_string) -> String {
    String(decoding: UnsafeRawBufferPointer(start: string.data, count: Int(string.length)), as: UTF8.self)
  }

  package static func rowWatermarks(_ batch: UnsafePointer<tide_batch>) -> [Int64] {
    (0..<batch.pointee.count).map { tide_row_watermark(batch.pointee.frame, tide_row(batch.pointee.selection, $0)) }
  }
}
