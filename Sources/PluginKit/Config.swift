/// The options of one instance, validated and defaulted by the host. Read it in `init` and `reconfigure` only.
public struct Config {
  /// The instance's host; keep it to use it later.
  public let host: Host

  /// Where the options are, such as `rules[2]`; empty for those of the component itself.
  let base: String

  init(_ host: Host, base: String = "") {
    self.host = host
    self.base = base
  }

  /// The value of an option. Throws `config` when it is missing although it is required, or is not of its type.
  public subscript<Value>(_ option: Option<Value>) -> Value {
    get throws { try option.read(self, base.isEmpty ? option.name : "\(base).\(option.name)") }
  }

  /// The whole configuration as JSON.
  public var json: String { text("") ?? "{}" }

  /// The format of records, of a component whose description says `codec`.
  public var format: String { text("format") ?? "json" }

  /// True when the first record of each partition, or of each output, names the fields of those behind it.
  public var hasHeaderRow: Bool { format == "csv" && count("columns") == nil }

  func integer(_ path: String) -> Int64? {
    var value: Int64 = 0
    return host.table.pointee.config_int(host.context, path, &value) < 0 ? nil : value
  }

  func number(_ path: String) -> Double? {
    var value = 0.0
    return host.table.pointee.config_double(host.context, path, &value) < 0 ? nil : value
  }

  func boolean(_ path: String) -> Bool? {
    var value: UInt32 = 0
    return host.table.pointee.config_bool(host.context, path, &value) < 0 ? nil : value != 0
  }

  func text(_ path: String) -> String? {
    var value = tide_string(data: nil, length: 0)
    return host.table.pointee.config_string(host.context, path, &value) < 0 ? nil : String(value)
  }

  func count(_ path: String) -> Int? {
    var value: UInt64 = 0
    return host.table.pointee.config_size(host.context, path, &value) < 0 ? nil : Int(clamping: value)
  }

  /// Names of the entries of a map, in order; nil when there is nothing at this path.
  func entryNames(_ path: String) throws -> [String]? {
    guard let count = count(path) else { return nil }
    guard count > 0 else { return [] }
    guard let names = ConfigKeys.names(in: json, at: path) else { throw PluginError.config("is not a map", at: path) }
    return names
  }
}
