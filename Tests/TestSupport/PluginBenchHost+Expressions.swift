import CTidemill
import Expressions
import Kernels

/// `tide.expression/1` as a pipeline has it.
extension PluginBenchHost: ExpressionHost {
  /// Lives for ever: plugins keep the pointer.
  nonisolated(unsafe) static let expressionTable: UnsafeMutablePointer<tide_expressions> = {
    let table = HostedExpression.makeTable()
    table.pointee.compile = { context, text, configPath, type, out in
      let host = Unmanaged<PluginBenchHost>.fromOpaque(context!).takeUnretainedValue()
      do throws(ExpressionError) {
        try host.compile(text.string, wanted: type, configPath: configPath.string, into: out!)
        return TIDE_OK
      } catch {
        host.bench.failures.append(.init(code: TIDE_E_CONFIG, text: error.message, configPath: configPath.string))
        return TIDE_E_CONFIG
      }
    }
    return table
  }()

  /// The same of a host from before `left_out`.
  nonisolated(unsafe) static let shortExpressionTable: UnsafeMutablePointer<tide_expressions> = {
    let table = UnsafeMutablePointer<tide_expressions>.allocate(capacity: 1)
    table.initialize(to: expressionTable.pointee)
    table.pointee.size = UInt32(MemoryLayout<tide_expressions>.offset(of: \.left_out)!)
    return table
  }()

  func refuse(expression reason: String) -> tide_status {
    bench.failures.append(.init(code: TIDE_E_FATAL, text: reason, configPath: ""))
    return TIDE_E_FATAL
  }

  func note(leftOut values: UInt64, why: tide_string) {
    bench.leftOut += values
    if why.length > 0 { bench.logs.append(why.string) }
  }
}

extension tide_string {
  fileprivate var string: String { String(decoding: UnsafeRawBufferPointer(start: data, count: Int(length)), as: UTF8.self) }
}
