/// Holds what an operator keeps by key against the limits of its node's `state`.
public struct StateGuard {
  private let limits: Host.StateLimits
  private let holder: String
  private let counted: String
  private var calls = 0

  /// - Parameters:
  ///   - holder: who keeps the state, in the plural, for messages: "the windows".
  ///   - counted: what the limit of `keys` counts, where that is something else.
  ///
  /// Throws `config` where keys are to make room for each other: results that were promised would go with an evicted key. An operator
  /// that can do without its oldest keys says so by `evicts`, and lets go of them itself.
  public init(_ limits: Host.StateLimits, of holder: String, counting counted: String = "keys", evicts: Bool = false) throws {
    guard evicts || !limits.evictsOldest else {
      throw PluginError.config(
        "`when_full: evict_oldest` of `state` is not for \(holder): a key's results would go with it; write when_full: stop")
    }
    self.limits = limits
    self.holder = holder
    self.counted = counted
  }

  /// Throws `config` when the state has outgrown its limits. To be called after each batch; memory is measured every few of them.
  ///
  /// - Parameters:
  ///   - keys: keys that are held now.
  ///   - bytes: memory that is held now.
  ///   - trim: lets go of what nothing needs any more; called before a limit is said to be passed.
  public mutating func check(keys: () -> Int, bytes: () -> Int, trim: () -> Void = {}) throws {
    if let most = limits.keys, keys() > most {
      trim()
      let held = keys()
      if held > most {
        throw PluginError.config(
          "\(holder) hold \(held) \(counted), and `state` allows \(most): allow more \(counted), or keep them shorter")
      }
    }
    calls &+= 1
    guard let most = limits.bytes, calls % 16 == 0, bytes() > most else { return }
    trim()
    let held = bytes()
    guard held > most else { return }
    throw PluginError.config("\(holder) hold \(held) bytes of \(keys()) \(counted), and `state` allows \(most): allow more")
  }
}
