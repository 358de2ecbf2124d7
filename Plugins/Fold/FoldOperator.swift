import PluginKit

/// An operator whose calls are those of a `FoldRun`.
protocol FoldOperator: Operator, Stateful, WatermarkHandler {
  var run: FoldRun { get set }
}

extension FoldOperator {
  mutating func process(_ batch: Batch, _ out: inout Output) throws { try run.process(batch, &out) }

  mutating func onWatermark(port: UInt32?, time: Int64, _ out: inout Output) throws {
    guard port == nil else { return }
    guard try run.advance(to: time, &out) else { return out.callAgain() }
  }

  mutating func flush(_ out: inout Output) throws {
    guard try run.advance(to: .max, &out) else { return out.callAgain() }
  }

  mutating func snapshot(_ writer: StateWriter) throws { try run.snapshot(writer) }
  mutating func restore(group: UInt32, _ reader: StateReader) throws { try run.restore(group: group, reader) }
}
