import PluginKit

/// The options that `reduce` and `aggregate` have in common.
enum FoldOptions {
  /// When results leave.
  enum Emit: String, CaseIterable, Sendable {
    case every, change, watermark
  }

  static let key = Option(
    optional: "key", .list(.key), doc: "A field, or several: rows with the same values belong together. All rows when left out."
  )
  static let emit = Option(
    "emit", .choice(Emit.self),
    doc:
      "`every` sends a result for each row; `change` where it differs from the key's last; `watermark` when that moves on.",
    default: .every)
  static let ttl = Option(
    optional: "ttl", .duration,
    doc: "A key without rows for so long, in event time, is forgotten: its next row begins anew. Kept for ever when left out.",
    minimum: 1_000_000)

  static let arrival: [Component.Arrival] = [
    .init(partitions: true, reason: "rows of a key are folded as they come"),
    .init(with: emit, value: "watermark", reason: "results show what has come when the watermark moves"),
  ]
  static let eventTime: [Component.Condition] = [.init(with: ttl)]
  static let waits: [Component.Wait] = [
    .init(with: emit, value: "watermark", reason: "sends its results"),
    .init(with: ttl, reason: "gives back the memory of keys"),
  ]
}
