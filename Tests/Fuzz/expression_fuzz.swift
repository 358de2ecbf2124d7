// libFuzzer target over expressions: whatever the text, it is an expression or gets an error within itself; what is an
// expression has the value that it has without types checked, of the type that was found, in the widened dialect too.
//
// An input is the text of an expression. New ones come from a grammar, so that no examples are kept: `ExpressionGrammar`.
// It is compiled as one module with Sources/Expressions: `scripts/fuzz`.

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let text = String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
  let strict = run(text, isStrict: true, isChecked: true)
  let widened = run(text, isStrict: false, isChecked: true)
  let unchecked = run(text, isStrict: true, isChecked: false)
  if let strict {
    promise(strict.agrees(with: unchecked), "checking changes no value", text)
    if case .value = strict { promise(strict.agrees(with: widened), "widening changes no value", text) }
  }
  return 0
}

@_cdecl("LLVMFuzzerCustomMutator")
public func mutate(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ most: Int, _ seed: UInt32) -> Int {
  if seed % 4 == 0 { return LLVMFuzzerMutate(bytes, count, most) }
  var grammar = ExpressionGrammar(seed: seed)
  let old = Array(UnsafeBufferPointer(start: bytes, count: count))
  let new = seed % 4 == 1 || old.isEmpty ? Array(grammar.expression(6).utf8) : grammar.spliced(old)
  let length = min(new.count, most)
  for index in 0..<length { bytes[index] = new[index] }
  return length
}

@_silgen_name("LLVMFuzzerMutate")
private func LLVMFuzzerMutate(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ most: Int) -> Int

private let limits = EvaluationLimits(cost: 20_000, bytes: 1 << 16)

/// Values of every type; `absent` has none.
private let fields: [String: (type: ValueType, value: Value?)] = [
  "i": (.int, .int(-7)), "u": (.uint, .uint(7)), "d": (.double, .double(2.5)), "s": (.string, .string("A\u{e9}\u{1f600}")),
  "b": (.bool, .bool(true)), "y": (.bytes, .bytes([0, 255])), "t": (.timestamp, .timestamp(Timestamp(seconds: 1_700_000_000))),
  "p": (.duration, .duration(Duration(seconds: -1, nanoseconds: 5))), "l": (.list(.int), .list([.int(1), .int(0), .int(-1)])),
  "m": (.map(.string, .double), .map(map)), "x": (.dyn, .string("x")), "absent": (.int, nil), "e.t": (.timestamp, nil),
  "o": (.optional(.int), .optional(OptionalValue(.int(1)))),
]

private let map: ValueMap = {
  var map = ValueMap()
  _ = map.insert(.string("a"), .double(1))
  _ = map.insert(.string("b"), .double(.nan))
  return map
}()

private enum Outcome {
  case value(Value)
  /// No value; of a limit when `isLimit`, which other ways to the same value may not reach.
  case error(isLimit: Bool)

  func agrees(with other: Outcome?) -> Bool {
    switch (self, other) {
    case (.value(let one), .value(let two)): same(one, two)
    case (.error(isLimit: true), _), (_, .error(isLimit: true)): true
    case (.error, .error): true
    default: false
    }
  }
}

/// Nil when the text is no expression.
private func run(_ text: String, isStrict: Bool, isChecked: Bool) -> Outcome? {
  var environment = Environment(fields.mapValues(\.type), isStrict: isStrict)
  environment.isChecked = isChecked
  do throws(ExpressionError) {
    let expression = try Expression(text, in: environment)
    promise(expression.types.count == Int(expression.syntax.id) + 1, "each node has a type", text)
    let program = Program(expression, limits: limits)
    let variables = VariableList(expression.variables.map { fields[$0.name].flatMap(\.value) })
    do throws(EvaluationError) {
      let value = try program.evaluate(variables)
      promise(!isChecked || fits(value, expression.type), "a value has the type that was found", text)
      return .value(value)
    } catch {
      promise(!error.message.isEmpty && (error.span.map { isWithin($0, text) } ?? true), "an error is within its text", text)
      return .error(isLimit: error.kind == .limit)
    }
  } catch {
    promise(!error.message.isEmpty && isWithin(error.span, text), "an error is within its text", text)
    promise(error.rendered(in: text).utf8.contains(UInt8(ascii: "^")), "an error is shown with a caret", text)
    return nil
  }
}

private func isWithin(_ span: Span, _ text: String) -> Bool {
  span.start >= 0 && span.start <= span.end && Int(span.end) <= text.utf8.count
}

private func promise(_ isKept: Bool, _ what: String, _ text: String) {
  if !isKept { fatalError("not kept: \(what): \(text)") }
}

private func fits(_ value: Value, _ type: ValueType) -> Bool {
  switch (value, type) {
  case (_, .dyn), (.type, .type), (.bool, .bool), (.int, .int), (.uint, .uint), (.double, .double), (.string, .string),
    (.bytes, .bytes), (.timestamp, .timestamp), (.duration, .duration), (.network, .opaque):
    true
  case (.null, .null), (.null, .timestamp), (.null, .duration), (.null, .optional), (.null, .opaque): true
  case (.list(let elements), .list(let element)): elements.allSatisfy { fits($0, element) }
  case (.map(let map), .map(let key, let value)):
    map.keys.allSatisfy { fits($0, key) } && map.values.allSatisfy { fits($0, value) }
  case (.optional(let optional), .optional(let type)): optional.value.map { fits($0, type) } ?? true
  default: false
  }
}

/// The same in every bit, NaN and itself too.
private func same(_ one: Value, _ other: Value) -> Bool {
  switch (one, other) {
  case (.null, .null): true
  case (.bool(let a), .bool(let b)): a == b
  case (.int(let a), .int(let b)): a == b
  case (.uint(let a), .uint(let b)): a == b
  case (.double(let a), .double(let b)): a.bitPattern == b.bitPattern || (a.isNaN && b.isNaN)
  case (.string(let a), .string(let b)): a == b
  case (.bytes(let a), .bytes(let b)): a == b
  case (.timestamp(let a), .timestamp(let b)): a == b
  case (.duration(let a), .duration(let b)): a == b
  case (.type(let a), .type(let b)): a == b
  case (.network(let a), .network(let b)): a == b
  case (.list(let a), .list(let b)): a.count == b.count && zip(a, b).allSatisfy { same($0, $1) }
  case (.map(let a), .map(let b)):
    a.count == b.count && zip(a.keys, b.keys).allSatisfy { same($0, $1) } && zip(a.values, b.values).allSatisfy { same($0, $1) }
  case (.optional(let a), .optional(let b)):
    if let a = a.value, let b = b.value { same(a, b) } else { a.value == nil && b.value == nil }
  default: false
  }
}
