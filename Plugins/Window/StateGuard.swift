import PluginKit

/// Holds what windows keep against the limits of the node's `state`.
struct StateGuard {
  private let limits: Host.StateLimits
  private var calls = 0

  /// Throws `config` for what windows cannot do: an evicted key would take results with it that were promised.
  init(_ limits: Host.StateLimits) throws {
    guard !limits.evictsOldest else {
      throw PluginError.config(
        "`when_full: evict_oldest` of `state` is not built for windows: a key's results would go with it; write when_full: stop"
      )
    }
    self.limits = limits
  }

  /// Throws `config` when the state has outgrown its limits. Memory is measured every few batches.
  mutating func check(_ context: WindowContext, _ store: any WindowStore) throws {
    if let most = limits.keys, context.keys.count > most {
      context.keys.sweep()
      if context.keys.count > most {
        throw PluginError.config(
          "the windows hold \(context.keys.count) keys, and `state` allows \(most): allow more keys, or choose shorter windows")
      }
    }
    calls += 1
    guard let most = limits.bytes, calls % 16 == 0 else { return }
    let bytes = context.keys.byteCount + context.aggregates.heapBytes + store.byteCount
    if bytes > most {
      throw PluginError.config(
        "the windows hold \(bytes) bytes of \(context.keys.count) keys, and `state` allows \(most): allow more")
    }
  }
}
