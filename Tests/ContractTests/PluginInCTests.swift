import CTidemill
import Glibc
import Testing

/// What the sample operator committed, in order.
private final class Committed {
  var frames: [UnsafeMutableRawPointer] = []
  var message = ""
  deinit { for frame in frames { frame.deallocate() } }
}

struct PluginInCTests {
  /// A host that offers what tide_finish needs. The output handle is the `Committed` object.
  private func makeHost() -> tide_host {
    var host = tide_host()
    host.size = UInt32(MemoryLayout<tide_host>.size)
    host.reserve = { _, port, bytes, slot in
      guard let slot, port == 0 else { return TIDE_E_FATAL }
      slot.pointee.bytes = UnsafeMutableRawPointer.allocate(byteCount: Int(bytes), alignment: 64)
        .bindMemory(to: UInt8.self, capacity: Int(bytes))
      slot.pointee.capacity = bytes
      return TIDE_OK
    }
    host.commit = { output, slot in
      guard let output, let slot else { return TIDE_E_FATAL }
      let committed = Unmanaged<Committed>.fromOpaque(UnsafeRawPointer(output)).takeUnretainedValue()
      committed.frames.append(UnsafeMutableRawPointer(slot.pointee.bytes))
      return TIDE_OK
    }
    return host
  }

  @Test(arguments: Compiler.all)
  func `an operator written in C or C++ builds frames through the host's slots`(compiler: Compiler) throws {
    let library = ScratchFile(suffix: ".so")
    let source = Compiler.root + "/Tests/Programs/celsius.c"
    try #require(compiler.run(["-O2", "-shared", "-fPIC", "-fvisibility=hidden", "-o", library.path, source]) == "")
    let handle = try #require(dlopen(library.path, RTLD_NOW | RTLD_LOCAL), "\(String(cString: dlerror()))")
    let entry = try #require(dlsym(handle, "tidemill_plugin_1"))
    typealias Entry = @convention(c) (UInt32) -> UnsafePointer<tide_plugin>?
    let plugin = try #require(unsafeBitCast(entry, to: Entry.self)(0))
    #expect(plugin.pointee.count == 1)
    let component = try #require(plugin.pointee.components[0])
    #expect(String(cString: component.pointee.id) == "celsius")
    #expect(tide_has_process(component) != 0 && tide_has_snapshot(component) == 0)

    var host = makeHost()
    let committed = Committed()
    try withExtendedLifetime(committed) {
      let output = OpaquePointer(Unmanaged.passUnretained(committed).toOpaque())
      var instance: OpaquePointer?
      #expect(component.pointee.create(component, &host, &instance) == TIDE_OK)
      let input = fahrenheit(rows: 1500)
      defer { input.deallocate() }
      var batch = tide_batch()
      batch.size = UInt32(MemoryLayout<tide_batch>.size)
      batch.frame = UnsafePointer(input.assumingMemoryBound(to: tide_frame.self))
      batch.count = 1500
      #expect(component.pointee.process(instance, &batch, output) == TIDE_OK)
      component.pointee.destroy(instance)
      try #require(committed.frames.count == 2)
      let first = UnsafePointer(committed.frames[0].assumingMemoryBound(to: tide_frame.self))
      let second = UnsafePointer(committed.frames[1].assumingMemoryBound(to: tide_frame.self))
      #expect(first.pointee.rows == 1024 && second.pointee.rows == 476)
      #expect(first.pointee.tmin == 1000 && first.pointee.tmax == 2023)
      let celsius = tide_find(first, "celsius")
      #expect(tide_f64(first, celsius, 212) == 100 && tide_valid(first, celsius, 1) == 0)
      let sensor = tide_role(first, UInt32(TIDE_ROLE_KEY))
      #expect(tide_col(first, sensor)!.pointee.enc == UInt8(TIDE_DICT16))
      #expect(tide_utf8(second, sensor, 0).length == 3)
    }
  }

  /// Row i has i degrees; every odd row below 10 has none.
  private func fahrenheit(rows: Int) -> UnsafeMutableRawPointer {
    var b = tide_builder()
    tide_b_init(&b)
    defer { tide_b_free(&b) }
    let time = tide_b_col(&b, "t", UInt32(TIDE_TIME), UInt32(TIDE_ROLE_EVENT_TIME))
    let degrees = tide_b_col(&b, "fahrenheit", UInt32(TIDE_F64), TIDE_NONE_ROLE)
    let sensor = tide_b_col(&b, "sensor", UInt32(TIDE_UTF8), UInt32(TIDE_ROLE_KEY))
    for row in 0..<rows {
      tide_put_time(&b, time, 1000 + Int64(row))
      if row >= 10 || row % 2 == 0 { tide_put_f64(&b, degrees, Double(row)) }
      tide_put_str(&b, sensor, "s\(row % 7 + 10)")
      tide_end_row(&b)
    }
    let size = tide_b_size(&b)
    let memory = UnsafeMutableRawPointer.allocate(byteCount: Int(size), alignment: 64)
    tide_b_write(&b, memory, size)
    return memory
  }
}
