import PluginKit

/// Rows in order, in a frame of their own; those in front of the cursor have left.
struct Run {
  typealias Reference = UnsafeMutablePointer<Run>

  let frame: FrameView
  /// One for each row.
  let keys: UnsafeMutablePointer<SortKey>
  let form: RowIDs.Form
  let rows: Int
  /// Values of the columns inside others.
  let nestedValues: Int
  var cursor = 0
  /// Its place among the runs that a frame in the making has rows of; -1 without.
  var segment = -1
  /// Its first row in that frame.
  var start = 0
  /// What a row takes, about.
  let rowBytes: Int

  /// Takes over the memory of a frame whose rows are in order. Their keys are those of `entries`, or are read.
  static func make(_ memory: UnsafeMutableRawPointer, entries: UnsafePointer<RowKeys.Entry>? = nil) -> Reference {
    let frame = FrameView(bytes: memory)
    let keys = UnsafeMutablePointer<SortKey>.allocate(capacity: frame.rows)
    if let entries {
      for row in 0..<frame.rows { keys[row] = entries[row].key }
    } else {
      RowKeys.read(frame, into: keys)
    }
    var nested = 0
    if frame.descriptorCount > frame.columnCount {
      for index in frame.columnCount..<frame.descriptorCount {
        let column = tide_col(frame.frame, Int32(index)).pointee
        if column.parent != UInt16(TIDE_NONE_COLUMN) { nested += Int(column.len) }
      }
    }
    let made = Reference.allocate(capacity: 1)
    made.initialize(
      to: Run(
        frame: frame, keys: keys, form: RowIDs(frame).form, rows: frame.rows, nestedValues: nested,
        rowBytes: max(1, frame.byteCount / frame.rows)))
    return made
  }

  static func destroy(_ run: Reference) {
    run.pointee.keys.deallocate()
    UnsafeMutableRawPointer(mutating: run.pointee.frame.frame).deallocate()
    run.deallocate()
  }

  /// Room for a frame of so many bytes.
  static func memory(_ bytes: Int) -> UnsafeMutableRawPointer {
    .allocate(byteCount: bytes, alignment: FrameLimits.alignment)
  }

  var left: Int { rows - cursor }
  var byteCount: Int { frame.byteCount + rows * MemoryLayout<SortKey>.stride + MemoryLayout<Run>.stride }

  /// True when rows of both can stand in one frame that a merger makes.
  func fits(_ other: Run) -> Bool {
    frame.schemaID == other.frame.schemaID && frame.frame.pointee.kind == other.frame.frame.pointee.kind
      && frame.hasVerbatim == other.frame.hasVerbatim && frame.schemaID != 0
      && max(frame.descriptorCount, other.frame.descriptorCount) * 2 + 2 <= FrameLimits.maxColumns
  }
}
