import CTidemill
import PluginManifest

/// One instance on a `PluginBench`. Each call throws the failure when the status is below zero, else returns the status.
public final class PluginBenchInstance {
  private let bench: PluginBench
  private let component: UnsafePointer<tide_component>
  private let host: PluginBenchHost
  private var raw: OpaquePointer?

  init(_ bench: PluginBench, _ component: UnsafePointer<tide_component>, _ config: ConfigValue) throws {
    self.bench = bench
    self.component = component
    host = PluginBenchHost(bench, config)
    let status = component.pointee.create(component, host.table, &raw)
    if status < 0 {
      raw = nil
      throw bench.failure(status)
    }
  }

  deinit {
    if let raw { component.pointee.destroy(raw) }
  }

  @discardableResult
  public func open() throws -> tide_status {
    guard let open = component.pointee.open else { return TIDE_OK }
    return try checked(open(raw))
  }

  public func close() { component.pointee.close?(raw) }

  /// Hands over a frame, or some of its rows.
  @discardableResult
  public func process(_ frame: UnsafePointer<tide_frame>, rows: [UInt16]? = nil, port: UInt32 = 0) throws -> tide_status {
    let chosen = rows ?? []
    return try chosen.withUnsafeBufferPointer { selection in
      var batch = tide_batch()
      batch.size = UInt32(MemoryLayout<tide_batch>.size)
      batch.port = port
      batch.frame = frame
      batch.selection = rows == nil ? nil : (selection.baseAddress ?? UnsafePointer(bitPattern: 2))
      batch.count = rows.map { UInt32($0.count) } ?? frame.pointee.rows
      return try checked(component.pointee.process(raw, &batch, host.output))
    }
  }

  /// - Parameter for: nanoseconds until the deadline.
  @discardableResult
  public func poll(for nanoseconds: Int64 = 10_000_000) throws -> tide_status {
    try checked(component.pointee.poll(raw, bench.now &+ nanoseconds, host.output))
  }

  @discardableResult
  public func flush() throws -> tide_status {
    guard let flush = component.pointee.flush else { return TIDE_OK }
    return try checked(flush(raw, host.output))
  }

  @discardableResult
  public func timer(_ id: UInt64, at time: Int64) throws -> tide_status {
    try checked(component.pointee.on_timer(raw, id, time, host.output))
  }

  @discardableResult
  public func watermark(_ time: Int64, port: UInt32 = TIDE_PORT_ALL) throws -> tide_status {
    try checked(component.pointee.on_watermark(raw, port, time, host.output))
  }

  /// Calls functions of an extension that the instance offers: gives its table and the instance to `body`; nil when it offers none.
  public func with<Table, Result>(
    _ id: String, _ type: Table.Type, _ body: (UnsafePointer<Table>, OpaquePointer?) throws -> Result
  ) rethrows -> Result? {
    guard let found = component.pointee.extension?(raw, id) else { return nil }
    return try body(found.assumingMemoryBound(to: type), raw)
  }

  /// The blobs of the key groups.
  public func snapshot() throws -> [UInt32: [UInt8]] {
    let blobs = Box<[UInt32: [UInt8]]>([:])
    var writer = tide_writer()
    writer.size = UInt32(MemoryLayout<tide_writer>.size)
    writer.context = Unmanaged.passUnretained(blobs).toOpaque()
    writer.write = { context, group, bytes, length in
      let blobs = Unmanaged<Box<[UInt32: [UInt8]]>>.fromOpaque(context!).takeUnretainedValue()
      blobs.value[group, default: []] += UnsafeRawBufferPointer(start: bytes, count: Int(length))
      return TIDE_OK
    }
    _ = try withExtendedLifetime(blobs) { try checked(component.pointee.snapshot(raw, &writer)) }
    return blobs.value
  }

  /// - Parameter chunk: the most bytes that one read gives.
  public func restore(_ blobs: [UInt32: [UInt8]], version: UInt32? = nil, chunk: Int = .max) throws {
    for (group, bytes) in blobs.sorted(by: { $0.key < $1.key }) {
      let left = Box((bytes[...], chunk))
      var reader = tide_reader()
      reader.size = UInt32(MemoryLayout<tide_reader>.size)
      reader.state_version = version ?? component.pointee.state_version
      reader.context = Unmanaged.passUnretained(left).toOpaque()
      reader.read = { context, into, length in
        let left = Unmanaged<Box<(ArraySlice<UInt8>, Int)>>.fromOpaque(context!).takeUnretainedValue()
        let part = left.value.0.prefix(min(Int(length), left.value.1))
        if let into { UnsafeMutableRawBufferPointer(start: into, count: part.count).copyBytes(from: part) }
        left.value.0 = left.value.0.dropFirst(part.count)
        return Int64(part.count)
      }
      _ = try withExtendedLifetime(left) { try checked(component.pointee.restore(raw, group, &reader)) }
    }
  }

  private func checked(_ status: tide_status) throws -> tide_status {
    if status < 0 { throw bench.failure(status) }
    return status
  }
}

/// A value with an address, for callbacks.
final class Box<Value> {
  var value: Value
  init(_ value: Value) { self.value = value }
}
