/// An option with windows of one length that begin every so often: `sliding: { size: 1m, every: 5s }`.
public struct SlidingSpan: OptionRecord {
  /// Shortest length of a window, in nanoseconds.
  public static let least = 1_000.0

  static let size = Option("size", .duration, doc: "How long a window is.", minimum: least)
  static let every = Option("every", .duration, doc: "How far apart windows begin, at most `size`.", minimum: least)
  public static var members: [any DeclaredOption] { [size, every] }

  /// Nanoseconds.
  public let size: Int64, every: Int64

  public init(_ config: Config) throws {
    size = try config[Self.size].wholeNanoseconds
    every = try config[Self.every].wholeNanoseconds
    if every > size {
      throw PluginError.config("windows would leave out the rows between them: `every` is at most `size`", at: "every")
    }
  }
}
