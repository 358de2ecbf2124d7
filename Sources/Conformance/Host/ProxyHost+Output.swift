import CHost
import CTidemill
import Frames

extension ProxyHost {
  static let frameLimit: UInt64 = 16 << 20
  private static let slotLimit = 1024

  /// What an output call is about.
  private enum OutputCall {
    /// Room for a frame, a watermark.
    case room
    /// Rows that leave.
    case rows
    /// What must be possible at any time.
    case always
  }

  /// Does the work of an output call, when it may be made now.
  private static func using(
    _ out: OpaquePointer?, _ function: String, _ kind: OutputCall = .room, _ body: (ProxyHost) -> tide_status
  ) -> tide_status {
    guard let out else { return TIDE_E_FATAL }
    let output = UnsafeRawPointer(out).assumingMemoryBound(to: ProxyOutput.self).pointee
    return at(output.host.toOpaque()) { me in
      me.checkLife(function)
      guard let call = me.call, call.number == output.call else {
        return me.refuse("output-in-its-call", "\(function) used an output after the call that it was given to (\(me.place))")
      }
      guard call.thread == me.thread else {
        return me.refuse("output-on-its-thread", "\(function) came on another thread than \(call.name.rawValue)")
      }
      guard kind != .always else { return body(me) }
      if call.isCancelled {
        me.breach("cancelled-at-once", "\(function) was called after the host had answered TIDE_E_CANCELLED")
        return me.answer(TIDE_E_CANCELLED)
      }
      // A host that stops says so where rows leave, and not where room is given.
      if me.refusals.output?.status == TIDE_E_CANCELLED, kind == .room { return body(me) }
      defer { me.outputCalls += 1 }
      if let refusal = me.refusals.output, me.outputCalls >= refusal.from {
        if refusal.status == TIDE_E_CANCELLED { me.call?.isCancelled = true }
        if function == "commit" { _ = body(me) }
        return me.answer(refusal.status)
      }
      return body(me)
    }
  }

  func fillOutput() {
    host.pointee.reserve = { out, port, bytes, slot in
      ProxyHost.using(out, "reserve") { $0.reserve(port: port, bytes: bytes, slot: slot) }
    }
    host.pointee.grow = { out, slot, bytes in ProxyHost.using(out, "grow") { $0.grow(slot: slot, bytes: bytes) } }
    host.pointee.commit = { out, slot in ProxyHost.using(out, "commit", .rows) { $0.commit(slot: slot) } }
    host.pointee.cancel = { out, slot in
      _ = ProxyHost.using(out, "cancel", .always) { me in
        guard let slot, let open = me.take(slot, "cancel") else { return TIDE_E_FATAL }
        open.free()
        return TIDE_OK
      }
    }
    host.pointee.forward = { out, port, batch, selection, count in
      ProxyHost.using(out, "forward", .rows) { $0.forward(port: port, batch: batch, selection: selection, count: count) }
    }
    host.pointee.reject = { out, batch, row, why in
      ProxyHost.using(out, "reject", .rows) { $0.reject(batch: batch, row: row, why: String(borrowed: why)) }
    }
    host.pointee.watermark = { out, partition, time in
      ProxyHost.using(out, "watermark") { me in
        let slot = me.subject.component.kind == .source ? partition : 0
        if let before = me.watermarks[slot], time < before {
          me.breach("watermarks-ascend", "the watermark of partition \(slot) went back by \(before &- time) ns")
        }
        me.watermarks[slot] = max(me.watermarks[slot] ?? .min, time)
        return TIDE_OK
      }
    }
    host.pointee.idle = { out, _ in ProxyHost.using(out, "idle") { _ in TIDE_OK } }
  }

  // MARK: Frames that the plugin builds

  private func wrongPort(_ port: UInt32, _ function: String) -> tide_status? {
    if Int(port) < subject.outputs.count { return nil }
    return refuse("ports-exist", "\(function) names output port \(port); the component has \(subject.outputs.count)")
  }

  private func reserve(port: UInt32, bytes: UInt64, slot: UnsafeMutablePointer<tide_slot>?) -> tide_status {
    guard let slot else { return refuse("slots-right", "reserve was called without a slot") }
    guard slot.pointee.size >= UInt32(MemoryLayout<tide_slot>.size) else {
      return refuse("slots-right", "reserve: slot.size is \(slot.pointee.size), it is to be set to sizeof(tide_slot) before")
    }
    if let refused = wrongPort(port, "reserve") { return refused }
    if refusals.oneIn > 0, random.chance(refusals.oneIn) { return answer(TIDE_E_RETRY) }
    guard bytes <= Self.frameLimit, slots.count < Self.slotLimit else { return answer(TIDE_E_FATAL) }
    guard let open = ProxySlot(port: port, bytes: bytes) else { return answer(TIDE_E_RETRY) }
    slots[nextSlot] = open
    describe(open, in: slot, number: nextSlot)
    slot.pointee.used = 0
    nextSlot += 1
    return TIDE_OK
  }

  private func describe(_ open: ProxySlot, in slot: UnsafeMutablePointer<tide_slot>, number: UInt64) {
    slot.pointee.port = open.port
    slot.pointee.bytes = open.bytes
    slot.pointee.capacity = open.capacity
    slot.pointee.handle = number
  }

  /// Takes the reservation behind a slot out of the books, and notes what the plugin has changed in it.
  private func take(_ slot: UnsafeMutablePointer<tide_slot>, _ function: String) -> ProxySlot? {
    guard let open = slots.removeValue(forKey: slot.pointee.handle) else {
      breach("slots-right", "\(function) of a slot that is spent, or was never reserved")
      return nil
    }
    if slot.pointee.port != open.port || slot.pointee.capacity != open.capacity {
      breach("slots-right", "\(function): port or capacity of the slot have been changed")
    }
    return open
  }

  private func grow(slot: UnsafeMutablePointer<tide_slot>?, bytes: UInt64) -> tide_status {
    guard let slot, let old = take(slot, "grow") else { return answer(TIDE_E_FATAL) }
    let number = slot.pointee.handle
    slots[number] = old
    if bytes <= old.capacity { return TIDE_OK }
    if refusals.oneIn > 0, random.chance(refusals.oneIn) { return answer(TIDE_E_RETRY) }
    guard bytes <= Self.frameLimit else { return answer(TIDE_E_FATAL) }
    guard let new = ProxySlot(port: old.port, bytes: bytes) else { return answer(TIDE_E_RETRY) }
    new.copy(from: old)
    old.free()
    slots[number] = new
    describe(new, in: slot, number: number)
    return TIDE_OK
  }

  private func commit(slot: UnsafeMutablePointer<tide_slot>?) -> tide_status {
    guard let slot else { return refuse("slots-right", "commit was called without a slot") }
    guard let open = take(slot, "commit") else { return answer(TIDE_E_FATAL) }
    slot.pointee.handle = 0
    defer { open.free() }
    let used = slot.pointee.used
    guard used <= open.capacity else {
      return refuse("slots-right", "commit: used is \(used), more than the capacity of \(open.capacity)")
    }
    return take(frame: UnsafeRawBufferPointer(start: open.bytes, count: Int(used)), port: open.port)
  }

  /// Checks a frame that leaves, and notes its rows.
  func take(frame bytes: UnsafeRawBufferPointer, port: UInt32, isHosts: Bool = false) -> tide_status {
    call?.effects += 1
    committed += 1
    if pause != nil { return TIDE_OK }
    let view: FrameView
    do throws(FrameRejection) {
      view = try FrameValidator.validate(bytes, limit: Int(Self.frameLimit))
    } catch {
      return refuse("frames-valid", "a committed frame is malformed: \(error)")
    }
    guard view.byteCount == bytes.count else {
      return refuse("frames-valid", "frame_len is \(view.byteCount), used is \(bytes.count)")
    }
    if !isHosts, let place = FrameGaps.dirt(in: view) {
      return refuse("frames-valid", "byte \(place) of a committed frame belongs to no buffer and is not zero")
    }
    let stated = view.schemaID
    if stated != 0, stated != schemaID(of: view) {
      return refuse("frames-valid", "schema_id is not that of the columns: leave it 0")
    }
    if !isHosts, let objection = StatedOutputs(subject.component).objection(to: view) {
      breach("outputs-as-stated", objection)
    }
    if keepsRows { rows.append(view, rows: nil, port: port) }
    return TIDE_OK
  }

  // MARK: Rows of the input

  private func forward(
    port: UInt32, batch: UnsafePointer<tide_batch>?, selection: UnsafePointer<UInt16>?, count: UInt32
  ) -> tide_status {
    guard let batch, batch == call?.batch || kept[UInt(bitPattern: batch)] != nil else {
      return refuse(
        "forwards-own-batch", "forward takes the batch that the call was given, by its own pointer, or a retained one")
    }
    if let refused = wrongPort(port, "forward") { return refused }
    var (rowsOut, visited) = (batch.pointee.selection, batch.pointee.count)
    if let selection {
      let fits =
        batch.pointee.selection.map { tide_selection_within(selection, count, $0, batch.pointee.count) }
        ?? tide_selection_ok(selection, count, batch.pointee.count)
      guard fits != 0 else {
        return refuse("selections-right", "forward's selection of \(count) rows is no ascending part of the batch's")
      }
      (rowsOut, visited) = (selection, count)
    }
    guard visited > 0 else { return TIDE_OK }
    call?.effects += 1
    if StatedOutputs(subject.component).forbidsForward {
      breach("outputs-as-stated", "forward passes the input's rows on, but the manifest states other fields and not 'same'")
    }
    if keepsRows, pause == nil {
      let numbers = (0..<visited).map { tide_row(rowsOut, $0) }
      rows.append(FrameView(batch.pointee.frame), rows: numbers, port: port)
    }
    return TIDE_OK
  }

  private func reject(batch: UnsafePointer<tide_batch>?, row: UInt32, why: String) -> tide_status {
    guard let batch, batch == call?.batch else {
      if let batch, kept[UInt(bitPattern: batch)] != nil {
        return refuse("rejects-right", "reject takes rows of the batch in progress, not of a retained one")
      }
      return refuse("forwards-own-batch", "reject takes the batch that the call was given, by its own pointer")
    }
    guard tide_selection_holds(batch.pointee.selection, batch.pointee.count, row) != 0 else {
      return refuse("rejects-right", "reject of row \(row), which the batch does not visit")
    }
    call?.effects += 1
    if why.isEmpty { breach("rejects-right", "reject of row \(row) gives no reason") }
    if keepsRows { rows.append(FrameView(batch.pointee.frame), rows: [row], port: UInt32(subject.outputs.count)) }
    return TIDE_OK
  }
}
