/// Every bound of a manifest.
public enum ManifestLimits {
  /// Longest manifest.
  public static let bytes = 1 << 20
  /// Deepest nesting of lists and maps, aliases followed.
  public static let depth = 64
  /// Most values in a manifest, aliases followed: an alias counts all that it stands for.
  public static let values = 200_000
  /// Most sources, operators and sinks of a pipeline.
  public static let nodes = 4096
  /// Most connections between nodes.
  public static let edges = 65_536
  /// Most connections into one node.
  public static let inputs = 1024
  /// Longest name of a pipeline, node or port, in characters.
  public static let nameLength = 64
  /// Most columns that a source's records can have.
  public static let columns = 240
  /// Longest name of a field, in bytes: that of a column in a frame.
  public static let fieldNameBytes = 255
  /// Most columns of csv, and the longest name of one in bytes.
  public static let csvColumns = 65_536
  public static let csvNameBytes = 64 << 10
  /// Most bytes that environment values add to a manifest.
  public static let environmentBytes = 4 << 20
  /// Most problems that are reported for one manifest.
  public static let diagnostics = 100
}
