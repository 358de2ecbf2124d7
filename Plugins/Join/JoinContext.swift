import PluginKit

/// What both kinds of joins share: keys, fields of the inputs, memory of rows, how far time is, and where rows go.
final class JoinContext {
  let keys = KeyTable()
  let arena = RowArena()
  let dictionaries = KeyDictionaries()
  /// Left and right.
  let inputs: [InputFields]
  let results: JoinedRows
  let lateRows: LateRows
  let kind: JoinOptions.Kind
  /// No row before is expected any more from an input.
  var inputWatermarks = [Int64.min, Int64.min]
  /// The least of both.
  var watermark = Int64.min
  private var lastSwept = 0

  /// - Parameter keyFields: names of the key's fields, for each input.
  init(
    keyFields: [[String]], prefixes: [String], kind: JoinOptions.Kind, hasWindow: Bool, late: UInt32, node: String
  ) throws {
    let dictionaries = dictionaries
    inputs = keyFields.map { InputFields(key: $0, dictionaries) }
    results = JoinedRows(inputs, prefixes: prefixes, hasWindow: hasWindow, dictionaries, node: node)
    lateRows = try LateRows(port: late)
    self.kind = kind
  }

  /// Frames that one call sends at most: between calls the host serves whatever else is due.
  static let framesPerCall = 16

  var byteCount: Int { keys.byteCount + arena.takenBytes + dictionaries.byteCount }

  /// True for a key of which a part has no value: it belongs to no other.
  func isNull(_ key: UInt32) -> Bool {
    let bytes = keys.key(key)
    guard bytes[0] == UInt8(TIDE_KEY_SEVERAL) else { return bytes[0] == UInt8(TIDE_KEY_NULL) }
    var at = 1
    while at < bytes.count {
      let length = Int(bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self))
      if bytes[at + 4] == UInt8(TIDE_KEY_NULL) { return true }
      at += 4 + length
    }
    return false
  }

  /// Gives back the first row of a key.
  func dropFirst(_ rows: KeyedRows, _ key: UInt32, _ side: Int) {
    inputs[side].release(rows.row(key, 0))
    rows.dropFirst(key)
    keys.uses[Int(key)] -= 1
  }

  /// Lets go of what no row needs, when there is much of it. Not in the middle of a batch.
  func sweep() {
    dictionaries.sweep()
    guard keys.count > lastSwept * 2 + 64 else { return }
    keys.sweep()
    lastSwept = keys.count
  }

  /// A time so much later, or the last there is.
  static func later(_ time: Int64, by nanoseconds: Int64) -> Int64 {
    let (sum, overflow) = time.addingReportingOverflow(nanoseconds)
    return overflow ? .max : sum
  }

  /// A time so much earlier, or the first there is.
  static func earlier(_ time: Int64, by nanoseconds: Int64) -> Int64 {
    let (difference, overflow) = time.subtractingReportingOverflow(nanoseconds)
    return overflow ? .min : difference
  }
}
