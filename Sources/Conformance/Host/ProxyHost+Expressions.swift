import CTidemill
import Expressions
import Kernels

/// The host's expressions (`tide.expression/1`), with what a plugin has compiled kept by its address.
extension ProxyHost {
  /// What `tide_expression` points to.
  final class Compiled {
    fileprivate unowned let host: ProxyHost
    fileprivate let expression: ColumnExpression
    /// What `why` gave last.
    fileprivate var reason: UnsafeMutableBufferPointer<CChar>?

    fileprivate init(_ host: ProxyHost, _ expression: ColumnExpression) {
      self.host = host
      self.expression = expression
    }

    deinit { reason?.deallocate() }

    /// What the host does is not counted as the plugin's.
    fileprivate func work<T>(_ body: (ColumnExpression) -> T) -> T {
      host.pause?()
      defer { host.resume?() }
      return body(expression)
    }

    fileprivate static func at(_ address: OpaquePointer?) -> Compiled? {
      address.map { Unmanaged<Compiled>.fromOpaque(UnsafeRawPointer($0)).takeUnretainedValue() }
    }
  }

  /// Lives for ever: plugins keep the pointer.
  nonisolated(unsafe) static let expressionTable: UnsafeMutablePointer<tide_expressions> = {
    let table = UnsafeMutablePointer<tide_expressions>.allocate(capacity: 1)
    table.initialize(to: tide_expressions())
    table.pointee.size = UInt32(MemoryLayout<tide_expressions>.size)
    table.pointee.compile = { context, text, _, type, out in
      ProxyHost.at(context) { me in
        me.checkLife("compile")
        guard let out else { return me.answer(TIDE_E_FATAL) }
        let text = String(borrowed: text)
        do throws(ExpressionError) {
          let compiled = Compiled(me, try ColumnExpression(text, wanted: type))
          me.compiled.append(compiled)
          out.pointee = OpaquePointer(Unmanaged.passUnretained(compiled).toOpaque())
          return TIDE_OK
        } catch {
          // The host says why, for the plugin.
          me.call?.failures.append((TIDE_E_CONFIG, error.rendered(in: text)))
          return me.answer(TIDE_E_CONFIG)
        }
      }
    }
    table.pointee.release = { address in
      guard let compiled = Compiled.at(address) else { return }
      compiled.host.compiled.removeAll { $0 === compiled }
    }
    table.pointee.filter = { address, batch, rows, count, erring, errors in
      guard let compiled = Compiled.at(address), let batch, let rows, let count else { return TIDE_E_FATAL }
      let passed = batch.pointee
      let found = compiled.work {
        $0.filter(passed.frame, passed.selection, Int(passed.count), into: rows, erring: erring)
      }
      count.pointee = UInt32(found.rows)
      errors?.pointee = UInt32(found.errors)
      return TIDE_OK
    }
    table.pointee.values = { address, batch, values in
      guard let compiled = Compiled.at(address), let batch, let values else { return TIDE_E_FATAL }
      let passed = batch.pointee
      values.pointee = compiled.work { $0.values(passed.frame, passed.selection, Int(passed.count)) }
      return TIDE_OK
    }
    table.pointee.why = { address, batch, row in
      let empty = tide_string(data: "", length: 0)
      guard let compiled = Compiled.at(address), let batch, row < batch.pointee.frame.pointee.rows,
        let reason = compiled.work({ $0.why(batch.pointee.frame, row) })
      else { return empty }
      compiled.reason?.deallocate()
      let bytes = UnsafeMutableBufferPointer<CChar>.allocate(capacity: max(reason.utf8.count, 1))
      _ = bytes.initialize(from: reason.utf8.map { CChar(bitPattern: $0) })
      compiled.reason = bytes
      return tide_string(data: bytes.baseAddress, length: UInt64(reason.utf8.count))
    }
    return table
  }()
}
