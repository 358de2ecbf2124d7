/// A type of the language.
///
/// `dyn` is known at run time only. A parameter stands for one type in the signature of a function.
public indirect enum ValueType: Hashable, Sendable {
  case dyn, null, bool, int, uint, double, string, bytes, timestamp, duration
  case list(ValueType)
  case map(ValueType, ValueType)
  case optional(ValueType)
  /// The type of a type.
  case type(ValueType)
  /// A type of an extension that has values but no literals, under its name: `net.IP`, `net.CIDR`.
  case opaque(String)
  case parameter(String)
}
