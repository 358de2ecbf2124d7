import PluginManifest

/// Finds the buffer of each edge, and holds what drops rows against what the manifest promises.
struct BufferResolver {
  let drafts: [NodeDraft]
  let edges: [EdgeDraft]
  /// Of the pipeline.
  let delivery: Located<Delivery>?
  let diagnostics: DiagnosticList

  /// For each edge what `inputs` says of it, the first entry that names it; nil = its node's buffer.
  func resolve() -> [EdgeBuffer?] {
    let named = edges.map { edge in
      drafts[edge.to].source.buffer?.inputs.first { fits($0.reference, edge) }
    }
    for (index, draft) in drafts.enumerated() {
      for input in draft.source.buffer?.inputs ?? [] { check(input, of: index) }
    }
    for (edge, input) in zip(edges, named) {
      guard let buffer = drafts[edge.to].source.buffer else { continue }
      check(edge, input?.plan ?? buffer.plan, at: input?.policyLocation ?? buffer.policyLocation)
    }
    return named.map { $0?.plan }
  }

  private func fits(_ reference: NodeReference, _ edge: EdgeDraft) -> Bool {
    guard reference.matches(drafts[edge.from].name) else { return false }
    switch edge.port {
    case .dead: return reference.port == "dead"
    case .index(let number):
      guard let port = reference.port else { return number == 0 }
      return drafts[edge.from].outputPorts?.firstIndex(of: port) == number
    }
  }

  /// As `from` would name the edge.
  private func name(_ edge: EdgeDraft) -> String {
    let from = drafts[edge.from]
    switch edge.port {
    case .dead: return "\(from.name).dead"
    case .index(0): return from.name
    case .index(let number): return from.outputPorts.map { "\(from.name).\($0[number])" } ?? from.name
    }
  }

  private func check(_ input: BufferSource.Input, of node: Int) {
    let into = edges.filter { $0.to == node }
    // What could not be connected at all has been reported.
    guard !into.isEmpty, !into.contains(where: { fits(input.reference, $0) }) else { return }
    diagnostics.error(
      input.reference.location,
      "'\(input.reference.text)' under 'inputs' is nothing that '\(drafts[node].name)' reads",
      SourceReader.suggestion(input.reference.text, among: into.map(name)))
  }

  private func check(_ edge: EdgeDraft, _ plan: EdgeBuffer, at place: SourceLocation) {
    if plan.whenFull == .sample, plan.frames < 2 {
      diagnostics.error(
        place,
        "a sample is thinned out while the edge '\(name(edge)) -> \(drafts[edge.to].name)' fills, and one frame fills it at once",
        "write frames: 4, or when_full: drop_newest")
    }
    let ends = [drafts[edge.to].source.delivery, drafts[edge.from].source.delivery]
    guard plan.drops, let promise = ends.compactMap({ $0 }).first ?? delivery, promise.value != .atMostOnce else { return }
    diagnostics.error(
      place,
      "the edge '\(name(edge)) -> \(drafts[edge.to].name)' drops rows when it is full (\(plan.whenFull.rawValue)), "
        + "but line \(promise.location.line) asks for delivery: \(promise.value.rawValue)",
      "write when_full: block, or delivery: at_most_once")
  }
}
