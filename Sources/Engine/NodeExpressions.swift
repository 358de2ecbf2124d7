import CTidemill
import Expressions
import Kernels

/// The host's side of `tide.expression/1`.
enum NodeExpressions {
  /// Lives for ever: plugins keep the pointer.
  nonisolated(unsafe) static let table: UnsafeMutablePointer<tide_expressions> = {
    let table = HostedExpression.makeTable()
    table.pointee.compile = { context, text, configPath, type, out in
      guard let node = Node.from(context) else { return TIDE_E_FATAL }
      guard let out else { return node.refuse(expression: "compile fills a pointer") }
      let (text, configPath) = (String(borrowed: text), String(borrowed: configPath))
      do throws(ExpressionError) {
        try node.compile(text, wanted: type, configPath: configPath, into: out)
        return TIDE_OK
      } catch {
        return node.refuse(TIDE_E_CONFIG, error.rendered(in: text), configPath: configPath)
      }
    }
    return table
  }()
}

extension Node: ExpressionHost {
  func refuse(expression reason: String) -> tide_status { refuse(TIDE_E_FATAL, reason) }

  /// Counts rows for which an expression erred, and says why of the first one.
  func note(_ errors: Int, of expression: HostedExpression, in batch: UnsafePointer<tide_batch>) {
    counters.add(Count.expressionErrors, errors)
    guard !expression.isTold else { return }
    expression.isTold = true
    let passed = batch.pointee
    var reason = "it gives no reason"
    for index in 0..<passed.count {
      guard let found = expression.expression.why(passed.frame, tide_row(passed.selection, index)) else { continue }
      reason = found
      break
    }
    let option = expression.configPath.isEmpty ? "an expression" : "'\(expression.configPath)'"
    pipeline.log(.warning, node: spec.name, "\(option) errs: \(reason); further errors are counted and not shown")
  }

  /// Counts values that the component left out, and says why where it does.
  func note(leftOut values: UInt64, why: tide_string) {
    counters.add(Count.leftOut, Int(clamping: values))
    guard why.length > 0 else { return }
    pipeline.log(.warning, node: spec.name, "\(String(borrowed: why)); the books count such values")
  }
}
