import CFunction
import CTidemill
import Frames
import PluginManifest

/// One instance: gathers the arguments of a batch, calls, and sends the batch on with one column more.
final class FunctionInstance {
  private let owner: FunctionComponent
  private let host: UnsafePointer<tide_host>
  private let calls: OpaquePointer
  private let isText: Bool
  /// Type of the new column.
  private let type: ColumnType
  private let fields: [FixedText]
  private let extender: FrameExtender
  private let texts: [FixedText]
  /// The columns of the arguments, for frames of `schema`.
  private let columns: UnsafeMutablePointer<Int32>
  private var schema: UInt64 = 0
  /// Row numbers 0 and up, for a batch of all rows that is taken in pieces.
  private var allRows: [UInt16] = []

  /// Throws when the signature cannot be called, or no field can have the output's name.
  init(_ owner: FunctionComponent, _ host: UnsafePointer<tide_host>) throws(FunctionFailure) {
    self.owner = owner
    self.host = host
    let spec = owner.spec
    fields = spec.inputs.map { FixedText($0) }
    texts = spec.constants.map { constant in
      if case .text(let text) = constant { FixedText(text) } else { FixedText("") }
    }
    isText = spec.signature.result == .str
    type = spec.signature.result.columnType
    var signature = spec.signature.native
    let constants = zip(spec.constants, texts).map { $0.native(text: $1) }
    do throws(FrameDeriveError) { extender = try FrameExtender(spec.output) } catch {
      throw FunctionFailure("'out' names no field: \(error)")
    }
    guard let calls = tide_fn_new(&signature, constants) else {
      throw FunctionFailure("libffi cannot call \(spec.signature.declaration(of: spec.symbol))")
    }
    self.calls = calls
    columns = .allocate(capacity: max(fields.count, 1))
  }

  deinit {
    tide_fn_free(calls)
    columns.deallocate()
  }

  func open() -> tide_status {
    do throws(FunctionFailure) {
      tide_fn_bind(calls, try owner.load())
      return TIDE_OK
    } catch {
      FunctionComponent.fail(host, TIDE_E_CONFIG, error.message, at: "library")
      return TIDE_E_CONFIG
    }
  }

  // MARK: Batches

  func process(_ batch: UnsafePointer<tide_batch>, _ out: OpaquePointer) -> tide_status {
    guard let frame = batch.pointee.frame, batch.pointee.count > 0 else { return TIDE_OK }
    if frame.pointee.schema_id != schema || schema == 0 { resolve(frame) }
    let count = Int(batch.pointee.count)
    let pieces = Self.pieces(frame, rows: count)
    if pieces == 1 { return process(batch, batch.pointee.selection, count, out) }
    // With one column more the frame might be longer than frames may be.
    if batch.pointee.selection == nil, allRows.count < count { allRows = (0..<count).map { UInt16($0) } }
    let step = (count + pieces - 1) / pieces
    return allRows.withUnsafeBufferPointer { all in
      let rows = batch.pointee.selection ?? all.baseAddress!
      for start in stride(from: 0, to: count, by: step) {
        let status = process(batch, rows + start, min(step, count - start), out)
        if status < 0 { return status }
      }
      return TIDE_OK
    }
  }

  /// Into how many frames a batch is cut so that each is well below the longest.
  private static func pieces(_ frame: UnsafePointer<tide_frame>, rows: Int) -> Int {
    let bytes = Int(frame.pointee.frame_len) + 16 * rows
    return bytes <= FrameLimits.defaultMaxBytes * 3 / 4 ? 1 : min(rows, 4)
  }

  private func resolve(_ frame: UnsafePointer<tide_frame>) {
    for (index, field) in fields.enumerated() {
      columns[index] = tide_find_n(frame, field.string.data, field.string.length)
    }
    schema = frame.pointee.schema_id
  }

  private func process(
    _ batch: UnsafePointer<tide_batch>, _ selection: UnsafePointer<UInt16>?, _ count: Int, _ out: OpaquePointer
  ) -> tide_status {
    guard
      let rows = tide_fn_read(
        calls, batch.pointee.frame, columns, selection, UInt32(count), owner.spec.rejectsNulls ? 1 : 0)
    else { return outOfMemory() }
    var nulls = rows.pointee.kept - rows.pointee.called
    var heapBytes: Int64 = 0
    if isText {
      heapBytes = tide_fn_texts(calls, &nulls)
      if heapBytes == -2 { return halves(batch, selection, count, out) }
      if heapBytes < 0 { return outOfMemory() }
    }
    let status = rows.pointee.rejected > 0 ? reject(rows, of: batch, out) : TIDE_OK
    guard status >= 0, rows.pointee.kept > 0 else { return status }
    return send(rows, of: batch.pointee.frame, nulls: Int(nulls), heapBytes: Int(heapBytes), out)
  }

  /// The same rows in two frames; a row of its own always fits.
  private func halves(
    _ batch: UnsafePointer<tide_batch>, _ selection: UnsafePointer<UInt16>?, _ count: Int, _ out: OpaquePointer
  ) -> tide_status {
    if selection == nil, allRows.count < count { allRows = (0..<count).map { UInt16($0) } }
    return allRows.withUnsafeBufferPointer { all in
      let rows = selection ?? all.baseAddress!
      let status = process(batch, rows, count / 2, out)
      return status < 0 ? status : process(batch, rows + count / 2, count - count / 2, out)
    }
  }

  private func send(
    _ rows: UnsafePointer<tide_fn_rows>, of frame: UnsafePointer<tide_frame>, nulls: Int, heapBytes: Int, _ out: OpaquePointer
  ) -> tide_status {
    let length: Int
    do throws(FrameDeriveError) {
      length = try extender.begin(
        FrameView(frame), selection: rows.pointee.keep, count: Int(rows.pointee.kept), type: type, nulls: nulls,
        heapBytes: heapBytes)
    } catch {
      FunctionComponent.fail(host, TIDE_E_FATAL, error.description)
      return TIDE_E_FATAL
    }
    var slot = tide_slot()
    slot.size = UInt32(MemoryLayout<tide_slot>.size)
    let status = host.pointee.reserve(out, 0, UInt64(length), &slot)
    guard status >= 0 else { return status }
    let made = extender.extend(into: UnsafeMutableRawPointer(slot.bytes))
    let data = made.data.assumingMemoryBound(to: UInt8.self)
    let valid = made.valid?.assumingMemoryBound(to: UInt8.self)
    if isText {
      tide_fn_write_texts(calls, data, made.heap.assumingMemoryBound(to: UInt8.self), valid)
    } else {
      tide_fn_numbers(calls, data, valid)
    }
    slot.used = UInt64(made.length)
    return host.pointee.commit(out, &slot)
  }

  private func outOfMemory() -> tide_status {
    FunctionComponent.fail(host, TIDE_E_RETRY, "out of memory for the arguments of \(owner.spec.symbol)")
    return TIDE_E_RETRY
  }

  // MARK: Rejected rows

  private func reject(_ rows: UnsafePointer<tide_fn_rows>, of batch: UnsafePointer<tide_batch>, _ out: OpaquePointer)
    -> tide_status
  {
    for index in 0..<Int(rows.pointee.rejected) {
      let entry = rows.pointee.rejects[index]
      let why = reason(entry, batch.pointee.frame)
      let status = withBorrowed(why) { host.pointee.reject(out, batch, UInt32(entry.row), $0) }
      if status < 0 { return status }
    }
    return TIDE_OK
  }

  private func reason(_ entry: tide_fn_reject, _ frame: UnsafePointer<tide_frame>) -> String {
    let spec = owner.spec
    let row = UInt32(entry.row)
    switch Int32(entry.code) {
    case TIDE_FN_NULL:
      let first = spec.inputs.indices.first { isNull(frame, columns[$0], row) } ?? 0
      return "'\(spec.inputs[first])' is null or of another type, and \(spec.symbol) is not called with nulls"
    case TIDE_FN_NOT_UTF8: return "\(spec.symbol) gave back a text that is not UTF-8"
    case TIDE_FN_TOO_LONG: return "\(spec.symbol) gave back a text of more than \(TIDE_FN_LONGEST) bytes"
    case TIDE_FN_GREEDY: return "\(spec.symbol) asks for more room each time it is called"
    case let code:
      let argument = Int(code & 0x1F)
      let type = spec.signature.columns[argument]
      let value = ColumnText.of(frame, columns[argument], row)
      let what = code & TIDE_FN_RANGE != 0 ? "does not fit in" : "is no"
      return
        "'\(spec.inputs[argument])' is \(value), which \(what) \(type.rawValue), the argument \(argument + 1) of \(spec.symbol)"
    }
  }

  private func isNull(_ frame: UnsafePointer<tide_frame>, _ column: Int32, _ row: UInt32) -> Bool {
    if tide_valid(frame, column, row) == 0 { return true }
    var keys = tide_string()
    return tide_type(frame, column) == TIDE_VARIANT && tide_var_kind(tide_var(frame, column, row, &keys)) == TIDE_VAR_NULL
  }
}

extension FunctionSignature.ValueType {
  fileprivate var columnType: ColumnType {
    switch self {
    case .i32, .i64: .int
    case .u64: .uint64
    case .f32, .f64: .double
    case .str: .string
    }
  }
}

extension FunctionSignature.Constant {
  fileprivate func native(text: FixedText) -> tide_fn_constant {
    var native = tide_fn_constant()
    switch self {
    case .integer(let value): native.integer = value
    case .natural(let value): native.natural = value
    case .number(let value): native.number = value
    case .text: native.text = text.string
    }
    return native
  }
}

/// A text whose bytes stay where they are.
final class FixedText: @unchecked Sendable {
  let bytes: UnsafeRawBufferPointer

  init(_ text: String) {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(text.utf8.count, 1), alignment: 1)
    memory.copyBytes(from: text.utf8)
    bytes = UnsafeRawBufferPointer(start: memory.baseAddress, count: text.utf8.count)
  }

  deinit { UnsafeMutableRawPointer(mutating: bytes.baseAddress!).deallocate() }

  var string: tide_string {
    tide_string(data: bytes.baseAddress!.assumingMemoryBound(to: CChar.self), length: UInt64(bytes.count))
  }
}
