/// A batch that outlives the call that it came with; given back to the host when the last reference goes.
///
/// What is kept counts against the memory of the node. May be read and given up on any thread.
public final class RetainedBatch: @unchecked Sendable {
  private let host: Host
  private let raw: UnsafePointer<tide_batch>

  /// Throws `fatal` when the host has no memory left for it.
  public init(_ batch: Batch, _ host: Host) throws {
    guard let kept = host.table.pointee.retain(host.context, batch.raw) else {
      throw PluginError.fatal("the host cannot keep another batch")
    }
    self.host = host
    raw = kept
  }

  deinit { host.table.pointee.release(host.context, raw) }

  /// The batch, maybe a copy of what came; valid as long as this object. `Output.forward` takes it as any other.
  public var batch: Batch { Batch(raw) }
}
