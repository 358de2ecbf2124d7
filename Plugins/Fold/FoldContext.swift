import PluginKit

/// What both operators share: keys, what is known of them, the rows at hand, and where results go.
final class FoldContext {
  let keys = KeyTable()
  let lives: KeyLives
  let rows: FoldRows
  let emit: FoldOptions.Emit
  let host: Host
  let times = RowTimes()
  /// The key of each row of the batch at hand.
  private(set) var numbers: UnsafePointer<UInt32>

  private let noNumbers = UnsafeMutablePointer<UInt32>.allocate(capacity: 1)
  private let hasTTL: Bool
  private var fields: [Field]
  private var columns: [ColumnView] = []
  /// Of the batch at hand.
  private var ids: ColumnView?
  private var selection: UnsafePointer<UInt16>?
  private var limits: StateGuard

  init(_ config: Config) throws {
    host = config.host
    let names = try config[FoldOptions.key] ?? []
    let ttl = try config[FoldOptions.ttl]?.wholeNanoseconds
    emit = try config[FoldOptions.emit]
    hasTTL = ttl != nil
    fields = names.map { Field($0) }
    lives = KeyLives(keys, ttl: ttl)
    rows = FoldRows(keyFields: names, keys: keys, node: host.info.node)
    limits = try StateGuard(host.info.state, of: "the folds")
    noNumbers.initialize(to: 0)
    numbers = UnsafePointer(noNumbers)
  }

  deinit { noNumbers.deallocate() }

  /// Reads keys and times of a batch of at least one row.
  func begin(_ batch: Batch, _ out: inout Output) throws {
    let hasTimes = times.read(batch)
    if !hasTimes {
      if hasTTL {
        throw PluginError.config(
          "the rows that come in have no event time: give their source one with `time`, or leave `ttl` out", at: "ttl")
      }
      times.read(batch, all: 0)
    }
    columns.removeAll(keepingCapacity: true)
    for at in fields.indices { columns.append(fields[at].column(of: batch)) }
    try rows.learn(columns, hasTimes: hasTimes, &out)
    numbers = keys.numbers(of: batch, by: columns)
    lives.reserve(keys.limit)
    ids = batch.frame.column(role: .id)
    selection = batch.selection
  }

  /// The id of a row of the batch at hand, by its place, as one number; 0 where it has none.
  @inline(__always)
  func identity(_ at: Int) -> Int64 { ids?.identity(selection.map { Int($0[at]) } ?? at) ?? 0 }

  /// When a row comes, as far as its key's end is concerned: its own time, or the watermark that it is behind.
  @inline(__always)
  func moment(_ at: Int, of batch: Batch) -> Int64 {
    let time = times.times[at]
    return times.areSomeBehind ? max(time, batch.frame.rowWatermark(Int(batch.row(at: at)))) : time
  }

  /// Holds what is kept against its limits. `bytes`: of what the keys hold.
  func check(bytes: () -> Int) throws {
    lives.sweepKeys()
    try limits.check(
      keys: { lives.count }, bytes: { keys.byteCount + lives.byteCount + bytes() }, trim: { keys.sweep() })
  }
}
