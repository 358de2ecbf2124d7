import CTidemill
import Synchronization

extension Node {
  /// Timers that an instance may have set in both domains together.
  static let maxTimers = 1 << 22
  /// Calls in a row of a timer that sets itself again for a time that is past already.
  static let maxStandstill = 10_000

  /// host->timer: sets, moves or cancels one.
  func setTimer(group: UInt32, id: UInt64, at time: Int64, domain: UInt32) -> tide_status {
    guard isInCall || isOpening else {
      return refuse(TIDE_E_FATAL, "a timer is set outside of open and of the calls that have an output")
    }
    guard domain == TIDE_DOMAIN_EVENT || domain == TIDE_DOMAIN_PROCESSING else {
      return refuse(TIDE_E_FATAL, "timers have the domains 0 (event time) and 1 (processing time), not \(domain)")
    }
    guard tide_has_on_timer(table) != 0 || (spec.kind == .source && domain == TIDE_DOMAIN_PROCESSING) else {
      return refuse(TIDE_E_UNSUPPORTED, "a timer is set, but the component has no on_timer")
    }
    let timer = TimerQueue.Timer(at: time, name: TimerQueue.Name(group: group, id: id))
    let isKnown = domain == TIDE_DOMAIN_EVENT ? eventTimers.contains(timer.name) : processingTimers.contains(timer.name)
    guard eventTimers.count + processingTimers.count < Self.maxTimers || isKnown || time == .max else {
      return refuse(TIDE_E_FATAL, "\(Self.maxTimers) timers are set: cancel some, or let one serve several keys")
    }
    if domain == TIDE_DOMAIN_EVENT {
      eventTimers.set(timer)
    } else {
      processingTimers.set(timer)
      chain.noteTimer(at: processingTimers.earliest)
    }
    return TIDE_OK
  }

  /// Runs the timers of event time that are due at a watermark, those included that the calls set meanwhile.
  func runEventTimers(upTo watermark: Int64) {
    guard eventTimers.earliest <= watermark else { return }
    var last: TimerQueue.Timer?
    var standstill = 0
    while !isBroken, chain.awaitCredit(), let timer = eventTimers.takeDue(at: watermark) {
      standstill = timer.name == last?.name && timer.at <= last?.at ?? .min ? standstill + 1 : 0
      guard standstill < Self.maxStandstill else {
        isBroken = true
        let often = "on_timer: timer \(timer.name.id) set itself \(standstill) times in a row for a time that was past already"
        return pipeline.fail(PipelineError(node: spec.name, message: often))
      }
      last = timer
      call(timer)
    }
  }

  /// Runs what is left at the end of the input. What the calls set for later than the latest of those is dropped, so that a timer
  /// which sets itself again and again comes to an end.
  func runLastTimers() {
    if let latest = eventTimers.latest { runEventTimers(upTo: latest) }
    clearTimers()
  }

  /// Runs the timers of the clock that are due now, at most as many as are set: one that sets itself for a time that is past gives
  /// everyone else a turn before it runs again.
  func runProcessingTimers(now: Int64) {
    var left = processingTimers.count
    while left > 0, !isBroken, !hasEnded, chain.awaitCredit(), let timer = processingTimers.takeDue(at: now) {
      left -= 1
      if tide_has_on_timer(table) != 0 { call(timer) }
      // A source waits for its timers as it waits for being woken.
      if spec.kind == .source { wakeRequested.store(true, ordering: .sequentiallyConsistent) }
    }
  }

  private func call(_ timer: TimerQueue.Timer) {
    complete("on_timer") { table.pointee.on_timer(instance, timer.name.id, timer.at, output) }
  }

  func clearTimers() {
    eventTimers.removeAll()
    processingTimers.removeAll()
  }
}
