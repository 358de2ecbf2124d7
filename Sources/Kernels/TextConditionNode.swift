import CKernels
import CTidemill
import Expressions
import Glibc

/// A condition on one field of text: worked out once for each text of a dictionary.
final class TextConditionNode: ConditionNode {
  /// `field == text`, or `field != text`.
  struct Equality {
    var text: Text
    var isNegated: Bool
  }

  private let field: FieldPlace
  private let rows: RowPart
  private let equality: Equality?
  private let register = Register()
  private var memo = TextMemo<UInt8>()
  /// For `equality`: the text's code in a dictionary of the memo.
  private var found: (code: UInt16?, generation: Int)?
  private let verdicts: UnsafeMutablePointer<UInt8>

  init(_ field: FieldPlace, _ rows: RowPart, equality: Equality?) {
    self.field = field
    self.rows = rows
    self.equality = equality
    verdicts = .allocate(capacity: Int(TIDE_MAX_ROWS))
    verdicts.initialize(repeating: 0, count: Int(TIDE_MAX_ROWS))
  }

  deinit { verdicts.deallocate() }

  override var isFinal: Bool { true }

  override func run(_ chunk: Chunk, _ decided: Decided?) {
    let states = field.states(chunk, into: register.states)
    guard tide_type(chunk.frame, field.column) == UInt32(TIDE_UTF8) else { return each(chunk, where: { _ in true }) }
    if let codes = tide_code_vec(chunk.frame, field.column) {
      look(chunk, codes, states)
    } else if let equality {
      match(chunk, equality)
    } else {
      return each(chunk, where: { _ in true })
    }
    if let states { each(chunk, where: { states[$0] != UInt8(TIDE_K_VALUE) }) }
  }

  private func each(_ chunk: Chunk, where wanted: (Int) -> Bool) {
    for index in 0..<Int(chunk.count) where wanted(index) {
      mask[index] = RowConditionNode.verdict(rows.value(chunk.frame, chunk.row(index)))
    }
  }

  private func match(_ chunk: Chunk, _ equality: Equality) {
    equality.text.utf8.withUnsafeBytes { bytes in
      let text = tide_string(data: bytes.baseAddress?.assumingMemoryBound(to: CChar.self), length: UInt64(bytes.count))
      tide_k_match_text(chunk.frame, field.column, chunk.rows, text, equality.isNegated ? 1 : 0, mask)
    }
  }

  private func look(_ chunk: Chunk, _ codes: UnsafePointer<UInt16>, _ states: UnsafePointer<UInt8>?) {
    if chunk.isFirst { memo.begin(chunk.frame, field.column) }
    if let equality {
      if found?.generation != memo.generation { found = (find(equality.text, chunk), memo.generation) }
      if let code = found?.code {
        tide_k_match_code(codes, chunk.rows, code, equality.isNegated ? 1 : 0, mask)
      } else {
        mask.update(repeating: UInt8(equality.isNegated ? TIDE_K_TRUE : TIDE_K_FALSE), count: Int(chunk.count))
      }
      return
    }
    for index in 0..<Int(chunk.count) {
      if let states, states[index] != UInt8(TIDE_K_VALUE) { continue }
      let row = chunk.row(index)
      let code = Int(codes[Int(row)])
      if memo.results[code] != nil { continue }
      let verdict = RowConditionNode.verdict(rows.value(chunk.frame, row))
      memo.remember(verdict, for: code)
      verdicts[code] = verdict
    }
    tide_k_look_up(codes, chunk.rows, verdicts, mask)
  }

  /// The code of a text; nil when the dictionary does not have it.
  private func find(_ text: Text, _ chunk: Chunk) -> UInt16? {
    let dictionary = tide_dict(chunk.frame, field.column)
    return text.utf8.withUnsafeBytes { wanted in
      for code in 0..<tide_col(chunk.frame, dictionary).pointee.len {
        let own = tide_bytes(chunk.frame, dictionary, code)
        if own.length == UInt64(wanted.count), wanted.isEmpty || memcmp(own.data, wanted.baseAddress!, wanted.count) == 0 {
          return UInt16(code)
        }
      }
      return nil
    }
  }
}
