extension Declarations {
  static let strings: [String: [Overload]] = [
    "charAt": [.on(.string, .int, gives: .string)],
    "indexOf": [.on(.string, .string, gives: .int), .on(.string, .string, .int, gives: .int)],
    "lastIndexOf": [.on(.string, .string, gives: .int), .on(.string, .string, .int, gives: .int)],
    "lowerAscii": [.on(.string, gives: .string)],
    "upperAscii": [.on(.string, gives: .string)],
    "replace": [.on(.string, .string, .string, gives: .string), .on(.string, .string, .string, .int, gives: .string)],
    "split": [.on(.string, .string, gives: .list(.string)), .on(.string, .string, .int, gives: .list(.string))],
    "substring": [.on(.string, .int, gives: .string), .on(.string, .int, .int, gives: .string)],
    "trim": [.on(.string, gives: .string)],
    "reverse": [.on(.string, gives: .string)],
    "join": [.on(.list(.string), gives: .string), .on(.list(.string), .string, gives: .string)],
    // Not a list of dyn: the types of the elements stay what they are.
    "format": [.on(.string, .list(.parameter("A")), gives: .string)],
    "strings.quote": [.of(.string, gives: .string)],
  ]

  /// `math.greatest` and `math.least` take any number of numbers: what they give is found by ``Checker``.
  static let math: [String: [Overload]] = {
    let numbers: [ValueType] = [.int, .uint, .double]
    let same = numbers.map { Overload.of($0, gives: $0) }
    let ofDoubles: [Overload] = [.of(.double, gives: .double)]
    let tests: [Overload] = [.of(.double, gives: .bool)]
    let bits: [Overload] = [.of(.int, .int, gives: .int), .of(.uint, .uint, gives: .uint)]
    let shifts: [Overload] = [.of(.int, .int, gives: .int), .of(.uint, .int, gives: .uint)]
    return [
      "math.greatest": numbers.map { .of(.list($0), gives: $0) },
      "math.least": numbers.map { .of(.list($0), gives: $0) },
      "math.ceil": ofDoubles, "math.floor": ofDoubles, "math.round": ofDoubles, "math.trunc": ofDoubles,
      "math.abs": same, "math.sign": same,
      "math.sqrt": numbers.map { .of($0, gives: .double) },
      "math.isNaN": tests, "math.isInf": tests, "math.isFinite": tests,
      "math.bitAnd": bits, "math.bitOr": bits, "math.bitXor": bits,
      "math.bitNot": [.of(.int, gives: .int), .of(.uint, gives: .uint)],
      "math.bitShiftLeft": shifts, "math.bitShiftRight": shifts,
    ]
  }()

  static let encoders: [String: [Overload]] = [
    "base64.encode": [.of(.bytes, gives: .string)],
    "base64.decode": [.of(.string, gives: .bytes)],
  ]

  static let network: [String: [Overload]] = {
    let tests: [Overload] = [.on(.address, gives: .bool)]
    return [
      "ip": [.of(.string, gives: .address), .on(.addresses, gives: .address)],
      "isIP": [.of(.string, gives: .bool)],
      "cidr": [.of(.string, gives: .addresses)],
      "isCIDR": [.of(.string, gives: .bool)],
      "ip.isCanonical": [.of(.string, gives: .bool)],
      "family": [.on(.address, gives: .int)],
      "isLoopback": tests, "isGlobalUnicast": tests, "isLinkLocalMulticast": tests, "isLinkLocalUnicast": tests,
      "isUnspecified": tests,
      "containsIP": [.on(.addresses, .address, gives: .bool), .on(.addresses, .string, gives: .bool)],
      "containsCIDR": [.on(.addresses, .addresses, gives: .bool), .on(.addresses, .string, gives: .bool)],
      "masked": [.on(.addresses, gives: .addresses)],
      "prefixLength": [.on(.addresses, gives: .int)],
    ]
  }()
}
