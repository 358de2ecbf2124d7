import PluginKit

/// The option `strict`, which all operators here have: what becomes of a row for which an expression errs.
enum StrictOption {
  static func option(otherwise: String) -> Option<Bool> {
    Option(
      "strict", .bool,
      doc: "Send a row for which an expression errs to the dead-letter port, with the reason. Otherwise \(otherwise).",
      default: false)
  }
}

extension Output {
  /// Sends rows to the dead-letter port, with the reason that the expression gives.
  func reject(_ rows: UnsafeBufferPointer<UInt16>, of batch: Batch, _ expression: Expression, _ option: String) throws {
    for row in rows {
      let why = expression.why(Int(row), of: batch) ?? "the expression has no value"
      try reject(Int(row), of: batch, "'\(option)': \(why)")
    }
  }
}

/// Rows of one batch in the memory that one instance keeps.
final class RowBuffer {
  private(set) var memory = UnsafeMutablePointer<UInt16>.allocate(capacity: Int(TIDE_MAX_ROWS))
  private(set) var count = 0

  deinit { memory.deallocate() }

  var rows: UnsafeBufferPointer<UInt16> { UnsafeBufferPointer(start: memory, count: count) }

  func clear() { count = 0 }

  func append(_ row: UInt16) {
    memory[count] = row
    count &+= 1
  }
}
