import Formats
import PluginManifest

/// Event times and watermarks along the graph: rows that have no event time where a node needs one, and nodes that wait for a
/// watermark that nothing moves.
struct TimePlanner {
  /// What is known of the event times of rows.
  private enum Times: Equatable {
    case given, unknown
    /// Rows of this node have none: of all rows there, or as far as components say what they make.
    case missing(of: Int, isCertain: Bool)
  }

  /// Why a node needs event times, and where that is written.
  private struct Need {
    var location: SourceLocation
    var what: String
    /// What else could be written.
    var alternative: String?
  }

  private let drafts: [NodeDraft]
  private let order: [Int]
  private let diagnostics: DiagnosticList
  /// Per node, the edges into it.
  private var into: [[EdgeDraft]]
  /// Per node and output port.
  private var times: [[Times]]

  init(_ drafts: [NodeDraft], edges: [EdgeDraft], order: [Int], diagnostics: DiagnosticList) {
    self.drafts = drafts
    self.order = order
    self.diagnostics = diagnostics
    into = [[EdgeDraft]](repeating: [], count: drafts.count)
    for edge in edges { into[edge.to].append(edge) }
    times = [[Times]](repeating: [], count: drafts.count)
    for index in order {
      times[index] = (0..<max(1, drafts[index].outputPorts?.count ?? 1)).map { output(of: index, at: $0) }
    }
  }

  // MARK: Event times

  private func output(of index: Int, at port: Int) -> Times {
    let draft = drafts[index]
    if draft.kind == .source { return source(index) }
    guard let outputs = draft.outputs(at: port) else { return .unknown }
    if Self.haveTime(outputs) { return .given }
    guard outputs.same == true else {
      // Results have the event times that their component gives them, in a column without a name.
      let isListed = outputs.fields != nil && outputs.fieldsOf == nil && outputs.joined == nil
      return isListed ? .missing(of: index, isCertain: false) : .unknown
    }
    let input = merged(index)
    if let option = outputs.eventTime { return draft.config[option] ?? .null == .null ? input : .given }
    // Of fields that depend on its options one may be an event time.
    guard outputs.open == true, case .missing(let origin, _) = input else { return input }
    return .missing(of: origin, isCertain: false)
  }

  private func source(_ index: Int) -> Times {
    let draft = drafts[index]
    if let records = draft.recordPlan {
      if records.columns.contains(where: { $0.role == .eventTime }) { return .given }
      // Stored frames have what they were written with, and of a mistake in `time` enough is said.
      if records.format == .frame || draft.source.with?["time"] != nil { return .unknown }
      return .missing(of: index, isCertain: true)
    }
    guard let outputs = draft.manifest?.outputs, outputs.fields != nil else { return .unknown }
    return Self.haveTime(outputs) ? .given : .missing(of: index, isCertain: true)
  }

  private static func haveTime(_ outputs: ComponentManifest.Outputs) -> Bool {
    outputs.fields?.contains { $0.role == RecordPlan.Role.eventTime.rawValue } ?? false
  }

  private func times(of edge: EdgeDraft) -> Times {
    // Rows of a port of dead letters have the time at which they were rejected.
    guard case .index(let port) = edge.port else { return .given }
    return times[edge.from].indices.contains(port) ? times[edge.from][port] : .unknown
  }

  /// What is known of all that comes into a node together.
  private func merged(_ index: Int) -> Times {
    let all = into[index].map(times(of:))
    var origin: Int?
    var isCertain = true
    for times in all {
      guard case .missing(let node, let holds) = times else {
        isCertain = false
        continue
      }
      origin = origin ?? node
      isCertain = isCertain && holds
    }
    if let origin { return .missing(of: origin, isCertain: isCertain) }
    return all.allSatisfy { $0 == .given } && !all.isEmpty ? .given : .unknown
  }

  // MARK: What is wrong

  /// Reports watermarks of sources without event times, and nodes that need event times of rows that have none.
  func check() {
    for (index, draft) in drafts.enumerated() {
      if draft.kind == .source {
        checkWatermark(index)
        continue
      }
      checkMaking(index)
      if let need = need(of: draft) {
        check(need, of: index)
      }
    }
  }

  /// Watermarks follow event times: without any, one that is asked for would never move.
  private func checkWatermark(_ index: Int) {
    let draft = drafts[index]
    guard let place = draft.source.watermark?.location, case .missing = source(index) else { return }
    diagnostics.error(
      place, "'\(draft.name)' has no event times that a watermark could follow",
      draft.recordPlan == nil ? "leave the watermark out" : "name the field that holds them: with: { time: FIELD }")
  }

  /// An operator that makes event times takes rows that have none.
  private func checkMaking(_ index: Int) {
    let draft = drafts[index]
    guard let option = draft.outputs(at: 0)?.eventTime, draft.config[option] ?? .null != .null,
      let edge = into[index].first(where: { times(of: $0) == .given })
    else { return }
    diagnostics.error(
      draft.locations[option] ?? draft.usePlace,
      "'\(option)' makes event times, and the rows of '\(drafts[edge.from].name)' have some already",
      "leave \(option) out, or let the source give them none")
  }

  private func need(of draft: NodeDraft) -> Need? {
    let holding = (draft.manifest?.eventTime ?? []).filter { $0.holds(in: draft.config) }
    if let condition = holding.first {
      return Need(
        location: condition.option.flatMap { draft.locations[$0] } ?? draft.usePlace, what: draft.manifest?.id ?? draft.name,
        alternative: holding.count == 1 ? alternative(to: condition, of: draft) : nil)
    }
    return draft.source.order.map {
      Need(location: $0.location, what: "order: \($0.value.rawValue)", alternative: "leave it out")
    }
  }

  /// Another choice of the option that asks for times. Whether an option may be left out nobody says, others may ask for it.
  private func alternative(to condition: ComponentManifest.Condition, of draft: NodeDraft) -> String? {
    guard let value = condition.value, let option = draft.manifest?.options?.first(where: { $0.name == condition.option })
    else { return nil }
    return option.choices?.first { $0 != value }.map { "write \(option.name): \($0.plain)" }
  }

  private func check(_ need: Need, of index: Int) {
    var found: (origin: Int, isCertain: Bool)?
    for edge in into[index] {
      guard case .missing(let origin, let isCertain) = times(of: edge), found?.isCertain != true else { continue }
      if isCertain || found == nil { found = (origin, isCertain) }
    }
    guard let found else { return }
    let origin = drafts[found.origin]
    let message =
      origin.kind == .source
      ? "\(need.what) needs event times, and the rows of '\(origin.name)' have none"
      : "\(need.what) needs event times, and '\(origin.name)' names none among the fields that it makes"
    let fixes = [timeFix(of: origin), need.alternative].compactMap(\.self)
    let fix = fixes.isEmpty ? nil : fixes.joined(separator: ", or ")
    if found.isCertain {
      diagnostics.error(need.location, message, fix)
    } else {
      diagnostics.warning(need.location, message, fix)
    }
  }

  private func timeFix(of origin: NodeDraft) -> String? {
    guard let records = origin.recordPlan else { return nil }
    return records.format == .text
      ? "have an operator before it make them" : "name the field that holds them in '\(origin.name)': with: { time: FIELD }"
  }

  // MARK: Advice

  /// Warns of sources without a watermark that some node waits for; for a graph without errors.
  func advise() {
    /// Per node, the sources above it that have no watermark before they end.
    var still = drafts.enumerated().map { index, draft -> Set<Int> in
      guard draft.kind == .source, let manifest = draft.manifest else { return [] }
      return draft.source.watermark == nil && manifest.setsWatermark != true ? [index] : []
    }
    /// Per source, who waits and what for.
    var waiting: [Int: [(node: Int, reason: String)]] = [:]
    for index in order {
      for edge in into[index] { still[index].formUnion(still[edge.from]) }
      guard let reason = wait(of: drafts[index]) else { continue }
      for source in still[index] { waiting[source, default: []].append((index, reason)) }
    }
    for index in drafts.indices {
      guard let first = waiting[index]?.first, let count = waiting[index]?.count else { continue }
      let name = drafts[index].name, reader = drafts[first.node].name
      let more = count > 1 ? ", and \(count - 1) more \(count == 2 ? "waits" : "wait") as long" : ""
      diagnostics.warning(
        drafts[index].source.location,
        "'\(name)' has no watermark, so '\(reader)' \(first.reason) only at the end of the input\(more)",
        watermarkFix(of: index))
    }
  }

  private func wait(of draft: NodeDraft) -> String? {
    let own = draft.manifest?.waits?.first { $0.condition.holds(in: draft.config) }?.reason
    return own ?? draft.source.order.map { _ in "takes its rows" }
  }

  private func watermarkFix(of index: Int) -> String? {
    guard case .missing = source(index) else { return "write watermark: { delay: 5s }, for as long as rows may be late" }
    guard let records = drafts[index].recordPlan else { return nil }
    return records.format == .text
      ? "read records with a field that holds their time: a watermark follows event times that the source has"
      : "name the field that holds event times, with: { time: FIELD }, and write watermark: { delay: 5s }"
  }
}
