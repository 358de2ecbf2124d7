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

  static let key = Option(
    "key", .list(.key), doc: "A field, or several: rows of both inputs with the same values belong together.")
  static let rightKey = Option(
    optional: "right_key", .list(.key), doc: "The same fields of the right input, where they have other names there.")
  static let within = Option(
    optional: "within", .record(Within.self),
    doc: "Joins rows that are near in time: the right one from `before` its left one to `after` it.")
  static let tumbling = Option(
    optional: "tumbling", .duration, doc: "Joins rows of the same window; windows of this length, one after the other.",
    minimum: SlidingSpan.least)
  static let sliding = Option(
    optional: "sliding", .record(SlidingSpan.self),
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
