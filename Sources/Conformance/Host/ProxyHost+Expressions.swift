import CTidemill
import Expressions
import Kernels

/// The host's expressions (`tide.expression/1`): what they do is not counted as the plugin's.
extension ProxyHost: ExpressionHost {
  /// Lives for ever: plugins keep the pointer.
  nonisolated(unsafe) static let expressionTable: UnsafeMutablePointer<tide_expressions> = {
    let table = HostedExpression.makeTable()
    table.pointee.compile = { context, text, configPath, type, out in
      ProxyHost.at(context) { me in
        me.checkLife("compile")
        guard let out else { return me.refuse(expression: "compile fills a pointer") }
        let text = String(borrowed: text)
        do throws(ExpressionError) {
          try me.compile(text, wanted: type, configPath: String(borrowed: configPath), into: out)
          return TIDE_OK
        } catch {
          // The host says why, for the plugin.
          me.call?.failures.append((TIDE_E_CONFIG, error.rendered(in: text)))
          return me.answer(TIDE_E_CONFIG)
        }
      }
    }
    return table
  }()

  func refuse(expression reason: String) -> tide_status {
    call?.failures.append((TIDE_E_FATAL, reason))
    return answer(TIDE_E_FATAL)
  }

  func evaluating<Result>(_ body: () -> Result) -> Result {
    pause?()
    defer { resume?() }
    return body()
  }
}
