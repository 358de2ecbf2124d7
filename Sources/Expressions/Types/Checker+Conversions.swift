extension Checker {
  /// How to write one of two values of different types so that they agree, also as two texts if the place takes those; nil when
  /// nothing is likely.
  func pairFix(
    _ left: Syntax, _ one: ValueType, _ right: Syntax, _ other: ValueType, takesTexts: Bool = true
  ) -> String? {
    if let fix = literalFix(right, one) ?? literalFix(left, other) { return fix }
    // Text is read as what the other value is, ints become doubles, and uints ints.
    if one == .string || one == .bytes {
      return conversion(of: left, from: one, to: other) ?? (takesTexts ? conversion(of: right, from: other, to: one) : nil)
    }
    if other == .string || other == .bytes {
      return conversion(of: right, from: other, to: one) ?? (takesTexts ? conversion(of: left, from: one, to: other) : nil)
    }
    if one == .double || (one == .int && other == .uint) { return conversion(of: right, from: other, to: one) }
    if other == .double || one == .uint { return conversion(of: left, from: one, to: other) }
    return conversion(of: right, from: other, to: one) ?? conversion(of: left, from: one, to: other)
  }

  /// How to write a value of one type as one of another; nil when there is no way.
  func conversion(of syntax: Syntax, from type: ValueType, to wanted: ValueType) -> String? {
    if let fix = literalFix(syntax, wanted) { return fix }
    if case .literal(let value) = syntax.form, LiteralCheck().refuses(value, in: "\(wanted)") { return nil }
    let text = quotedText(syntax) ?? "…"
    switch (type, wanted) {
    case (.string, .int), (.string, .uint), (.string, .double), (.string, .bool):
      return "\(wanted)(\(text)) makes \(wanted.isNumber ? "a number" : "a bool") of it"
    case (.int, .uint), (.int, .double), (.uint, .int), (.uint, .double), (.double, .int), (.double, .uint):
      return "\(wanted)(\(text)) makes \(wanted.withArticle) of it"
    case (.string, .timestamp), (.int, .timestamp), (.string, .duration), (.string, .bytes), (.timestamp, .int):
      return "\(wanted)(\(text)) makes \(wanted.withArticle) of it"
    case (.bool, .int): return "\(text) ? 1 : 0 is one"
    case (.bool, .double): return "\(text) ? 1.0 : 0.0 is one"
    case (.double, .timestamp): return "timestamp(int(\(text))) reads it as seconds since 1970"
    case (.double, .duration), (.int, .duration), (.uint, .duration): return "a duration is written duration('5s')"
    case (.bool, .string), (.int, .string), (.uint, .string), (.double, .string), (.bytes, .string), (.timestamp, .string),
      (.duration, .string), (.opaque, .string):
      return "string(\(text)) makes a string of it"
    case (.string, .opaque("net.IP", _)): return "ip(\(text)) makes an address of it"
    case (.string, .opaque("net.CIDR", _)): return "cidr(\(text)) makes a range of it"
    case (.list(.double), .list(.string)), (.list(.int), .list(.string)), (.list(.uint), .list(.string)),
      (.list(.dyn), .list(.string)):
      return "\(text).map(x, string(x)) makes strings of its elements"
    case (.optional(let value), wanted) where value == wanted: return "\(text).value(), or orValue(…), is what it holds"
    default: return nil
    }
  }

  /// The literal that was meant: a number without quotes, or text with them.
  private func literalFix(_ syntax: Syntax, _ wanted: ValueType) -> String? {
    guard case .literal(let value) = syntax.form else { return nil }
    switch (value, wanted) {
    case (.string(let text), .double) where Double(text.string) != nil,
      (.string(let text), .int) where Int64(text.string) != nil:
      return "a number stands without quotes: \(text.string)"
    case (.string("true"), .bool): return "a bool stands without quotes: true"
    case (.string("false"), .bool): return "a bool stands without quotes: false"
    case (.int(let number), .string): return "text stands in quotes: '\(number)'"
    case (.bool(let bool), .string): return "text stands in quotes: '\(bool)'"
    case (.int(let number), .uint) where number >= 0: return "a uint is written \(number)u"
    case (.int(let number), .double): return "a double is written \(number).0"
    case (.uint(let number), .int): return "an int is written \(number)"
    default: return nil
    }
  }
}
