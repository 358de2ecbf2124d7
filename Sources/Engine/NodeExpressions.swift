import CTidemill
import Expressions
import Kernels

/// The host's side of `tide.expression/1`.
enum NodeExpressions {
  /// An expression of one instance; plugins hold its address.
  final class Handle {
    unowned let node: Node
    let expression: ColumnExpression
    /// Option that holds it, for messages.
    let configPath: String
    /// Keeps what `why` gave until the next call.
    var reason: BorrowedText?
    var isLogged = false

    init(_ node: Node, _ expression: ColumnExpression, configPath: String) {
      self.node = node
      self.expression = expression
      self.configPath = configPath
    }

    static func from(_ address: OpaquePointer?) -> Handle? {
      address.map { Unmanaged<Handle>.fromOpaque(UnsafeRawPointer($0)).takeUnretainedValue() }
    }
  }

  /// Lives for ever: plugins keep the pointer.
  nonisolated(unsafe) static let table: UnsafeMutablePointer<tide_expressions> = {
    let table = UnsafeMutablePointer<tide_expressions>.allocate(capacity: 1)
    table.initialize(to: tide_expressions())
    table.pointee.size = UInt32(MemoryLayout<tide_expressions>.size)
    table.pointee.compile = { context, text, configPath, type, out in
      guard let node = Node.from(context) else { return TIDE_E_FATAL }
      guard let out else { return node.refuse(TIDE_E_FATAL, "compile fills a pointer") }
      return node.compile(String(borrowed: text), configPath: String(borrowed: configPath), type: type, into: out)
    }
    table.pointee.release = { address in
      guard let handle = Handle.from(address) else { return }
      handle.node.expressions.removeAll { $0 === handle }
    }
    table.pointee.filter = { address, batch, rows, count, erring, errors in
      guard let handle = Handle.from(address) else { return TIDE_E_FATAL }
      guard let batch, let rows, let count else {
        return handle.node.refuse(TIDE_E_FATAL, "filter takes a batch, and room for rows and their number")
      }
      guard handle.expression.isCondition else {
        return handle.node.refuse(TIDE_E_FATAL, "filter takes an expression that was compiled for TIDE_BOOL")
      }
      let passed = batch.pointee
      let found = handle.expression.filter(passed.frame, passed.selection, Int(passed.count), into: rows, erring: erring)
      count.pointee = UInt32(found.rows)
      errors?.pointee = UInt32(found.errors)
      if found.errors > 0 { handle.node.countErrors(found.errors, of: handle, in: batch) }
      return TIDE_OK
    }
    table.pointee.values = { address, batch, values in
      guard let handle = Handle.from(address) else { return TIDE_E_FATAL }
      guard let batch, let values else { return handle.node.refuse(TIDE_E_FATAL, "values takes a batch and fills a table") }
      let passed = batch.pointee
      values.pointee = handle.expression.values(passed.frame, passed.selection, Int(passed.count))
      if values.pointee.errors > 0 { handle.node.countErrors(Int(values.pointee.errors), of: handle, in: batch) }
      return TIDE_OK
    }
    table.pointee.why = { address, batch, row in
      let empty = tide_string(data: "", length: 0)
      guard let handle = Handle.from(address), let batch, row < batch.pointee.frame.pointee.rows else { return empty }
      guard let reason = handle.expression.why(batch.pointee.frame, row) else { return empty }
      let text = BorrowedText(reason)
      handle.reason = text
      return text.string
    }
    return table
  }()
}

extension Node {
  fileprivate func compile(
    _ text: String, configPath: String, type: UInt32, into out: UnsafeMutablePointer<OpaquePointer?>
  ) -> tide_status {
    do throws(ExpressionError) {
      let handle = NodeExpressions.Handle(
        self, try ColumnExpression(text, wanted: type), configPath: configPath)
      expressions.append(handle)
      out.pointee = OpaquePointer(Unmanaged.passUnretained(handle).toOpaque())
      return TIDE_OK
    } catch {
      return refuse(TIDE_E_CONFIG, error.rendered(in: text), configPath: configPath)
    }
  }

  /// Counts rows for which an expression erred, and says why of the first one.
  fileprivate func countErrors(_ errors: Int, of handle: NodeExpressions.Handle, in batch: UnsafePointer<tide_batch>) {
    counters.add(Count.expressionErrors, errors)
    guard !handle.isLogged else { return }
    handle.isLogged = true
    let passed = batch.pointee
    var reason = "it gives no reason"
    for index in 0..<passed.count {
      if let found = handle.expression.why(passed.frame, tide_row(passed.selection, index)) {
        reason = found
        break
      }
    }
    let option = handle.configPath.isEmpty ? "an expression" : "'\(handle.configPath)'"
    pipeline.log(.warning, node: spec.name, "\(option) errs: \(reason); further errors are counted and not shown")
  }
}
