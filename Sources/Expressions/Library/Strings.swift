extension Library {
  static let strings: [Definition] = [
    .method("charAt") { text, index, frame throws(EvaluationError) in
      guard case .string(let text) = text, case .int(let index) = index else { throw .noSuchOverload }
      try frame.spend(reading: text.utf8.count)
      let start = try text.offset(index)
      return .string(text.slice(start, text.offset(ofScalar: Int(index) + 1) ?? start))
    },
    .method("substring") { text, start, frame throws(EvaluationError) in
      guard case .string(let text) = text, case .int(let start) = start else { throw .noSuchOverload }
      try frame.spend(writing: text.utf8.count)
      return .string(text.slice(try text.offset(start), text.utf8.count))
    },
    .method("substring") { text, start, end, frame throws(EvaluationError) in
      guard case .string(let text) = text, case .int(let start) = start, case .int(let end) = end else { throw .noSuchOverload }
      try frame.spend(writing: text.utf8.count)
      let places = (try text.offset(start), try text.offset(end))
      guard start <= end else { throw EvaluationError("invalid substring range. start: \(start), end: \(end)") }
      return .string(text.slice(places.0, places.1))
    },
    .method("lowerAscii", mapped { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }),
    .method("upperAscii", mapped { (0x61...0x7A).contains($0) ? $0 & 0xDF : $0 }),
    .method("trim") { text, frame throws(EvaluationError) in
      guard case .string(let text) = text else { throw .noSuchOverload }
      try frame.spend(writing: text.utf8.count)
      return .string(text.trimmed)
    },
    .method("reverse") { text, frame throws(EvaluationError) in
      guard case .string(let text) = text else { throw .noSuchOverload }
      try frame.spend(writing: text.utf8.count)
      return .string(text.reversed)
    },
    .method("join") { list, frame throws(EvaluationError) in try join(list, .string(""), &frame) },
    .method("join") { list, separator, frame throws(EvaluationError) in try join(list, separator, &frame) },
    .method("split") { text, separator, frame throws(EvaluationError) in try split(text, separator, .int(-1), &frame) },
    .method("split") { text, separator, limit, frame throws(EvaluationError) in try split(text, separator, limit, &frame) },
    .method("replace") { text, old, new, frame throws(EvaluationError) in try replace(text, old, new, .int(-1), &frame) },
    Definition(
      signature: .init(name: "replace", isMethod: true, count: 4),
      function: .variadic { values, frame throws(EvaluationError) in
        try replace(values[0], values[1], values[2], values[3], &frame)
      }),
    .function("strings.quote") { text, frame throws(EvaluationError) in
      guard case .string(let text) = text else { throw .noSuchOverload }
      try frame.spend(writing: 2 * text.utf8.count + 2)
      return .string(text.quoted)
    },
  ]

  private static func mapped(_ byte: @escaping @Sendable (UInt8) -> UInt8) -> Function.Unary {
    { text, frame throws(EvaluationError) in
      guard case .string(let text) = text else { throw .noSuchOverload }
      try frame.spend(writing: text.utf8.count)
      return .string(Text(utf8: text.utf8.map(byte)))
    }
  }

  private static func join(_ list: Value, _ separator: Value, _ frame: inout Frame) throws(EvaluationError) -> Value {
    guard case .list(let values) = list, case .string(let separator) = separator else { throw .noSuchOverload }
    var length = 0
    for value in values {
      guard case .string(let text) = value else { throw .noSuchOverload }
      length += text.utf8.count + separator.utf8.count
    }
    try frame.spend(values.count)
    try frame.spend(writing: length)
    var result: [UInt8] = []
    result.reserveCapacity(length)
    for (index, value) in values.enumerated() {
      guard case .string(let text) = value else { continue }
      if index > 0 { result += separator.utf8 }
      result += text.utf8
    }
    return .string(Text(utf8: result))
  }

  private static func split(
    _ text: Value, _ separator: Value, _ limit: Value, _ frame: inout Frame
  ) throws(EvaluationError) -> Value {
    guard case .string(let text) = text, case .string(let separator) = separator, case .int(let limit) = limit else {
      throw .noSuchOverload
    }
    guard limit != 0 else { return .list([]) }
    try frame.spend(writing: text.utf8.count)
    var parts: [Value] = []
    var start = 0
    while limit < 0 || parts.count < limit - 1, let end = text.endOfPart(start, separator) {
      try frame.spend(2)
      guard parts.count < frame.limits.bytes / 16 else { break }
      parts.append(.string(text.slice(start, end)))
      start = end + separator.utf8.count
    }
    // Nothing is left behind the last one of single code points; an empty text is one part.
    if !separator.utf8.isEmpty || start < text.utf8.count || parts.isEmpty {
      parts.append(.string(text.slice(start, text.utf8.count)))
    }
    try frame.spend(writing: 16 * (parts.count + 1))
    return .list(parts)
  }

  private static func replace(
    _ text: Value, _ old: Value, _ new: Value, _ limit: Value, _ frame: inout Frame
  ) throws(EvaluationError) -> Value {
    guard case .string(let text) = text, case .string(let old) = old, case .string(let new) = new, case .int(let limit) = limit
    else { throw .noSuchOverload }
    try frame.spend(writing: text.utf8.count)
    var result: [UInt8] = []
    var start = 0
    var count: Int64 = 0
    while limit < 0 || count < limit {
      // Before each code point and at the end, when nothing is what is replaced.
      guard
        let place = old.utf8.isEmpty ? text.nextPlace(start, isFirst: count == 0) : text.utf8.place(of: old.utf8, from: start)
      else { break }
      result += text.utf8[start..<place]
      result += new.utf8
      start = place + old.utf8.count
      count += 1
      try frame.spend(writing: new.utf8.count)
      guard result.count <= frame.limits.bytes else { break }
    }
    result += text.utf8[start...]
    try frame.spend(writing: result.count)
    return .string(Text(utf8: result))
  }
}

extension Text {
  fileprivate func slice(_ start: Int, _ end: Int) -> Text { Text(utf8: Array(utf8[start..<end])) }

  /// The bytes before a code point, or the end.
  func offset(_ index: Int64) throws(EvaluationError) -> Int {
    guard let offset = offset(ofScalar: Int(index)) else { throw EvaluationError("index out of range: \(index)") }
    return offset
  }

  /// Where a part of a split that begins at a place ends; nil for the last one. With nothing between them, parts are code
  /// points.
  fileprivate func endOfPart(_ start: Int, _ separator: Text) -> Int? {
    guard separator.utf8.isEmpty else { return utf8.place(of: separator.utf8, from: start) }
    return start < utf8.count ? endOfScalar(start) : nil
  }

  /// The next place between code points: the first time the start itself, then the one after the next code point.
  fileprivate func nextPlace(_ start: Int, isFirst: Bool) -> Int? {
    if isFirst { return start }
    return start < utf8.count ? endOfScalar(start) : nil
  }

  private func endOfScalar(_ start: Int) -> Int {
    var end = start + 1
    while end < utf8.count, !Text.isScalarStart(utf8[end]) { end += 1 }
    return end
  }

  fileprivate var reversed: Text {
    var result: [UInt8] = []
    result.reserveCapacity(utf8.count)
    var end = utf8.count
    while end > 0 {
      var start = end - 1
      while start > 0, !Text.isScalarStart(utf8[start]) { start -= 1 }
      result += utf8[start..<end]
      end = start
    }
    return Text(utf8: result)
  }

  /// Without the white space of Unicode at its ends.
  fileprivate var trimmed: Text {
    let scalars = string.unicodeScalars
    guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
      let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
    else { return "" }
    return Text(String(scalars[first...last]))
  }

  fileprivate var quoted: Text {
    var result: [UInt8] = [UInt8(ascii: "\"")]
    for byte in utf8 {
      switch byte {
      case 0x07: result.append("\\a")
      case 0x08: result.append("\\b")
      case 0x09: result.append("\\t")
      case 0x0A: result.append("\\n")
      case 0x0B: result.append("\\v")
      case 0x0C: result.append("\\f")
      case 0x0D: result.append("\\r")
      case UInt8(ascii: "\\"): result.append("\\\\")
      case UInt8(ascii: "\""): result.append("\\\"")
      default: result.append(byte)
      }
    }
    result.append(UInt8(ascii: "\""))
    return Text(utf8: result)
  }
}
