import CTidemill
import Glibc
import Synchronization

/// What a node of a fan-out gets, held against what its sources have made while it comes.
final class FanReader: Sendable {
  struct Content {
    /// Values of the rows in the order in which they came.
    var values: [Int64] = []
    var watermarks: [Int64] = []
    var flushes = 0
    var batches = 0
    /// The first of what does not hold.
    var problems: [String] = []
  }

  private let sources: [FanSource]
  private let pause: FanOut.Reader
  private let kept = Mutex(Content())
  var content: Content { kept.withLock { $0 } }

  init(_ sources: [FanSource], pause: FanOut.Reader) {
    self.sources = sources
    self.pause = pause
  }

  /// A sink, or the operator in the middle.
  func component(_ id: String, as middle: FanOut.Middle) -> ScriptedComponent {
    let component = ScriptedComponent(id)
    component.process = { [self] me, batch, out in
      let events = Event.read(batch)
      take(events, Event.rowWatermarks(batch))
      switch middle {
      case .nothing: return TIDE_OK
      case .forwards: return me.forward(batch, out)
      case .copies: return me.commit(events, out)
      }
    }
    component.onWatermark = { [self] _, port, time, _ in
      if port == TIDE_PORT_ALL { take(time) }
      return TIDE_OK
    }
    component.flush = { [self] _, _ in
      kept.withLock { $0.flushes += 1 }
      return TIDE_OK
    }
    return component
  }

  private func take(_ events: [Event], _ watermarks: [Int64]) {
    let rests = kept.withLock { content in
      for (event, watermark) in zip(events, watermarks) { check(event, watermark, &content) }
      content.values += events.map(\.value)
      content.batches += 1
      return content.batches % pause.batches == 0
    }
    if rests, pause.pauseMicroseconds > 0 { usleep(pause.pauseMicroseconds) }
  }

  private func check(_ event: Event, _ watermark: Int64, _ content: inout Content) {
    let source = FanSource.source(of: event.value), number = FanSource.number(of: event.value)
    guard sources.indices.contains(source), sources[source].rows.indices.contains(number) else {
      return note("nobody sent row \(event)", &content)
    }
    let row = sources[source].rows[number]
    if event != row.event { note("row \(row.event) became \(event)", &content) }
    if watermark != row.watermark { note("\(event) came behind \(watermark), not \(row.watermark)", &content) }
    let reached = content.watermarks.last ?? .min
    if row.watermark == .min, !row.catchesUp, event.time < reached { note("\(event) is behind \(reached)", &content) }
    if content.watermarks.last == .max || content.flushes > 0 { note("\(event) came behind the end", &content) }
  }

  private func take(_ watermark: Int64) {
    kept.withLock { content in
      if let last = content.watermarks.last, watermark <= last { note("watermark \(watermark) after \(last)", &content) }
      content.watermarks.append(watermark)
    }
  }

  private func note(_ problem: String, _ content: inout Content) {
    if content.problems.count < 10 { content.problems.append(problem) }
  }
}
