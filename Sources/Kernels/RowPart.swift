import CTidemill
import Expressions

/// A part of an expression that is evaluated row by row.
final class RowPart {
  private let program: Program
  private let fields: [FieldPlace]
  /// Whether the last value was null, which `value` gives as nil.
  private(set) var wasNull = false
  /// Why the last value is none, when it was no null.
  private(set) var failure: EvaluationError?

  init(_ program: Program, _ fields: [FieldPlace]) {
    self.program = program
    self.fields = fields
  }

  /// The value of a frame row; nil when it is null or errs.
  func value(_ frame: UnsafePointer<tide_frame>, _ row: UInt32) -> Value? {
    wasNull = false
    failure = nil
    do throws(EvaluationError) {
      let value = try program.evaluate(RowFields(fields: fields, frame: frame, row: row))
      if case .null = value {
        wasNull = true
        return nil
      }
      return value
    } catch {
      failure = error
      return nil
    }
  }
}

/// The fields of one row of a frame.
private struct RowFields: Variables {
  let fields: [FieldPlace]
  let frame: UnsafePointer<tide_frame>
  let row: UInt32

  func value(_ index: Int) throws(EvaluationError) -> Value? { fields[index].value(frame, row) }
}
