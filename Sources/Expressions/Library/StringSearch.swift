extension Library {
  static let stringSearch: [Definition] = [
    .method("contains", both { $0.utf8.place(of: $1.utf8) != nil }),
    .method("startsWith", both { $0.utf8.starts(with: $1.utf8) }),
    .method("endsWith", both { $0.utf8.count >= $1.utf8.count && $0.utf8.suffix($1.utf8.count).elementsEqual($1.utf8) }),
    .method("matches", prepared: preparedMatch, match),
    Definition(
      signature: .init(name: "matches", isMethod: false, count: 2), function: .binary(match), prepared: preparedMatch),
    .method("indexOf") { text, piece, frame throws(EvaluationError) in try first(text, piece, from: .int(0), &frame) },
    .method("indexOf") { text, piece, start, frame throws(EvaluationError) in try first(text, piece, from: start, &frame) },
    .method("lastIndexOf") { text, piece, frame throws(EvaluationError) in try last(text, piece, upTo: nil, &frame) },
    .method("lastIndexOf") { text, piece, end, frame throws(EvaluationError) in try last(text, piece, upTo: end, &frame) },
  ]

  private static func both(_ test: @escaping @Sendable (Text, Text) -> Bool) -> Function.Binary {
    { text, piece, frame throws(EvaluationError) in
      guard case .string(let text) = text, case .string(let piece) = piece else { throw .noSuchOverload }
      try frame.spend(reading: text.utf8.count)
      return .bool(test(text, piece))
    }
  }

  private static let match: Function.Binary = { text, pattern, frame throws(EvaluationError) in
    guard case .string(let text) = text, case .string(let pattern) = pattern else { throw .noSuchOverload }
    // A pattern that comes with the rows may be made to be slow: in the worst case all of it is tried at each byte.
    try frame.spend(reading: text.utf8.count * pattern.utf8.count)
    try frame.spend(pattern.utf8.count)
    return .bool(try frame.caches.pattern(pattern).matches(text))
  }

  private static let preparedMatch: @Sendable (Value) -> Function.Unary? = { pattern in
    guard case .string(let text) = pattern, let pattern = try? Pattern(text) else { return nil }
    return { text, frame throws(EvaluationError) in
      guard case .string(let text) = text else { throw .noSuchOverload }
      try frame.spend(reading: text.utf8.count)
      return .bool(pattern.matches(text))
    }
  }

  private static func first(
    _ text: Value, _ piece: Value, from start: Value, _ frame: inout Frame
  ) throws(EvaluationError) -> Value {
    guard case .string(let text) = text, case .string(let piece) = piece, case .int(let start) = start else {
      throw .noSuchOverload
    }
    try frame.spend(reading: text.utf8.count)
    let place = text.utf8.place(of: piece.utf8, from: try text.offset(start))
    return .int(place.map { Int64(text.scalarCount(before: $0)) } ?? -1)
  }

  /// The last place that is no later than `end`, which is the end of the text when nil.
  private static func last(
    _ text: Value, _ piece: Value, upTo end: Value?, _ frame: inout Frame
  ) throws(EvaluationError) -> Value {
    guard case .string(let text) = text, case .string(let piece) = piece else { throw .noSuchOverload }
    try frame.spend(reading: text.utf8.count)
    var last = text.utf8.count
    if let end {
      guard case .int(let end) = end else { throw .noSuchOverload }
      last = try text.offset(end)
    }
    let place = text.utf8.lastPlace(of: piece.utf8, upTo: last)
    return .int(place.map { Int64(text.scalarCount(before: $0)) } ?? -1)
  }
}
