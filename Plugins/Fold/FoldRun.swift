import PluginKit

/// What an operator makes of the rows of each key.
protocol FoldStore: AnyObject {
  /// Folds the rows of the batch that the context has begun, and gives their results as `emit` says.
  func take(_ batch: Batch, _ out: inout Output) throws

  /// Gives the results of some keys as they are now.
  func write(_ keys: ArraySlice<UInt32>, _ out: inout Output) throws

  /// Lets go of what a key has, which is over.
  func forget(_ key: UInt32)

  /// Memory for what the keys have.
  var byteCount: Int { get }

  /// Appends what belongs to no key, and reads it.
  func save(_ writer: StateWriter) throws
  func restore(_ reader: StateReader) throws

  /// Appends what a key has to the blob of its group, and reads it for a key that has nothing.
  func save(_ key: UInt32, _ writer: StateWriter, group: UInt32) throws
  func restore(_ key: UInt32, _ reader: StateReader) throws
}

/// The life of both operators: rows, watermarks, snapshots.
struct FoldRun {
  /// Results between two looks at how many frames went out, and frames of one call.
  private static let together = 64
  private static let frames = 16

  private let context: FoldContext
  private let store: any FoldStore
  private var watermark = Int64.min
  /// How many of the keys with changes have had their results sent.
  private var fired = 0
  private var isFiring = false

  init(_ context: FoldContext, _ store: any FoldStore) {
    self.context = context
    self.store = store
  }

  mutating func process(_ batch: Batch, _ out: inout Output) throws {
    guard batch.count > 0 else { return }
    try context.begin(batch, &out)
    try store.take(batch, &out)
    try context.rows.commit(&out)
    try context.check { store.byteCount }
  }

  /// Gives what is due at a watermark, and forgets keys that are over. False when that takes another call.
  mutating func advance(to time: Int64, _ out: inout Output) throws -> Bool {
    watermark = max(watermark, time)
    if context.emit == .watermark {
      guard try fire(&out) else { return false }
    }
    context.lives.expire(at: watermark) { store.forget($0) }
    return true
  }

  private mutating func fire(_ out: inout Output) throws -> Bool {
    if !isFiring { context.lives.takeChanged() }
    isFiring = true
    context.rows.sent = 0
    let firing = context.lives.taken
    while fired < firing.count {
      guard context.rows.sent < Self.frames else { return false }
      let next = min(fired + Self.together, firing.count)
      try store.write(firing[fired..<next], &out)
      fired = next
    }
    try context.rows.commit(&out)
    (fired, isFiring) = (0, false)
    return true
  }

  // MARK: Snapshots

  /// What belongs to no key, and then by key group, in the order of keys: the key, what is known of it, what it has.
  mutating func snapshot(_ writer: StateWriter) throws {
    context.lives.expire(at: watermark, isExact: true) { store.forget($0) }
    try context.rows.snapshot(writer)
    try store.save(writer)
    for key in context.keys.ordered() where Int(key) < context.lives.room && context.lives.hasBegun(key) {
      let group = context.keys.group(key)
      try KeyState.write(context.keys.key(key), writer, group)
      try context.lives.save(key, writer, group: group)
      try store.save(key, writer, group: group)
    }
  }

  mutating func restore(group: UInt32, _ reader: StateReader) throws {
    if group == StateWriter.allGroups {
      try context.rows.restore(reader)
      try store.restore(reader)
      guard try reader.readUnlessAtEnd(UInt8.self) == nil else {
        throw PluginError(.state, "the saved folds go on behind their end")
      }
      return
    }
    while let length = try reader.readUnlessAtEnd(UInt32.self) {
      let key = try KeyState.read(
        reader, context.keys, fields: context.rows.types.count, of: "folds", length: length, group)
      context.lives.reserve(context.keys.limit)
      try context.lives.restore(key, reader)
      try store.restore(key, reader)
    }
  }
}
