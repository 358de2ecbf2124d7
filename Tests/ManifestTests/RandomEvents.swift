import TestSupport

/// Random lines of JSON and random expressions over their fields, with what is hard about both.
struct RandomEvents {
  static let fields = ["a", "b", "s", "m"]

  var random: SplitMix

  init(seed: UInt64) { random = SplitMix(seed: seed) }

  mutating func pick<T>(_ items: [T]) -> T { items[random.below(items.count)] }

  // MARK: Lines

  private static let values = [
    "0", "-0", "60", "60.0", "60.5", "5", "-1", "7", "1e3", "0.1", "-12.25", "1e300", "5e-324", "1e-400",
    "9007199254740992", "9007199254740993", "9007199254740993.0", "1700000000000000123", "9223372036854775807",
    "-9223372036854775808", "18446744073709551616", "100000000000000000001", "0.1000000000000000055", "2.00000000000000000001",
    "0.10000000000000000000000000000000000000000000000001", "1e400",
    "340282366920938463463374607431768211456", "1393796574908163946345982392040522594123776",
    "null", "true", "false", "\"60\"", "\"x\"", "\"abc\"", "\"\"", "[60,\"x\"]", "[]", "{\"k\":60}", "{\"k\":2.5,\"x\":null}",
  ]

  /// An object of some of the fields, in any order, one of them perhaps twice.
  mutating func line() -> String {
    var members: [String] = []
    for field in Self.fields.shuffled(using: &random) where random.below(5) > 0 {
      members.append("\"\(field)\":\(value(field))")
    }
    if random.below(3) == 0 { members.append("\"other\":\(pick(Self.values))") }
    if random.below(12) == 0 { members.append("\"\(pick(Self.fields))\":\(pick(Self.values))") }
    return "{\(members.joined(separator: ","))}"
  }

  /// Mostly what the field mostly is.
  private mutating func value(_ field: String) -> String {
    guard random.below(2) == 0 else { return pick(Self.values) }
    switch field {
    case "s": return pick(["\"x\"", "\"abc\"", "\"y\""])
    case "m": return pick(["{\"k\":60}", "{\"k\":2.5}", "{\"x\":[1]}"])
    default: return "\(random.below(200) - 50)" + pick(["", ".5", ".0"])
    }
  }

  // MARK: Expressions

  private mutating func field() -> String { pick(["a", "a", "a", "b", "b", "s", "m"]) }

  private mutating func number() -> String {
    pick(["0", "60", "60.0", "5", "1.5", "-1", "7", "0.1", "9007199254740993", "9007199254740992.0", "1e300"])
  }

  /// What gives true or false, or errs.
  mutating func condition(_ depth: Int = 3) -> String {
    let orders = ["<", "<=", ">", ">=", "==", "!="]
    if depth > 0, random.below(2) == 0 {
      switch random.below(5) {
      case 0, 1: return "(\(condition(depth - 1)) && \(condition(depth - 1)))"
      case 2: return "(\(condition(depth - 1)) || \(condition(depth - 1)))"
      case 3: return "!(\(condition(depth - 1)))"
      default: return "(\(condition(depth - 1)) ? \(condition(depth - 1)) : \(condition(depth - 1)))"
      }
    }
    switch random.below(16) {
    case 0, 1, 2: return "\(field()) \(pick(orders)) \(number())"
    case 3: return "\(number()) \(pick(orders)) \(field())"
    case 4: return "\(field()) \(pick(orders)) \(field())"
    case 5: return "has(\(field()))"
    case 6: return "\(field()) \(pick(["==", "!="])) null"
    case 7: return "\(field()) in [\(number()), \(pick(["60", "\"x\"", "2.5", "null"])), \(number())]"
    case 8: return "\(arithmetic(1)) \(pick(orders)) \(arithmetic(1))"
    case 9: return "\(arithmetic(2)) \(pick(orders)) \(number())"
    case 10: return "\(field()) \(pick(["==", "!=", "<"])) \"\(pick(["x", "60", ""]))\""
    case 11: return "\(field()).\(pick(["startsWith", "contains"]))(\"\(pick(["x", "6", ""]))\")"
    case 12: return field()
    case 13: return "[\(field()), 3.0].exists(x, x \(pick(orders)) 60.0)"
    case 14: return "m.k \(pick(orders)) \(number())"
    default: return pick(["event.fields[\"\(field())\"] > 5", "\"\(field())\" in event.fields", "size(event.fields) > 3"])
    }
  }

  mutating func arithmetic(_ depth: Int) -> String {
    if depth == 0 { return random.below(3) == 0 ? number() : field() }
    switch random.below(8) {
    case 0: return "double(\(arithmetic(depth - 1)))"
    case 1: return "(\(condition(0)) ? \(arithmetic(depth - 1)) : \(arithmetic(depth - 1)))"
    case 2: return "-\(field())"
    case 3, 4: return "(\(field()) \(pick(["+", "-", "*", "/"])) \(pick(["1.5", "60.0", "0.1"])))"
    default: return "(\(arithmetic(depth - 1)) \(pick(["+", "-", "*", "/", "%"])) \(arithmetic(depth - 1)))"
    }
  }

  /// What gives any value, or errs.
  mutating func value() -> String {
    switch random.below(9) {
    case 0, 1: arithmetic(2)
    case 2: condition(1)
    case 3: field()
    case 4: "string(\(field()))"
    case 5: "\(field()) + \"x\""
    case 6: "[\(field()), \(number())]"
    case 7: "\(condition(1)) ? \(field()) : \(pick([number(), field(), "\"none\"", "null"]))"
    default: "\(arithmetic(1)) + \(pick(["1.5", "60.0"]))"
    }
  }
}
