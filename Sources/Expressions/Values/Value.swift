/// A value of the language at run time.
///
/// Sixteen bytes: what is larger is kept behind a reference.
public enum Value: Sendable {
  case null
  case bool(Bool)
  case int(Int64)
  case uint(UInt64)
  case double(Double)
  /// A double to expressions, with more digits than those have.
  indirect case exact(ExactNumber)
  case string(Text)
  case bytes([UInt8])
  case timestamp(Timestamp)
  case duration(Duration)
  case list([Value])
  case map(ValueMap)
  case optional(OptionalValue)
  case type(TypeName)
  indirect case network(NetworkValue)
}
