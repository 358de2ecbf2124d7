import CKernels
import CTidemill
import Expressions
import Glibc

/// Rows that kernels cannot judge, because a field has a value of another type than they load.
///
/// Such a value counts as missing, so what depends on it errs, and what comes out without an error would have come out with any
/// value: `and`, `or` and the branch that is taken decide alone or not at all. So it is enough to ask again for the rows that err
/// in the end.
struct HiddenRows {
  private let rows: RowPart
  private let fields: [FieldPlace]

  /// Nil when rows of the frames that the fields stand in hide nothing.
  init?(_ rows: RowPart, _ fields: [FieldPlace]) {
    self.rows = rows
    self.fields = fields.filter(\.canHide)
    if self.fields.isEmpty { return nil }
  }

  /// Judges rows again that err.
  func judge(_ chunk: Chunk, _ mask: UnsafeMutablePointer<UInt8>) {
    var next = mask
    let end = mask + Int(chunk.count)
    while let found = memchr(next, Int32(TIDE_K_ERROR), end - next) {
      let place = found.assumingMemoryBound(to: UInt8.self)
      let row = chunk.row(place - mask)
      if hides(chunk.frame, row, orNull: false) { place.pointee = RowConditionNode.verdict(rows.value(chunk.frame, row)) }
      next = place + 1
    }
  }

  /// What a row without a value has; nil when it hides nothing.
  func look(_ frame: UnsafePointer<tide_frame>, _ row: UInt32) -> (value: Value?, isNull: Bool)? {
    guard hides(frame, row, orNull: true) else { return nil }
    return (rows.value(frame, row), rows.wasNull)
  }

  private func hides(_ frame: UnsafePointer<tide_frame>, _ row: UInt32, orNull: Bool) -> Bool {
    fields.contains { $0.isHidden(frame, row, orNull: orNull) }
  }
}
