/// The type of a value as a value: `type(1) == int`.
public enum TypeName: String, Hashable, Sendable, CaseIterable {
  case null = "null_type"
  case bool, int, uint, double, string, bytes, list, map, type
  case timestamp = "google.protobuf.Timestamp"
  case duration = "google.protobuf.Duration"
  case optional = "optional_type"
  case ip = "net.IP"
  case cidr = "net.CIDR"
}
