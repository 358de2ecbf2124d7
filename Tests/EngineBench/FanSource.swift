import CTidemill
import Engine

/// A source of a fan-out: what it sends step by step, from partitions that come and go, and what a reader has to find at each
/// row.
package struct FanSource: Sendable {
  package enum Step: Sendable {
    /// One frame: rows by their numbers.
    case rows(partition: UInt32, Range<Int>)
    /// The partition is made known before its first row.
    case announce(UInt32)
    case idle(UInt32)
    case end(UInt32)
  }

  package struct Row: Sendable {
    package var event: Event
    /// What the row carries when it is late; Int64.min when it is not.
    package var watermark: Int64
    /// Its partition is behind the source, as a new one may be, or its source was idle: watermarks say nothing of it.
    package var catchesUp: Bool
  }

  /// Delay of the watermarks; rows are out of order by more than that at times.
  package static let delay: Int64 = 20
  private static let disorder: Int64 = 30

  package let name: String
  package private(set) var rows: [Row] = []
  package private(set) var steps: [Step] = []
  /// Between two polls; nil = none.
  package let pauseNanoseconds: Int64?

  /// - Parameters:
  ///   - index: its place among the sources.
  ///   - most: rows of the largest frame.
  ///   - partitions: how many there are in all; the first is there from beginning to end.
  package init(
    index: Int, frames: Int, most: Int, partitions: Int, pauseNanoseconds: Int64? = nil,
    using random: inout some RandomNumberGenerator
  ) {
    name = "source \(index)"
    self.pauseNanoseconds = pauseNanoseconds
    var clock: Int64 = 0
    var model = Model()
    var lives = [0..<frames]
    for _ in 1..<partitions {
      let first = Int.random(in: 0..<frames, using: &random)
      lives.append(first..<Int.random(in: first..<frames, using: &random) + 1)
    }
    for partition in lives.indices where Bool.random(using: &random) {
      steps.append(.announce(UInt32(partition)))
      model.announce(partition)
    }
    for frame in 0..<frames {
      let partition = lives.indices.filter { lives[$0].contains(frame) }.randomElement(using: &random)!
      let first = rows.count
      for _ in 0..<Int.random(in: 1...most, using: &random) {
        clock += .random(in: 0...10, using: &random)
        let event = Event(
          time: clock - .random(in: 0...Self.disorder, using: &random), value: Self.value(rows.count, of: index), name: name)
        rows.append(model.row(event, of: partition))
      }
      steps.append(.rows(partition: UInt32(partition), first..<rows.count))
      if Int.random(in: 0..<20, using: &random) == 0 {
        steps.append(.idle(UInt32(partition)))
        model.leave(partition)
      }
      for ended in lives.indices.dropFirst() where lives[ended].upperBound == frame + 1 {
        steps.append(.end(UInt32(ended)))
        model.leave(ended)
      }
    }
  }

  /// The value of a row is its source and its number there.
  package static func value(_ number: Int, of source: Int) -> Int64 { Int64(source) << 32 | Int64(number) }
  package static func source(of value: Int64) -> Int { Int(value >> 32) }
  package static func number(of value: Int64) -> Int { Int(value & 0xFFFF_FFFF) }

  /// Takes one step with each poll, and with a pause every other one of them finds nothing.
  package func component() -> ScriptedComponent {
    let component = ScriptedComponent(name)
    component.poll = { [self] me, _, out in
      let turn = me.step
      me.step += 1
      if pauseNanoseconds != nil, turn % 2 == 1 { return TIDE_IDLE }
      let place = pauseNanoseconds == nil ? turn : turn / 2
      guard place < steps.count else { return TIDE_END }
      switch steps[place] {
      case .rows(let partition, let numbers):
        return me.commit(rows[numbers].map(\.event), partition: partition, out)
      case .announce(let partition): return me.host.pointee.watermark(out, partition, .min)
      case .idle(let partition): return me.host.pointee.idle(out, partition)
      case .end(let partition): return me.host.pointee.watermark(out, partition, .max)
      }
    }
    return component
  }

  /// Watermarks as they are promised, row by row.
  private struct Model {
    private var watermarks: [Int: Int64] = [:]
    /// Partitions that count in the minimum.
    private var counting: Set<Int> = []
    private var source = Int64.min
    /// Nothing was left of the source for a while, so others went on without it.
    private var wasSilent = false

    mutating func announce(_ partition: Int) {
      watermarks[partition] = .min
      counting.insert(partition)
    }

    mutating func leave(_ partition: Int) {
      counting.remove(partition)
      if counting.isEmpty { wasSilent = true }
      advance()
    }

    mutating func row(_ event: Event, of partition: Int) -> Row {
      let before = watermarks[partition, default: .min]
      let row = Row(event: event, watermark: event.time < before ? before : .min, catchesUp: wasSilent || before < source)
      watermarks[partition] = max(before, event.time - FanSource.delay)
      counting.insert(partition)
      advance()
      return row
    }

    private mutating func advance() {
      if let least = counting.map({ watermarks[$0]! }).min() { source = max(source, least) }
    }
  }
}
