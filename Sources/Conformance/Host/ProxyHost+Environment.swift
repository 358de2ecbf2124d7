import CTidemill
import Glibc

extension ProxyHost {
  func fillEnvironment() {
    host.pointee.log = { context, level, message in
      ProxyHost.at(context) { me in
        me.checkLife("log")
        if level > TIDE_LOG_DEBUG { me.breach("statuses-known", "log was called with the level \(level)") }
        _ = String(borrowed: message)
      }
    }
    host.pointee.fail = { context, code, message, path in
      ProxyHost.at(context) { me in
        me.checkLife("fail")
        _ = String(borrowed: path)
        me.call?.failures.append((code, String(borrowed: message)))
      }
    }
    host.pointee.extension = { context, id in
      ProxyHost.at(context) { me in
        me.checkLife("extension")
        guard let id, me.refusals.offersExtensions else { return nil }
        switch String(cString: id) {
        case TIDE_CODEC: return me.decoder != nil || me.encoder != nil ? UnsafeRawPointer(me.codec) : nil
        case TIDE_ARROW: return UnsafeRawPointer(ProxyHost.arrow)
        case TIDE_EXPRESSION: return UnsafeRawPointer(ProxyHost.expressionTable)
        default: return nil
        }
      }
    }
    host.pointee.wake = { context in
      ProxyHost.at(context) { me in
        me.checkLife("wake")
        if me.isClosed, !me.isDestroyed { me.breach("wake-in-life", "wake was called after close had returned") }
        me.wakes += 1
      }
    }
    host.pointee.now = { context in
      ProxyHost.at(context) { me in
        me.checkLife("now")
        return me.readClock()
      }
    }
    host.pointee.info = { context in
      ProxyHost.at(context) { me in
        me.checkLife("info")
        return UnsafePointer(me.info)
      }
    }
    host.pointee.timer = { context, group, id, time, domain in
      ProxyHost.at(context) { $0.setTimer(group: group, id: id, at: time, domain: domain) }
    }
    host.pointee.retain = { context, batch in ProxyHost.at(context) { $0.retain(batch) } }
    host.pointee.release = { context, batch in ProxyHost.at(context) { $0.release(batch) } }
  }

  func readClock() -> Int64 {
    if usesRealClock {
      var time = timespec()
      clock_gettime(CLOCK_REALTIME, &time)
      return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
    now += clockStep
    return now
  }

  private func setTimer(group: UInt32, id: UInt64, at time: Int64, domain: UInt32) -> tide_status {
    checkLife("timer")
    guard let call, call.name.setsTimers, call.thread == thread else {
      return refuse("timers-right", "a timer is set \(place): it belongs into restore, open or a call with an output")
    }
    guard domain == TIDE_DOMAIN_EVENT || domain == TIDE_DOMAIN_PROCESSING else {
      return refuse("timers-right", "a timer is set in the domain \(domain), which is neither 0 nor 1")
    }
    guard group < UInt32(TIDE_KEY_GROUPS) || group == TIDE_ALL_GROUPS else {
      return refuse("timers-right", "a timer is set for the key group \(group)")
    }
    let isSourcesOwn = subject.component.kind == .source && domain == TIDE_DOMAIN_PROCESSING
    guard tide_has_on_timer(table) != 0 || isSourcesOwn else {
      return refuse("timers-right", "a timer is set, but the component has no on_timer")
    }
    let name = TimerName(domain: domain, group: group, id: id)
    timers[name] = time == .max ? nil : time
    return TIDE_OK
  }

  // MARK: Retained batches

  private func retain(_ batch: UnsafePointer<tide_batch>?) -> UnsafePointer<tide_batch>? {
    checkLife("retain")
    guard let batch, batch == call?.batch || kept[UInt(bitPattern: batch)] != nil else {
      breach("forwards-own-batch", "retain takes the batch that the call was given, by its own pointer")
      return nil
    }
    if refusals.oneIn > 0, random.chance(refusals.oneIn) { return nil }
    let copy = KeptBatch(copying: batch)
    kept[UInt(bitPattern: copy.batch)] = copy
    return UnsafePointer(copy.batch)
  }

  private func release(_ batch: UnsafePointer<tide_batch>?) {
    checkLife("release")
    guard let batch else { return breach("retained-released", "release was called with NULL") }
    guard let copy = kept.removeValue(forKey: UInt(bitPattern: batch)) else {
      return breach("retained-released", "a batch is released that is not retained (any more)")
    }
    copy.free()
  }
}

/// A batch that an instance keeps: a copy, so that what is used without having been retained shows.
struct KeptBatch {
  let batch: UnsafeMutablePointer<tide_batch>
  private let bytes: UnsafeMutableRawPointer
  private let selection: UnsafeMutablePointer<UInt16>?

  init(copying original: UnsafePointer<tide_batch>) {
    let frame = original.pointee.frame!
    let length = Int(frame.pointee.frame_len)
    bytes = .allocate(byteCount: length, alignment: 64)
    bytes.copyMemory(from: frame, byteCount: length)
    batch = .allocate(capacity: 1)
    batch.initialize(to: original.pointee)
    batch.pointee.frame = UnsafePointer(bytes.assumingMemoryBound(to: tide_frame.self))
    if let rows = original.pointee.selection {
      let count = Int(original.pointee.count)
      let copy = UnsafeMutablePointer<UInt16>.allocate(capacity: max(count, 1))
      copy.update(from: rows, count: count)
      selection = copy
      batch.pointee.selection = UnsafePointer(copy)
    } else {
      selection = nil
    }
  }

  func free() {
    // Overwritten first: what is read after the release shows.
    memset(bytes, 0xDD, Int(batch.pointee.frame.pointee.frame_len))
    bytes.deallocate()
    selection?.deallocate()
    batch.deallocate()
  }
}
