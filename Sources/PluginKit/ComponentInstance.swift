/// One running source, operator or sink. Adopt `Source`, `Operator` or `Sink`, which refine this.
///
/// Life: `init` -> `restore`* -> `open` -> { `process` | `poll` | … }* -> `flush` -> `close`, then the value is destroyed.
/// `init` does no input or output: it is the dry run of `tidemill validate`. After a failed `open`, `close` is not called.
/// Calls on one instance never overlap, but they come from different threads.
public protocol ComponentInstance: SendableMetatype {
  /// What the component says of itself.
  static var component: Component { get }

  /// Reads the options. Throws `PluginError.config` when they cannot work together.
  init(_ config: Config) throws

  /// Opens files and connections. May block.
  mutating func open() throws

  /// Closes what `open` opened.
  mutating func close()

  /// All input has been seen, or the source was told to finish: emits what is held.
  mutating func flush(_ out: inout Output) throws
}

extension ComponentInstance {
  public mutating func open() throws {}
  public mutating func close() {}
  public mutating func flush(_ out: inout Output) throws {}
}

/// A component that takes batches and emits rows.
public protocol Operator: ComponentInstance {
  /// Takes one batch, which lives until the call returns. `out.callAgain()` asks for the same batch once more.
  mutating func process(_ batch: Batch, _ out: inout Output) throws
}

/// A component that takes batches to where they leave the pipeline.
public protocol Sink: ComponentInstance {
  /// Takes one batch, which lives until the call returns. `out` serves to reject rows.
  mutating func process(_ batch: Batch, _ out: inout Output) throws
}

/// A component that brings rows in.
public protocol Source: ComponentInstance {
  /// Produces until about `deadline`, a reading of `Host.now`, and returns by then.
  mutating func poll(deadline: Int64, _ out: inout Output) throws -> PollResult
}

/// What a source answers to `poll`.
public enum PollResult: Sendable {
  /// There is more: poll again.
  case ready
  /// Nothing now: poll again after `Host.wake`, a timer, or the component's `pollEvery`.
  case idle
  /// Finished: never poll again.
  case end
}

/// A component that holds state which checkpoints must keep.
public protocol Stateful: ComponentInstance {
  /// Version of what `snapshot` writes.
  static var stateVersion: UInt32 { get }

  /// Writes the state in one pass, each entry to the blob of its key group. Called between batches.
  mutating func snapshot(_ writer: StateWriter) throws

  /// Reads the blob of one group, or of `StateWriter.allGroups`, before `open`. Throws `PluginError(.state, …)` when it cannot.
  mutating func restore(group: UInt32, _ reader: StateReader) throws
}

/// A component that sees watermarks pass. Without this the host forwards them.
public protocol WatermarkHandler: ComponentInstance {
  /// No row before `time` (ns) is expected any more at an input port; `port` nil: at none, `time` is their minimum.
  mutating func onWatermark(port: UInt32?, time: Int64, _ out: inout Output) throws
}

/// A component that sets timers with `Host.timer`.
public protocol TimerHandler: ComponentInstance {
  /// The timer `id`, set for `time` (ns), is due.
  mutating func onTimer(_ id: UInt64, time: Int64, _ out: inout Output) throws
}

/// An operator or a sink that calls `Host.wake` and wants to be called back.
public protocol WakeHandler: ComponentInstance {
  /// Called soon after `Host.wake`; returns by `deadline`, a reading of `Host.now`.
  mutating func onWake(deadline: Int64, _ out: inout Output) throws -> PollResult
}

/// A component whose options can change while it runs.
public protocol Reconfigurable: ComponentInstance {
  /// The options changed: reads them again. Called between batches.
  mutating func reconfigure(_ config: Config) throws
}
