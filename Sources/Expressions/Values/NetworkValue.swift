/// An address, or a range of addresses, of the network extension.
public struct NetworkValue: Hashable, Sendable {
  /// In network order: 4 bytes of IPv4, 16 of IPv6.
  public var bytes: [UInt8]
  /// Bits of the prefix of a range; nil for an address.
  public var prefix: Int?

  public init(bytes: [UInt8], prefix: Int? = nil) {
    self.bytes = bytes
    self.prefix = prefix
  }
}
