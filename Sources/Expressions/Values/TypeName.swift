/// The type of a value as a value: `type(1) == int`.
public enum TypeName: String, Hashable, Sendable, CaseIterable {
  case null = "null_type"
  case bool, int, uint, double, string, bytes, list, map, type
  case timestamp = "google.protobuf.Timestamp"
  case duration = "google.protobuf.Duration"
  case optional = "optional_type"
  case ip = "net.IP"
  case cidr = "net.CIDR"

  /// The name in messages, and in the notation of values with their types.
  public var shortName: String {
    switch self {
    case .null: "null"
    case .timestamp: "timestamp"
    case .duration: "duration"
    case .optional: "optional"
    default: rawValue
    }
  }
}
