/// A window over an input, as a manifest and as the model have it.
struct WindowCase {
  /// What becomes of a row that belongs to a window which has fired, within the allowed lateness.
  enum Late: String { case correct, recompute, drop }

  var kind: WindowKind
  var keys: [String] = ["k"]
  var aggregates: [AggregateModel]
  /// How far the watermark lags behind the greatest time.
  var delay: Int64
  var allowedLateness: Int64 = 0
  var late: Late?
  /// Names of the sources; each is one of the manifest's.
  var sources = ["in"]
  var lanes = 1
  /// True when rows come in the order of event time.
  var isOrdered = false
  /// Other options of the component, as they are written.
  var more = ""
  private static let fields = "row: int, value: double, n: int, s: string, q: string, b: bool, at: time, k: string, j: int"

  var manifest: String {
    var text = "name: proof\nsources:\n"
    for source in sources {
      text +=
        "  \(source): { use: file, with: { path: in.jsonl, format: json, time: ts, time_unit: ns, fields: { \(Self.fields) } }"
      text += ", watermark: { delay: \(delay)ns } }\n"
    }
    var options = [kind.options]
    if !keys.isEmpty { options.append("key: [\(keys.joined(separator: ", "))]") }
    options.append("aggregate: { \(aggregates.map { "\($0.name): \($0.text)" }.joined(separator: ", ")) }")
    // It counts as none where late rows are dropped, and both together are refused.
    if allowedLateness > 0, late != .drop { options.append("allowed_lateness: \(allowedLateness)ns") }
    if !more.isEmpty { options.append(more) }
    if let late { options.append("late: \(late.rawValue)") }
    text += "operators:\n  win:\n    use: window\n    from: [\(sources.joined(separator: ", "))]\n"
    if lanes > 1 { text += "    lanes: \(lanes)\n" }
    if isOrdered { text += "    order: event_time\n" }
    text += "    with: { "
    text += options.joined(separator: ", ") + " }\n"
    text += "sinks:\n"
    text += "  out: { use: file, from: win, with: { path: out.jsonl } }\n"
    text += "  late: { use: file, from: win.late, with: { path: late.jsonl } }\n"
    text += "  dead: { use: file, from: \"*.dead\", with: { path: dead.jsonl } }\n"
    return text
  }
}
