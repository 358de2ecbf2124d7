import PluginKit

/// Rows in order, in a frame of their own; those in front of the cursor have left.
struct Run {
  typealias Reference = UnsafeMutablePointer<Run>

  let frame: FrameView
  /// One for each row.
  let keys: UnsafeMutablePointer<SortKey>
  let form: RowIDs.Form
  let rows: Int
  /// Where all of it stands.
  let block: RunPool.Block
  /// The hash that was asked for last, and whose it is.
  private var hash: UInt64 = 0
  private var hashed = -1
  /// Values of the columns inside others.
  let nestedValues: Int
  var cursor = 0
  /// Its place among the runs that a frame in the making has rows of; -1 without.
  var segment = -1
  /// Its first row in that frame.
  var start = 0
  /// What a row takes, about.
  let rowBytes: Int

  /// Makes the run of a frame that stands in a block, its rows in order. Their keys are those of `entries`, or are read.
  static func make(_ block: RunPool.Block, entries: UnsafePointer<RowKeys.Entry>? = nil) -> Reference {
    let frame = FrameView(bytes: block.memory)
    let made = (block.memory + frame.byteCount).bindMemory(to: Run.self, capacity: 1)
    let keys = UnsafeMutableRawPointer(made + 1).bindMemory(to: SortKey.self, capacity: frame.rows)
    if let entries {
      for row in 0..<frame.rows { keys[row] = entries[row].key }
    } else {
      RowKeys.read(frame, into: keys)
    }
    var nested = 0
    for index in frame.columnCount..<max(frame.columnCount, frame.descriptorCount) {
      let column = tide_col(frame.frame, Int32(index)).pointee
      if column.parent != UInt16(TIDE_NONE_COLUMN) { nested += Int(column.len) }
    }
    made.initialize(
      to: Run(
        frame: frame, keys: keys, form: RowIDs(frame).form, rows: frame.rows, block: block, nestedValues: nested,
        rowBytes: max(1, frame.byteCount / frame.rows)))
    return made
  }

  /// Ends a run; its block, where it stood itself, is free.
  static func destroy(_ run: Reference) -> RunPool.Block {
    let block = run.pointee.block
    run.deinitialize(count: 1)
    return block
  }

  /// Hash of the row at the cursor, which is worked out once.
  mutating func hash(_ ties: RowTies) -> UInt64 {
    if hashed != cursor { (hash, hashed) = (ties.hash(frame, cursor), cursor) }
    return hash
  }

  var left: Int { rows - cursor }
  var byteCount: Int { block.bytes }

  /// True when rows of both can stand in one frame that a merger makes.
  func fits(_ other: Run) -> Bool {
    frame.schemaID == other.frame.schemaID && frame.frame.pointee.kind == other.frame.frame.pointee.kind
      && frame.hasVerbatim == other.frame.hasVerbatim && frame.schemaID != 0
      && max(frame.descriptorCount, other.frame.descriptorCount) * 2 + 2 <= FrameLimits.maxColumns
  }
}
