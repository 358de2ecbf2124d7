import Glibc

/// What an instance may ask of its host at any time: the clock, the log, timers, its own place in the pipeline.
///
/// Valid until the instance is gone. `now`, `wake`, `log` and `info` may be called from any thread.
public struct Host: @unchecked Sendable {
  /// Importance of a line in the host's log.
  public enum Level: UInt32, Sendable {
    case error = 0
    case warning, info, debug
  }

  /// Which clock a timer follows.
  public enum Domain: UInt32, Sendable {
    /// Due once the watermark has reached the timer's time.
    case event = 0
    /// Due by `Host.now`.
    case processing
  }

  /// Who and where an instance is; constant for its life.
  public struct Info: Sendable {
    public let pipeline, node, component: String
    /// This instance is lane `lane` of `lanes`.
    public let lane, lanes: Int
    /// Key groups it owns.
    public let groups: Range<UInt32>
    public let inputs, outputs: Int
    /// 0 at first, one more at each restart.
    public let attempt: UInt64
    /// True when `restore` was called.
    public let restored: Bool
    /// What it may keep between calls.
    public let state: StateLimits

    static let none = Info(
      pipeline: "", node: "", component: "", lane: 0, lanes: 1, groups: 0..<TIDE_KEY_GROUPS, inputs: 0, outputs: 0, attempt: 0,
      restored: false, state: StateLimits())
  }

  /// What an instance may keep between calls; nil = no limit.
  public struct StateLimits: Sendable, Equatable {
    public var bytes: Int?
    public var keys: Int?
    /// At a limit what was used longest ago makes room, and is counted; else the call fails with a `config` error.
    public var evictsOldest = false

    public init(bytes: Int? = nil, keys: Int? = nil, evictsOldest: Bool = false) {
      self.bytes = bytes
      self.keys = keys
      self.evictsOldest = evictsOldest
    }

    /// What the host says, where its table reaches that far.
    init(_ info: UnsafePointer<tide_info>) {
      guard Int(info.pointee.size) >= MemoryLayout<tide_info>.offset(of: \.reserved)! else { return }
      bytes = info.pointee.state_bytes == 0 ? nil : Int(clamping: info.pointee.state_bytes)
      keys = info.pointee.state_keys == 0 ? nil : Int(clamping: info.pointee.state_keys)
      evictsOldest = info.pointee.state_full == TIDE_STATE_EVICT_OLDEST
    }
  }

  @usableFromInline let table: UnsafePointer<tide_host>

  @usableFromInline
  init(_ table: UnsafePointer<tide_host>) { self.table = table }

  @usableFromInline var context: UnsafeMutableRawPointer? { table.pointee.context }

  /// Nanoseconds since the epoch, UTC. The only clock that a component may read: replay and tests own it.
  public var now: Int64 { table.pointee.now(context) }

  /// Sleeps for so many nanoseconds, at most 10 ms: a call that waits for its time returns in between (`Output.callAgain`), so
  /// that the host serves stops and barriers.
  public func nap(_ nanoseconds: Int64) {
    var length = timespec(tv_sec: 0, tv_nsec: Int(min(max(nanoseconds, 0), 10_000_000)))
    nanosleep(&length, nil)
  }

  /// Makes the host call `poll` soon, from any thread; sticky.
  public func wake() { table.pointee.wake(context) }

  /// Writes a line to the host's log, marked with the node.
  public func log(_ level: Level, _ text: String) {
    text.withBorrowed { table.pointee.log(context, level.rawValue, $0) }
  }

  /// Sets the timer (`domain`, `group`, `id`), replacing one of the same name. Call it from `open`, `restore` or a worker call.
  public func timer(_ id: UInt64, at nanoseconds: Int64, _ domain: Domain, group: UInt32 = 0xFFFF_FFFF) throws {
    try check(table.pointee.timer(context, group, id, nanoseconds, domain.rawValue))
  }

  /// Cancels the timer (`domain`, `group`, `id`).
  public func cancelTimer(_ id: UInt64, _ domain: Domain, group: UInt32 = 0xFFFF_FFFF) throws {
    try timer(id, at: .max, domain, group: group)
  }

  /// Who and where this instance is.
  public var info: Info {
    guard let it = table.pointee.info(context) else { return Info.none }
    let first = min(it.pointee.first_group, TIDE_KEY_GROUPS)
    return Info(
      pipeline: String(it.pointee.pipeline), node: String(it.pointee.node), component: String(it.pointee.component),
      lane: Int(it.pointee.lane), lanes: Int(it.pointee.lanes),
      groups: first..<first + min(it.pointee.groups, TIDE_KEY_GROUPS - first),
      inputs: Int(it.pointee.inputs), outputs: Int(it.pointee.outputs), attempt: it.pointee.attempt,
      restored: it.pointee.restored != 0, state: StateLimits(it))
  }

  /// Number of the output port with this name, and whether something reads it; nil when there is none. Call it from `init` or
  /// `open`.
  public func port(_ name: String) -> (index: UInt32, connected: Bool)? {
    var index: UInt32 = 0
    var connected: UInt32 = 0
    let status = name.withBorrowed { table.pointee.port(context, 0, $0, &index, &connected) }
    return status < 0 ? nil : (index, connected != 0)
  }

  /// The host's formats, for a component whose description says `codec`.
  ///
  /// Throws `unsupported` when this host has none.
  public func codec() throws -> Codec {
    guard let found = table.pointee.extension(context, TIDE_CODEC) else {
      throw PluginError(.unsupported, "this host offers no formats (\(TIDE_CODEC))")
    }
    return Codec(found.assumingMemoryBound(to: tide_codec.self), context)
  }

  /// Tells the host why the call in progress fails and gives the status to return.
  func report(_ error: any Error) -> tide_status {
    if let status = error as? HostStatus { return status.code }
    let told = error as? PluginError ?? PluginError(.fatal, String(describing: error))
    told.text.withBorrowed { text in
      told.configPath.withBorrowed { table.pointee.fail(context, told.code.rawValue, text, $0) }
    }
    return told.code.rawValue
  }
}
