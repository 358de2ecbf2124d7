import CKernels
import CTidemill
import Expressions
import Frames

/// Values of any type, row by row.
final class VariantOutput: ValueOutput {
  private let rows: RowPart
  private var values: [Value?] = []
  /// Of the values, written out.
  private var bytes = 0
  private let encoder = VariantEncoder()
  private let ends = ValueBuffer<Int>()
  private let texts = ValueBuffer<tide_string>()
  private let metadata = ValueBuffer<UInt8>()

  init(_ rows: RowPart) {
    self.rows = rows
    super.init(UInt32(TIDE_VARIANT))
  }

  override var isFinal: Bool { true }

  override func begin(_ count: Int) {
    super.begin(count)
    values.removeAll(keepingCapacity: true)
    bytes = 0
  }

  override func run(_ chunk: Chunk) {
    for index in 0..<Int(chunk.count) {
      let row = chunk.row(index)
      let value = cutRow == nil ? value(chunk.frame, row) : nil
      values.append(value)
      append(UInt8(value != nil ? TIDE_K_VALUE : cutRow == nil && rows.wasNull ? TIDE_K_NULL : TIDE_K_MISSING))
    }
  }

  private func value(_ frame: UnsafePointer<tide_frame>, _ row: UInt32) -> Value? {
    guard let value = rows.value(frame, row), VariantWriter.mistake(in: value) == nil else { return nil }
    // One alone has room: an evaluation has a limit of its own.
    bytes += value.size(limit: Self.limitBytes + 1)
    if bytes <= Self.limitBytes { return value }
    cut(at: row)
    return nil
  }

  override func finish() -> tide_values {
    var result = super.finish()
    let writer = VariantWriter(keysOf: values)
    metadata.removeAll()
    metadata.append(contentsOf: writer.metadata)
    encoder.removeAll()
    ends.removeAll()
    for value in values {
      if let value { writer.write(value, into: encoder) }
      ends.append(encoder.count)
    }
    values.removeAll(keepingCapacity: true)
    texts.removeAll()
    var start = 0
    for end in ends.values {
      texts.append(tide_string(encoder.bytes(from: start, to: end)))
      start = end
    }
    result.data = UnsafeRawPointer(texts.base)
    result.metadata = metadata.string(0, metadata.count)
    return result
  }
}
