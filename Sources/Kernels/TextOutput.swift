import CKernels
import CTidemill
import Expressions
import Frames

/// Texts and bytes: a column's own where the expression is one, else made row by row, once for each text of a dictionary.
final class TextOutput: ValueOutput {
  /// What a row has.
  private typealias Made = (state: UInt8, text: [UInt8])

  private let rows: RowPart
  /// The only field that the expression reads, when that is one of text.
  private let field: FieldPlace?
  /// The expression is that field itself.
  private let isPlain: Bool
  private let register = Register()
  private var memo = TextMemo<Made>()
  /// Of the texts that are remembered.
  private var memoBytes = (count: 0, generation: 0)
  private let texts = ValueBuffer<tide_string>()
  /// What was made, and where each text of it stands: memory may move until all is made.
  private let heap = ValueBuffer<UInt8>()
  private var places: [(row: Int, start: Int, count: Int)] = []

  /// A text up to this length is remembered, while all of a dictionary's take no more than that.
  private static let memoLimits = (textBytes: 4 << 10, bytes: 4 << 20)

  init(_ rows: RowPart, field: FieldPlace?, isPlain: Bool, type: UInt32) {
    self.rows = rows
    self.field = field
    self.isPlain = isPlain
    super.init(type)
  }

  override func begin(_ count: Int) {
    super.begin(count)
    texts.removeAll()
    texts.reserve(count)
    heap.removeAll()
    places.removeAll(keepingCapacity: true)
  }

  override func run(_ chunk: Chunk) {
    if isPlain, let field {
      let known = field.states(chunk, into: register.states)
      let into = texts.extend(by: Int(chunk.count))
      into.initialize(repeating: tide_string(""), count: Int(chunk.count))
      tide_k_load_texts(chunk.frame, field.column, chunk.rows, into)
      append(known, Int(chunk.count))
      return
    }
    let codes = field.flatMap { tide_code_vec(chunk.frame, $0.column) }
    if codes != nil, let field, chunk.isFirst { memo.begin(chunk.frame, field.column) }
    for index in 0..<Int(chunk.count) {
      let row = chunk.row(index)
      if cutRow != nil {
        add((UInt8(TIDE_K_MISSING), []), row)
      } else if let codes, let field, tide_valid(chunk.frame, field.column, row) != 0 {
        let code = Int(codes[Int(row)])
        if let known = memo.results[code] {
          add(known, row)
        } else {
          let made = make(chunk.frame, row)
          remember(made, code)
          add(made, row)
        }
      } else {
        add(make(chunk.frame, row), row)
      }
    }
  }

  private func make(_ frame: UnsafePointer<tide_frame>, _ row: UInt32) -> Made {
    switch (rows.value(frame, row), type) {
    case (.string(let text)?, UInt32(TIDE_UTF8)): (UInt8(TIDE_K_VALUE), text.utf8)
    case (.bytes(let bytes)?, UInt32(TIDE_BINARY)): (UInt8(TIDE_K_VALUE), bytes)
    default: (UInt8(rows.wasNull ? TIDE_K_NULL : TIDE_K_MISSING), [])
    }
  }

  private func remember(_ made: Made, _ code: Int) {
    if memoBytes.generation != memo.generation { memoBytes = (0, memo.generation) }
    guard made.text.count <= Self.memoLimits.textBytes, memoBytes.count + made.text.count <= Self.memoLimits.bytes else {
      return
    }
    memoBytes.count += made.text.count
    memo.remember(made, for: code)
  }

  private func add(_ made: Made, _ row: UInt32) {
    var made = made
    if heap.count + made.text.count > Self.limitBytes {
      cut(at: row)
      made = (UInt8(TIDE_K_MISSING), [])
    }
    if !made.text.isEmpty {
      places.append((texts.count, heap.count, made.text.count))
      heap.append(contentsOf: made.text)
    }
    texts.append(tide_string(""))
    append(made.state)
  }

  override func finish() -> tide_values {
    var result = super.finish()
    for place in places { texts[place.row] = heap.string(place.start, place.count) }
    result.data = UnsafeRawPointer(texts.base)
    return result
  }
}
