import Aggregates
import PluginKit

/// The options of `window`.
enum WindowOptions {
  /// The time that rows are measured by.
  enum Clock: String, CaseIterable, Sendable {
    case event, processing
  }

  /// What a row does to windows that have fired.
  enum Late: String, CaseIterable, Sendable {
    case correct, recompute, drop
  }

  struct Session: OptionRecord {
    static let gap = Option(
      "gap", .duration, doc: "Two rows of a key that are no further apart are in one session.", minimum: least)
    static var members: [any DeclaredOption] { [gap] }
    let gap: Int64

    init(_ config: Config) throws { gap = try config[Self.gap].wholeNanoseconds }
  }

  struct Cumulate: OptionRecord {
    static let size = Option("size", .duration, doc: "How long the last of the windows that begin together is.", minimum: least)
    static let step = Option(
      "step", .duration, doc: "How much longer each of them is than the one before; `size` is a multiple of it.", minimum: least
    )
    static var members: [any DeclaredOption] { [size, step] }
    let size: Int64, step: Int64

    init(_ config: Config) throws {
      size = try config[Self.size].wholeNanoseconds
      step = try config[Self.step].wholeNanoseconds
      if size % step != 0 { throw PluginError.config("`size` is no multiple of `step`", at: "step") }
    }
  }

  // Its expressions are the instance's that reads the options, and stay there.
  struct Custom: OptionRecord, @unchecked Sendable {
    static let start = Option("start", .expression(of: .time), doc: "When the window of a row begins.")
    static let end = Option("end", .expression(of: .time), doc: "When it ends; the row's own time lies before.")
    static var members: [any DeclaredOption] { [start, end] }
    let start: Expression, end: Expression

    init(_ config: Config) throws {
      start = try config[Self.start]
      end = try config[Self.end]
    }
  }

  /// Shortest window, in nanoseconds.
  private static let least = SlidingSpan.least

  static let tumbling = Option(
    optional: "tumbling", .duration, doc: "Windows of this length, one after the other.", minimum: least)
  static let sliding = Option(
    optional: "sliding", .record(SlidingSpan.self), doc: "Windows of one length that begin every so often, and so overlap.")
  static let session = Option(
    optional: "session", .record(Session.self), doc: "A window for each run of a key's rows without a pause longer than `gap`.")
  static let count = Option(
    optional: "count", .int, doc: "Windows of so many rows of a key, in the order in which they come.", minimum: 1)
  static let cumulate = Option(
    optional: "cumulate", .record(Cumulate.self),
    doc: "Windows that begin together and end one step after the other, until the last is full: a day so far, every hour.")
  static let custom = Option(
    optional: "custom", .record(Custom.self), doc: "Each row says by expressions which window it is in.")
  static let offset = Option(
    "offset", .duration,
    doc: "Moves the bounds of tumbling, sliding and cumulating windows, which else are multiples since 1970.",
    default: .zero, minimum: 0)
  static let timezone = Option(
    optional: "timezone", .string,
    doc:
      "Bounds are times on the clock of this zone, such as `Europe/Berlin`: days have 23 to 25 hours. UTC when left out."
  )
  static let key = Option(
    optional: "key", .list(.key), doc: "A field, or several: rows with the same values belong together. All rows when left out."
  )
  static let aggregate = Option(
    "aggregate", .aggregates(of: AggregateSet.functions), doc: "Names of results, and what each is: `mean: avg(value)`.")
  static let allowedLateness = Option(
    "allowed_lateness", .duration, doc: "How long after its end a window still takes rows that were late.", default: .zero,
    minimum: 0)
  static let late = Option(
    "late", .choice(Late.self),
    doc:
      "What a late row does to windows: `correct` sends its key's result again, `recompute` all keys', `drop` does nothing.",
    default: .correct)
  static let early = Option(
    optional: "early", .duration, doc: "Sends what windows hold so far, this often by the host's clock.", minimum: 1_000_000)
  static let time = Option(
    "time", .choice(Clock.self),
    doc: "`event` puts rows into windows by their event times; `processing` by the host's clock when they come.",
    default: .event)

  static var all: [any DeclaredOption] {
    [
      tumbling, sliding, session, count, cumulate, custom, key, aggregate, offset, timezone, allowedLateness, late, early, time,
    ]
  }
}
