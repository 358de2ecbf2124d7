import PluginKit

/// The options of `join`.
enum JoinOptions {
  /// Which rows without a partner come out.
  enum Kind: String, CaseIterable, Sendable {
    case inner, left, full

    /// True when rows of an input come out without a partner, too.
    func keepsUnmatched(_ side: Int) -> Bool { self == .full || (self == .left && side == 0) }
  }

  struct Within: OptionRecord {
    static let before = Option(
      "before", .duration, doc: "How much earlier than the left row the right one may be.", default: .zero, minimum: 0)
    static let after = Option(
      "after", .duration, doc: "How much later than the left row the right one may be.", default: .zero, minimum: 0)
    static var members: [any DeclaredOption] { [before, after] }
    let before: Int64, after: Int64

    init(_ config: Config) throws {
      before = try config[Self.before].wholeNanoseconds
      after = try config[Self.after].wholeNanoseconds
    }
  }

  struct Sliding: OptionRecord {
    static let size = Option("size", .duration, doc: "How long a window is.", minimum: least)
    static let every = Option("every", .duration, doc: "How far apart windows begin, at most `size`.", minimum: least)
    static var members: [any DeclaredOption] { [size, every] }
    let size: Int64, every: Int64

    init(_ config: Config) throws {
      size = try config[Self.size].wholeNanoseconds
      every = try config[Self.every].wholeNanoseconds
      if every > size {
        throw PluginError.config("windows would leave out the rows between them: `every` is at most `size`", at: "every")
      }
      if size / every > 1000 {
        throw PluginError.config("a row would be in more than 1000 windows: make `every` longer", at: "every")
      }
    }
  }

  /// Shortest window, in nanoseconds.
  private static let least = 1_000.0

  static let key = Option(
    "key", .list(.key), doc: "A field, or several: rows of both inputs with the same values belong together.")
  static let rightKey = Option(
    optional: "right_key", .list(.key), doc: "The same fields of the right input, where they have other names there.")
  static let within = Option(
    optional: "within", .record(Within.self),
    doc: "Joins rows that are near in time: the right one from `before` its left one to `after` it.")
  static let tumbling = Option(
    optional: "tumbling", .duration, doc: "Joins rows of the same window; windows of this length, one after the other.",
    minimum: least)
  static let sliding = Option(
    optional: "sliding", .record(Sliding.self),
    doc: "Joins rows of the same window; windows of one length that begin every so often, and so overlap.")
  static let kind = Option(
    "kind", .choice(Kind.self),
    doc: "`inner`: pairs alone; `left`: also left rows without a partner; `full`: rows without a partner of both inputs.",
    default: .inner)
  static let leftPrefix = Option("left_prefix", .string, doc: "Stands before the names of the left rows' fields.", default: "")
  static let rightPrefix = Option(
    "right_prefix", .string, doc: "Stands before the names of the right rows' fields.", default: "right_")

  static var all: [any DeclaredOption] { [key, rightKey, within, tumbling, sliding, kind, leftPrefix, rightPrefix] }
}
