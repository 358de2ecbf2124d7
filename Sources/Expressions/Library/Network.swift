extension Library {
  static let network: [Definition] =
    [
      .function("ip") { value, _ throws(EvaluationError) in .network(try address(value)) },
      .function("cidr") { value, _ throws(EvaluationError) in .network(try range(value)) },
      .function("isIP", isNetwork { text throws(NetworkFault) in try NetworkValue(address: text) }),
      .function("isCIDR", isNetwork { text throws(NetworkFault) in try NetworkValue(range: text) }),
      .function("ip.isCanonical") { value, _ throws(EvaluationError) in
        guard case .string(let text) = value else { throw .noSuchOverload }
        return .bool(try address(value).text == text)
      },
      addressMethod("family") { .int($0.family) },
      addressMethod("isUnspecified") { .bool($0.isUnspecified) },
      addressMethod("isLoopback") { .bool($0.isLoopback) },
      addressMethod("isGlobalUnicast") { .bool($0.isGlobalUnicast) },
      addressMethod("isLinkLocalMulticast") { .bool($0.isLinkLocalMulticast) },
      addressMethod("isLinkLocalUnicast") { .bool($0.isLinkLocalUnicast) },
      rangeMethod("ip") { .network(NetworkValue(bytes: $0.bytes)) },
      rangeMethod("masked") { .network($0.masked) },
      rangeMethod("prefixLength") { .int(Int64($0.prefix ?? 0)) },
      contains("containsIP", address),
      contains("containsCIDR", range),
    ]

  private static func addressMethod(_ name: String, _ result: @escaping @Sendable (NetworkValue) -> Value) -> Definition {
    .method(name) { value, _ throws(EvaluationError) in
      guard case .network(let address) = value, address.prefix == nil else { throw .noSuchOverload }
      return result(address)
    }
  }

  private static func rangeMethod(_ name: String, _ result: @escaping @Sendable (NetworkValue) -> Value) -> Definition {
    .method(name) { value, _ throws(EvaluationError) in
      guard case .network(let range) = value, range.prefix != nil else { throw .noSuchOverload }
      return result(range)
    }
  }

  /// A range that holds an address or a range, which may be given as text.
  private static func contains(
    _ name: String, _ other: @escaping @Sendable (Value) throws(EvaluationError) -> NetworkValue
  ) -> Definition {
    .method(name) { range, value, _ throws(EvaluationError) in
      guard case .network(let range) = range, range.prefix != nil else { throw .noSuchOverload }
      return .bool(range.contains(try other(value)))
    }
  }

  private static func isNetwork(
    _ parse: @escaping @Sendable ([UInt8]) throws(NetworkFault) -> NetworkValue
  ) -> Function.Unary {
    { value, _ throws(EvaluationError) in
      guard case .string(let text) = value else { throw .noSuchOverload }
      return .bool((try? parse(text.utf8)) != nil)
    }
  }

  /// An address, also from text.
  @Sendable private static func address(_ value: Value) throws(EvaluationError) -> NetworkValue {
    switch value {
    case .network(let address) where address.prefix == nil: return address
    case .string(let text):
      do {
        return try NetworkValue(address: text.utf8)
      } catch {
        switch error {
        case .zone: throw EvaluationError("IP Address with zone value is not allowed: '\(text.excerpt)'")
        case .mappedInDots: throw EvaluationError("IPv4-mapped IPv6 address is not allowed: '\(text.excerpt)'")
        case .malformed: throw EvaluationError("IP Address '\(text.excerpt)' parse error during conversion from string")
        }
      }
    default: throw .noSuchOverload
    }
  }

  /// A range of addresses, also from text.
  @Sendable private static func range(_ value: Value) throws(EvaluationError) -> NetworkValue {
    switch value {
    case .network(let range) where range.prefix != nil: return range
    case .string(let text):
      do {
        return try NetworkValue(range: text.utf8)
      } catch {
        switch error {
        case .zone: throw EvaluationError("CIDR with zone value is not allowed: '\(text.excerpt)'")
        case .mappedInDots: throw EvaluationError("IPv4-mapped IPv6 address is not allowed: '\(text.excerpt)'")
        case .malformed: throw EvaluationError("network address parse error during conversion from string: '\(text.excerpt)'")
        }
      }
    default: throw .noSuchOverload
    }
  }
}
