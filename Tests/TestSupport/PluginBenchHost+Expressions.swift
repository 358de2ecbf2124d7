import CTidemill

/// What a bench's expression gives for a row of a frame.
public enum BenchValue {
  case truth(Bool)
  case number(Double)
  case text(String)
  case null
  case error(String)
}

extension PluginBenchHost {
  /// `tide.expression/1` over the functions that the bench has under an expression's text.
  func fillExpressions() {
    expressions.pointee.size = UInt32(MemoryLayout<tide_expressions>.size)
    expressions.pointee.compile = { context, text, path, type, into in
      let host = Unmanaged<PluginBenchHost>.fromOpaque(context!).takeUnretainedValue()
      guard let function = host.bench.expressions[text.string] else {
        host.bench.failures.append(
          .init(code: TIDE_E_CONFIG, text: "no expression: \(text.string)", configPath: path.string))
        return TIDE_E_CONFIG
      }
      host.bench.compiled += 1
      into?.pointee = OpaquePointer(Unmanaged.passRetained(BenchExpression(host.bench, type, function)).toOpaque())
      return TIDE_OK
    }
    expressions.pointee.release = { Unmanaged<BenchExpression>.fromOpaque(UnsafeRawPointer($0!)).release() }
    expressions.pointee.filter = { expression, batch, rows, count, erring, errors in
      let found = BenchExpression.of(expression).filter(batch!)
      for (index, row) in found.rows.enumerated() { rows![index] = row }
      for (index, row) in found.erring.enumerated() { erring?[index] = row }
      count?.pointee = UInt32(found.rows.count)
      errors?.pointee = UInt32(found.erring.count)
      return TIDE_OK
    }
    expressions.pointee.values = { expression, batch, values in
      values?.pointee = BenchExpression.of(expression).values(batch!)
      return TIDE_OK
    }
    expressions.pointee.why = { expression, batch, row in BenchExpression.of(expression).why(batch!, row) }
  }
}

/// A compiled expression of a bench; never gives back what its values point to.
private final class BenchExpression {
  private let bench: PluginBench
  private let type: UInt32
  private let function: (UnsafePointer<tide_frame>, Int) -> BenchValue

  init(_ bench: PluginBench, _ type: UInt32, _ function: @escaping (UnsafePointer<tide_frame>, Int) -> BenchValue) {
    self.bench = bench
    self.type = type
    self.function = function
  }

  deinit { bench.compiled -= 1 }

  static func of(_ raw: OpaquePointer?) -> BenchExpression {
    Unmanaged<BenchExpression>.fromOpaque(UnsafeRawPointer(raw!)).takeUnretainedValue()
  }

  private func results(_ batch: UnsafePointer<tide_batch>) -> [(row: UInt32, value: BenchValue)] {
    (0..<batch.pointee.count).map { index in
      let row = tide_row(batch.pointee.selection, index)
      return (row, function(batch.pointee.frame, Int(row)))
    }
  }

  func filter(_ batch: UnsafePointer<tide_batch>) -> (rows: [UInt16], erring: [UInt16]) {
    var (rows, erring): ([UInt16], [UInt16]) = ([], [])
    for (row, value) in results(batch) {
      switch value {
      case .truth(true): rows.append(UInt16(row))
      case .truth(false): break
      default: erring.append(UInt16(row))
      }
    }
    return (rows, erring)
  }

  func values(_ batch: UnsafePointer<tide_batch>) -> tide_values {
    let results = results(batch).map(\.value)
    var values = tide_values()
    values.size = UInt32(MemoryLayout<tide_values>.size)
    values.count = UInt32(results.count)
    values.type = type
    if type == 0, let first = results.first(where: { $0.type != 0 }) { values.type = first.type }
    let states = results.map { value -> UInt8 in
      if case .null = value { return UInt8(TIDE_ROW_NULL) }
      return value.type == values.type ? UInt8(TIDE_ROW_VALUE) : UInt8(TIDE_ROW_ERROR)
    }
    values.nulls = UInt32(states.count { $0 == UInt8(TIDE_ROW_NULL) })
    values.errors = UInt32(states.count { $0 == UInt8(TIDE_ROW_ERROR) })
    if values.nulls + values.errors > 0 { values.state = UnsafePointer(kept(states)) }
    switch values.type {
    case UInt32(TIDE_BOOL): values.data = UnsafeRawPointer(kept(results.map(\.truth)))
    case UInt32(TIDE_F64): values.data = UnsafeRawPointer(kept(results.map(\.number)))
    default: values.data = UnsafeRawPointer(kept(results.map { string($0.text) }))
    }
    return values
  }

  func why(_ batch: UnsafePointer<tide_batch>, _ row: UInt32) -> tide_string {
    if case .error(let why) = function(batch.pointee.frame, Int(row)) { return string(why) }
    return tide_string(data: nil, length: 0)
  }

  private func string(_ text: String) -> tide_string {
    let bytes = kept(text.utf8.map { CChar(bitPattern: $0) } + [0])
    return tide_string(data: bytes, length: UInt64(text.utf8.count))
  }

  private func kept<Element>(_ elements: [Element]) -> UnsafeMutablePointer<Element> {
    let memory = UnsafeMutablePointer<Element>.allocate(capacity: max(elements.count, 1))
    memory.initialize(from: elements, count: elements.count)
    return memory
  }
}

extension BenchValue {
  fileprivate var truth: UInt8 {
    if case .truth(true) = self { return 1 }
    return 0
  }
  fileprivate var number: Double {
    if case .number(let number) = self { return number }
    return 0
  }
  fileprivate var text: String {
    if case .text(let text) = self { return text }
    return ""
  }
  fileprivate var type: UInt32 {
    switch self {
    case .truth: UInt32(TIDE_BOOL)
    case .number: UInt32(TIDE_F64)
    case .text: UInt32(TIDE_UTF8)
    case .null, .error: 0
    }
  }
}

extension tide_string {
  fileprivate var string: String { String(decoding: UnsafeRawBufferPointer(start: data, count: Int(length)), as: UTF8.self) }
}
