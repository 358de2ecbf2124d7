import CTidemill
import Expressions
import Frames

/// What the host of one instance does for `tide.expression/1` beside what all hosts do alike, which is `HostedExpression`'s.
public protocol ExpressionHost: AnyObject {
  /// What the instance has compiled and not released.
  var expressions: [HostedExpression] { get set }

  /// Answers a call that lacks something, with the reason.
  func refuse(expression reason: String) -> tide_status

  /// Does the work of a call. A host that measures what its plugins do leaves it out there.
  func evaluating<Result>(_ body: () -> Result) -> Result

  /// Notes rows of a batch for which an expression erred.
  func note(_ errors: Int, of expression: HostedExpression, in batch: UnsafePointer<tide_batch>)

  /// Notes values that the instance left out of its results, and why, which may be empty.
  func note(leftOut values: UInt64, why: tide_string)
}

extension ExpressionHost {
  public func evaluating<Result>(_ body: () -> Result) -> Result { body() }

  public func note(_ errors: Int, of expression: HostedExpression, in batch: UnsafePointer<tide_batch>) {}

  public func note(leftOut values: UInt64, why: tide_string) {}

  /// Compiles an expression for the instance, and gives its address out.
  ///
  /// - Parameters:
  ///   - wanted: TIDE_* of its values, or 0 for any.
  ///   - configPath: option that holds it.
  public func compile(
    _ text: String, wanted: UInt32, configPath: String, into out: UnsafeMutablePointer<OpaquePointer?>
  ) throws(ExpressionError) {
    let made = HostedExpression(try ColumnExpression(text, wanted: wanted), of: self, configPath: configPath)
    expressions.append(made)
    out.pointee = OpaquePointer(Unmanaged.passUnretained(made).toOpaque())
  }
}

/// An expression that an instance has compiled through `tide.expression/1`; the plugin holds its address.
public final class HostedExpression {
  private unowned let host: any ExpressionHost
  public let expression: ColumnExpression
  /// Option that holds it, for messages; may be empty.
  public let configPath: String
  /// For a host that tells why of the first row alone: it has.
  public var isTold = false
  /// Keeps what `why` gave until the next call.
  private let reason = ValueBuffer<UInt8>()

  fileprivate init(_ expression: ColumnExpression, of host: any ExpressionHost, configPath: String) {
    self.host = host
    self.expression = expression
    self.configPath = configPath
  }

  private static func at(_ address: OpaquePointer?) -> HostedExpression? {
    address.map { Unmanaged<HostedExpression>.fromOpaque(UnsafeRawPointer($0)).takeUnretainedValue() }
  }

  /// The table of a kind of host, which gives it its own `compile`. It is never given back: plugins keep the pointer.
  public static func makeTable() -> UnsafeMutablePointer<tide_expressions> {
    let table = UnsafeMutablePointer<tide_expressions>.allocate(capacity: 1)
    table.initialize(to: tide_expressions())
    table.pointee.size = UInt32(MemoryLayout<tide_expressions>.size)
    table.pointee.release = { address in
      guard let me = HostedExpression.at(address) else { return }
      me.host.expressions.removeAll { $0 === me }
    }
    table.pointee.filter = { address, batch, rows, count, erring, errors in
      guard let me = HostedExpression.at(address) else { return TIDE_E_FATAL }
      guard let batch, let rows, let count else {
        return me.host.refuse(expression: "filter takes a batch, and room for rows and their number")
      }
      guard me.expression.isCondition else {
        return me.host.refuse(expression: "filter takes an expression that was compiled for TIDE_BOOL")
      }
      let found = me.host.evaluating { me.filter(batch, rows, erring) }
      count.pointee = UInt32(found.rows)
      errors?.pointee = UInt32(found.errors)
      if found.errors > 0 { me.host.note(found.errors, of: me, in: batch) }
      return TIDE_OK
    }
    table.pointee.values = { address, batch, values in
      guard let me = HostedExpression.at(address) else { return TIDE_E_FATAL }
      guard let batch, let values else { return me.host.refuse(expression: "values takes a batch and fills a table") }
      let found = me.host.evaluating { me.values(batch) }
      values.pointee = found
      // Rows for which there was no room may be asked for again.
      let errors = Int(found.errors) - Int(found.reserved)
      if errors > 0 { me.host.note(errors, of: me, in: batch) }
      return TIDE_OK
    }
    table.pointee.why = { address, batch, row in
      guard let me = HostedExpression.at(address), let batch else { return tide_string("") }
      return me.host.evaluating { me.why(batch, row) }
    }
    table.pointee.left_out = { address, values, why in
      guard let me = HostedExpression.at(address) else { return }
      me.host.evaluating { me.host.note(leftOut: values, why: why) }
    }
    return table
  }

  private func filter(
    _ batch: UnsafePointer<tide_batch>, _ rows: UnsafeMutablePointer<UInt16>, _ erring: UnsafeMutablePointer<UInt16>?
  ) -> (rows: Int, errors: Int) {
    let passed = batch.pointee
    return expression.filter(passed.frame, passed.selection, Int(passed.count), into: rows, erring: erring)
  }

  private func values(_ batch: UnsafePointer<tide_batch>) -> tide_values {
    let passed = batch.pointee
    return expression.values(passed.frame, passed.selection, Int(passed.count))
  }

  private func why(_ batch: UnsafePointer<tide_batch>, _ row: UInt32) -> tide_string {
    guard row < batch.pointee.frame.pointee.rows, var text = expression.why(batch.pointee.frame, row) else {
      return tide_string("")
    }
    reason.removeAll()
    text.withUTF8 { reason.append(contentsOf: $0) }
    return reason.string(0, reason.count)
  }
}
