import CTidemill
import Glibc
import Kernels
import PluginManifest

/// The host's table for one instance of a `PluginBench`, and its memory.
final class PluginBenchHost {
  unowned let bench: PluginBench
  let config: ConfigValue
  let table: UnsafeMutablePointer<tide_host>
  let codec: UnsafeMutablePointer<tide_codec>
  let arrow: UnsafeMutablePointer<tide_arrow>
  let info: UnsafeMutablePointer<tide_info>
  private var texts: [String: UnsafeMutablePointer<CChar>] = [:]
  private var slots: [UInt64: UnsafeMutableRawBufferPointer] = [:]
  private var nextSlot: UInt64 = 1
  private var encoded: UnsafeMutableRawBufferPointer?
  var expressions: [HostedExpression] = [] {
    didSet { bench.compiled += expressions.count - oldValue.count }
  }

  init(_ bench: PluginBench, _ config: ConfigValue) {
    self.bench = bench
    self.config = config
    table = .allocate(capacity: 1)
    codec = .allocate(capacity: 1)
    info = .allocate(capacity: 1)
    table.initialize(to: tide_host())
    arrow = .allocate(capacity: 1)
    codec.initialize(to: tide_codec())
    arrow.initialize(to: tide_arrow())
    info.initialize(to: bench.info)
    table.pointee.size = UInt32(MemoryLayout<tide_host>.size)
    table.pointee.abi_minor = UInt32(TIDE_ABI_MINOR)
    table.pointee.context = Unmanaged.passUnretained(self).toOpaque()
    fillControl()
    fillConfig()
    fillOutput()
    fillCodec()
    fillArrow()
  }

  deinit {
    for text in texts.values { free(text) }
    for slot in slots.values { slot.deallocate() }
    encoded?.deallocate()
    table.deallocate()
    codec.deallocate()
    arrow.deallocate()
    info.deallocate()
  }

  /// What stands for `tide_output *`: the same object.
  var output: OpaquePointer { OpaquePointer(Unmanaged.passUnretained(self).toOpaque()) }

  private static func of(_ context: UnsafeMutableRawPointer?) -> PluginBenchHost {
    Unmanaged<PluginBenchHost>.fromOpaque(context!).takeUnretainedValue()
  }

  private static func of(_ out: OpaquePointer?) -> PluginBenchHost { of(UnsafeMutableRawPointer(out)) }

  private static func text(_ text: tide_string) -> String {
    String(decoding: UnsafeRawBufferPointer(start: text.data, count: Int(text.length)), as: UTF8.self)
  }

  // MARK: control

  private func fillControl() {
    table.pointee.log = { PluginBenchHost.of($0).bench.logs.append(PluginBenchHost.text($2)) }
    table.pointee.fail = {
      PluginBenchHost.of($0).bench.failures.append(
        .init(code: $1, text: PluginBenchHost.text($2), configPath: PluginBenchHost.text($3)))
    }
    table.pointee.extension = { context, id in
      let me = PluginBenchHost.of(context)
      switch id.map({ String(cString: $0) }) {
      case TIDE_CODEC where me.bench.offersCodec: return UnsafeRawPointer(me.codec)
      case TIDE_ARROW where me.bench.offersArrow: return UnsafeRawPointer(me.arrow)
      case TIDE_EXPRESSION where me.bench.offersExpressions:
        return UnsafeRawPointer(me.bench.offersLeftOut ? PluginBenchHost.expressionTable : PluginBenchHost.shortExpressionTable)
      default: return nil
      }
    }
    table.pointee.wake = { _ = PluginBenchHost.of($0).bench.woken.add(1, ordering: .acquiringAndReleasing) }
    table.pointee.now = {
      let bench = PluginBenchHost.of($0).bench
      defer { bench.now &+= bench.nowStep }
      return bench.now
    }
    table.pointee.info = { UnsafePointer(PluginBenchHost.of($0).info) }
    table.pointee.port = { context, output, name, index, connected in
      let bench = PluginBenchHost.of(context).bench
      let number = name.length == 0 ? Int(output) : bench.ports.firstIndex(of: PluginBenchHost.text(name))
      guard let number, bench.ports.indices.contains(number) else { return TIDE_E_CONFIG }
      index?.pointee = UInt32(number)
      connected?.pointee = bench.connectedPorts.contains(bench.ports[number]) ? 1 : 0
      return TIDE_OK
    }
    table.pointee.timer = { context, group, id, at, domain in
      let bench = PluginBenchHost.of(context).bench
      guard bench.offersTimers else { return TIDE_E_UNSUPPORTED }
      bench.timers.append(.init(group: group, id: id, at: at, domain: domain))
      return TIDE_OK
    }
    // Frames of a test live for ever, so the struct and its selection are all that has to be kept.
    table.pointee.retain = { context, batch in
      guard let batch else { return nil }
      let kept = UnsafeMutablePointer<tide_batch>.allocate(capacity: 1)
      kept.initialize(to: batch.pointee)
      if let selection = batch.pointee.selection {
        let copy = UnsafeMutablePointer<UInt16>.allocate(capacity: max(Int(batch.pointee.count), 1))
        copy.initialize(from: selection, count: Int(batch.pointee.count))
        kept.pointee.selection = UnsafePointer(copy)
      }
      PluginBenchHost.of(context).bench.retained += 1
      return UnsafePointer(kept)
    }
    table.pointee.release = { context, batch in
      guard let batch else { return }
      batch.pointee.selection?.deallocate()
      batch.deallocate()
      PluginBenchHost.of(context).bench.retained -= 1
    }
  }

  // MARK: configuration

  private func value(_ key: UnsafePointer<CChar>?) -> ConfigValue? { config.value(at: key.map { String(cString: $0) } ?? "") }

  private func fillConfig() {
    table.pointee.config_int = { context, key, out in
      guard case .int(let value) = PluginBenchHost.of(context).value(key) else { return TIDE_E_CONFIG }
      out?.pointee = value
      return TIDE_OK
    }
    table.pointee.config_double = { context, key, out in
      switch PluginBenchHost.of(context).value(key) {
      case .double(let value): out?.pointee = value
      case .int(let value): out?.pointee = Double(value)
      default: return TIDE_E_CONFIG
      }
      return TIDE_OK
    }
    table.pointee.config_bool = { context, key, out in
      guard case .bool(let value) = PluginBenchHost.of(context).value(key) else { return TIDE_E_CONFIG }
      out?.pointee = value ? 1 : 0
      return TIDE_OK
    }
    table.pointee.config_size = { context, key, out in
      switch PluginBenchHost.of(context).value(key) {
      case .list(let items): out?.pointee = UInt64(items.count)
      case .map(let entries): out?.pointee = UInt64(entries.count)
      default: return TIDE_E_CONFIG
      }
      return TIDE_OK
    }
    table.pointee.config_string = { context, key, out in
      let me = PluginBenchHost.of(context)
      let path = key.map { String(cString: $0) } ?? ""
      guard let value = me.value(key) else { return TIDE_E_CONFIG }
      if case .string(let text) = value {
        out?.pointee = me.kept(text, at: path)
      } else {
        guard path.isEmpty else { return TIDE_E_CONFIG }
        out?.pointee = me.kept(value.json, at: path)
      }
      return TIDE_OK
    }
  }

  /// Text that lives as long as the instance.
  private func kept(_ text: String, at path: String) -> tide_string {
    let copy = texts[path] ?? strdup(text)
    texts[path] = copy
    return tide_string(data: copy, length: UInt64(text.utf8.count))
  }

  // MARK: output

  private func fillOutput() {
    table.pointee.watermark = {
      let bench = PluginBenchHost.of($0).bench
      bench.watermarks.append($2)
      if $2 == .min { bench.knownPartitions.append($1) }
      if $2 == .max { bench.endedPartitions.append($1) }
      return TIDE_OK
    }
    table.pointee.idle = {
      PluginBenchHost.of($0).bench.idlePartitions.append($1)
      return TIDE_OK
    }
    table.pointee.reserve = { out, port, bytes, slot in
      guard let slot else { return TIDE_E_FATAL }
      PluginBenchHost.of(out).reserve(port, bytes, slot)
      return TIDE_OK
    }
    table.pointee.grow = { out, slot, bytes in
      guard let slot else { return TIDE_E_FATAL }
      let me = PluginBenchHost.of(out)
      let old = me.slots.removeValue(forKey: slot.pointee.handle)
      let (port, used) = (slot.pointee.port, slot.pointee.used)
      me.reserve(port, max(bytes, slot.pointee.capacity * 2), slot)
      slot.pointee.used = used
      if let old {
        slot.pointee.bytes.update(from: old.bindMemory(to: UInt8.self).baseAddress!, count: old.count)
        old.deallocate()
      }
      return TIDE_OK
    }
    table.pointee.commit = { out, slot in
      guard let slot else { return TIDE_E_FATAL }
      let me = PluginBenchHost.of(out)
      guard let bytes = me.slots.removeValue(forKey: slot.pointee.handle) else { return TIDE_E_FATAL }
      defer { bytes.deallocate() }
      let used = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[..<Int(slot.pointee.used)])
      let frame = OwnedFrame(copying: used)
      me.bench.commits.append(.init(port: slot.pointee.port, frame: frame))
      if me.bench.keepsPassed {
        me.bench.passed.append(.init(port: slot.pointee.port, frame: frame, rows: Array(0..<frame.rows), isCommit: true))
      }
      return me.bench.outputStatus
    }
    table.pointee.cancel = { out, slot in
      guard let slot else { return }
      PluginBenchHost.of(out).slots.removeValue(forKey: slot.pointee.handle)?.deallocate()
    }
    table.pointee.forward = { out, port, batch, selection, count in
      let me = PluginBenchHost.of(out)
      guard let batch else { return TIDE_E_FATAL }
      let chosen = selection ?? batch.pointee.selection
      let visited = Int(selection == nil ? batch.pointee.count : count)
      let rows = (0..<visited).map { index in chosen.map { Int($0[index]) } ?? index }
      me.bench.forwards.append(.init(port: port, rows: rows))
      if me.bench.keepsPassed, let frame = batch.pointee.frame {
        let bytes = UnsafeRawBufferPointer(start: frame, count: Int(frame.pointee.frame_len))
        me.bench.passed.append(.init(port: port, frame: OwnedFrame(copying: bytes), rows: rows, isCommit: false))
      }
      return me.bench.outputStatus
    }
    table.pointee.reject = { out, _, row, why in
      let me = PluginBenchHost.of(out)
      me.bench.rejects.append(.init(row: Int(row), why: PluginBenchHost.text(why)))
      return me.bench.outputStatus
    }
  }

  private func reserve(_ port: UInt32, _ bytes: UInt64, _ slot: UnsafeMutablePointer<tide_slot>) {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max((Int(bytes) + 63) / 64 * 64, 64), alignment: 64)
    memory.initializeMemory(as: UInt8.self, repeating: 0)
    slots[nextSlot] = memory
    slot.pointee.port = port
    slot.pointee.bytes = memory.baseAddress!.assumingMemoryBound(to: UInt8.self)
    slot.pointee.capacity = UInt64(memory.count)
    slot.pointee.used = 0
    slot.pointee.handle = nextSlot
    nextSlot += 1
  }

  // MARK: formats

  /// Records are lines; a batch is written as the first column's values, one a line.
  private func fillCodec() {
    codec.pointee.size = UInt32(MemoryLayout<tide_codec>.size)
    codec.pointee.max_record = { PluginBenchHost.of($0).bench.maxRecordBytes }
    codec.pointee.decode = { context, _, partition, bytes, length, _, offset, flags, consumed in
      let me = PluginBenchHost.of(context)
      let input = UnsafeBufferPointer(start: bytes, count: Int(length))
      var at = 0
      var taken = 0
      while at < input.count, taken < me.bench.recordsPerDecode {
        let end = input[at...].firstIndex(of: 10)
        guard let end = end ?? (flags & TIDE_DECODE_FINAL != 0 ? input.count : nil) else { break }
        me.bench.records.append(
          .init(partition: partition, offset: offset + UInt64(at), text: String(decoding: input[at..<end], as: UTF8.self)))
        at = min(end + 1, input.count)
        taken += 1
      }
      consumed?.pointee = UInt64(at)
      return taken == me.bench.recordsPerDecode && at < input.count && input[at...].contains(10) ? TIDE_MORE : TIDE_OK
    }
    codec.pointee.origin = { PluginBenchHost.of($0).bench.origins[$1] = PluginBenchHost.text($2) }
    codec.pointee.bury = { context, _, partition, bytes, length, offset, why in
      let text = String(decoding: UnsafeRawBufferPointer(start: bytes, count: Int(length)), as: UTF8.self)
      PluginBenchHost.of(context).bench.buried.append(
        .init(partition: partition, offset: offset, text: text, why: PluginBenchHost.text(why)))
      return TIDE_OK
    }
    codec.pointee.encode = { context, batch, out in
      let me = PluginBenchHost.of(context)
      guard let batch, let frame = batch.pointee.frame else { return TIDE_E_FATAL }
      var text: [UInt8] = []
      for index in 0..<batch.pointee.count {
        let row = tide_row(batch.pointee.selection, index)
        if tide_type(frame, 0) == UInt32(TIDE_UTF8) {
          let value = tide_bytes(frame, 0, row)
          text += UnsafeRawBufferPointer(start: value.data, count: Int(value.length))
        } else {
          text += Array(String(tide_i64(frame, 0, row)).utf8)
        }
        text.append(10)
      }
      me.encoded?.deallocate()
      let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: max(text.count, 1), alignment: 1)
      copy.copyBytes(from: text)
      me.encoded = copy
      out?.pointee = tide_string(data: copy.baseAddress!.assumingMemoryBound(to: CChar.self), length: UInt64(text.count))
      return TIDE_OK
    }
  }
}
