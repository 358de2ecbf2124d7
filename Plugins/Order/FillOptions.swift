import PluginKit

/// The options of `fill`.
enum FillOptions {
  /// Where the value of a made row comes from.
  enum Method: String, CaseIterable, Sendable {
    case previous, linear, null
  }

  static let every = Option(
    "every", .duration, doc: "The length of a step; steps begin at multiples of it since 1970.", minimum: 1_000)
  static let offset = Option("offset", .duration, doc: "Moves the beginnings of steps.", default: .zero, minimum: 0)
  static let key = Option(
    optional: "key", .list(.key), doc: "A field, or several: rows with the same values belong together. All rows when left out."
  )
  static let fields = Option(
    "fields", .map(.choice(Method.self)),
    doc:
      "Fields that made rows have beside time and key: `previous` is the value of the row before, `linear` lies on a line between the rows before and behind, `null` is nothing.",
    default: [])
  static let values = Option(
    "values", .map(.double), doc: "Fields of the input that are a number in made rows, and which.", default: [])
  static let maxGap = Option(
    "max_gap", .duration, doc: "Rows that are further apart have nothing between them; so long is a key waited for.",
    default: .seconds(3600), minimum: 1_000)
  static let maxRows = Option(
    "max_rows", .int, doc: "Rows that are made between two at most, the first ones.", default: 1000, minimum: 1,
    maximum: 1_000_000)

  static var all: [any DeclaredOption] { [every, offset, key, fields, values, maxGap, maxRows] }
}

/// Steps of event time.
struct StepScale {
  let length: Int64
  let offset: Int64

  /// The step that a time is in.
  @inline(__always)
  func step(of time: Int64) -> Int64 {
    let (shifted, isTooFar) = time.subtractingReportingOverflow(offset)
    let from = isTooFar ? Int64.min : shifted
    let quotient = from / length
    return from % length < 0 ? quotient - 1 : quotient
  }

  /// When a step begins; at the ends of time where that lies beyond.
  @inline(__always)
  func start(of step: Int64) -> Int64 {
    let (product, isTooFar) = step.multipliedReportingOverflow(by: length)
    if isTooFar { return step < 0 ? .min : .max }
    let (sum, isBeyond) = product.addingReportingOverflow(offset)
    return isBeyond ? .max : sum
  }
}
