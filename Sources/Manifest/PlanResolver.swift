import PluginManifest

extension PipelinePlan {
  /// Resolves a manifest against the components that are known. The plan is nil when there is any error, here or in the reading
  /// of the source; all problems are reported at once, in the order of the text.
  public static func resolve(_ source: PipelineSource, catalog: some ComponentCatalog) -> (PipelinePlan?, [Diagnostic]) {
    var resolver = PlanResolver(source)
    let plan = resolver.resolve(catalog)
    return (plan, resolver.diagnostics.sorted())
  }

  /// Reads and resolves in one step: the diagnostics of both, in the order of the text.
  public static func load(
    text: String, file: String, environment: [String: String], catalog: some ComponentCatalog
  ) -> (PipelinePlan?, [Diagnostic]) {
    let (source, problems) = PipelineSource.parse(text: text, file: file, environment: environment)
    guard let source else { return (nil, problems) }
    let (plan, more) = resolve(source, catalog: catalog)
    return (plan, Diagnostic.inOrderOfText(problems + more))
  }
}

/// Makes a plan of a source: components, options, graph, columns, in that order.
struct PlanResolver {
  let source: PipelineSource
  let diagnostics: DiagnosticList
  private var drafts: [NodeDraft]

  init(_ source: PipelineSource) {
    self.source = source
    diagnostics = DiagnosticList(file: source.file, silenced: source.unreadable)
    drafts = source.nodes.map { NodeDraft($0) }
  }

  mutating func resolve(_ catalog: some ComponentCatalog) -> PipelinePlan? {
    for index in drafts.indices {
      find(index, in: catalog)
      configure(index)
    }
    var graph = GraphResolver(drafts, isPartial: source.isPartial, diagnostics: diagnostics)
    guard let order = graph.resolve() else { return nil }
    let buffers = BufferResolver(drafts: drafts, edges: graph.edges, delivery: source.delivery, diagnostics: diagnostics)
      .resolve()
    var records = RecordPlanner(drafts, edges: graph.edges, order: order, text: source.text, diagnostics: diagnostics)
    records.plan()
    let times = TimePlanner(records.drafts, edges: graph.edges, order: order, diagnostics: diagnostics)
    times.check()
    guard !diagnostics.hasErrors, !source.hasErrors else { return nil }
    graph.advise(sinks: source.sections[.sink] ?? .start)
    times.advise()
    return plan(records.drafts, edges: graph.edges, buffers: buffers, order: order)
  }

  // MARK: Components

  private mutating func find(_ index: Int, in catalog: some ComponentCatalog) {
    if let function = drafts[index].source.function {
      drafts[index].function = FunctionResolver(file: source.file, diagnostics: diagnostics).resolve(function, in: catalog)
      drafts[index].reference = drafts[index].function?.component
      return
    }
    guard let use = drafts[index].source.use else { return }
    let kind = drafts[index].kind
    let shown = SourceValue.shortened(use.value)
    switch catalog.lookup(use.value, kind: kind) {
    case .found(let reference):
      drafts[index].reference = reference
    case .ambiguous(let plugins):
      let choices = plugins.map { "\($0)/\(use.value)" }
      diagnostics.error(
        use.location, "\(kind.article) '\(shown)' is in \(plugins.count) plugins", "write \(choices.joined(separator: " or "))")
    case .unavailable(let reason, let fix):
      diagnostics.error(use.location, "'\(shown)' cannot be used: \(reason)", fix)
    case .unknown(let nearest, let refused):
      unknown(use, kind, nearest: nearest, refused: refused, catalog)
    }
  }

  private func unknown(
    _ use: Located<String>, _ kind: ComponentManifest.Kind, nearest: [String], refused: Int, _ catalog: some ComponentCatalog
  ) {
    let others = ComponentManifest.Kind.allCases.filter { other in
      guard other != kind, case .found = catalog.lookup(use.value, kind: other) else { return false }
      return true
    }
    let shown = SourceValue.shortened(use.value)
    if let other = others.first {
      diagnostics.error(
        use.location, "'\(shown)' is \(others.map(\.article).joined(separator: " and ")), not \(kind.article)",
        "move the node to \(other.rawValue)s, or use another component")
      return
    }
    let ids = catalog.ids(of: kind)
    let near = nearest.first ?? Spelling.nearest(to: use.value, in: ids)
    var fix: String
    if let near {
      fix = "did you mean '\(near)'?"
    } else if ids.isEmpty {
      fix = "no \(kind.rawValue) is installed" + (refused > 0 ? "" : ": tidemill plugin list shows what is")
    } else {
      fix = "there are: \(DiagnosticList.first(of: ids.sorted()))"
    }
    if refused > 0 {
      fix += near == nil ? "; " : " "
      fix += refused == 1 ? "1 plugin file is refused" : "\(refused) plugin files are refused"
      fix += ": tidemill plugin list shows why"
    }
    diagnostics.error(use.location, "no plugin has \(kind.article) '\(shown)'", fix)
  }

  private mutating func configure(_ index: Int) {
    let draft = drafts[index]
    guard let reference = draft.reference else { return }
    if let state = draft.source.state, reference.manifest.keyedState != true {
      let what = draft.function == nil ? "\(reference.manifest.id) keeps nothing by keys" : "a function keeps nothing by keys"
      diagnostics.error(state.location, "\(what), which 'state' could limit", "remove it")
    }
    defer { deal(index, reference.manifest) }
    if draft.function != nil {
      drafts[index].locations = draft.source.function?.locations ?? [:]
      drafts[index].inputPorts = ["in"]
      drafts[index].outputPorts = ["out"]
      return
    }
    var with = draft.source.with
    if reference.manifest.codec == .decode { with = with.map(FieldTypes.shortened) }
    var resolver = ConfigResolver(component: reference.manifest.id, diagnostics: diagnostics)
    drafts[index].config = resolver.resolve(
      with, options: FormatOptions.options(of: reference.manifest), place: draft.usePlace)
    drafts[index].locations = resolver.locations
    drafts[index].nameLocations = resolver.nameLocations
    drafts[index].inputPorts = draft.kind == .source ? [] : names(reference.manifest.ports?.in) ?? ["in"]
    let hasOwn = reference.manifest.ports?.outFrom != nil
    var outputs = draft.kind == .sink ? [] : names(reference.manifest.ports?.out, empty: hasOwn) ?? ["out"]
    if let option = reference.manifest.ports?.outFrom, draft.kind != .sink {
      outputs += portNames(option, drafts[index], beside: outputs)
    }
    drafts[index].outputPorts = outputs
  }

  /// Finds out by what rows are dealt to the lanes of a node.
  private mutating func deal(_ index: Int, _ manifest: ComponentManifest) {
    let asked = drafts[index].source.lanes
    if asked == nil, drafts[index].kind != .source { return }
    if case .exactly(1) = asked?.value { return }
    switch LanePlanner.keys(of: drafts[index], manifest) {
    case .success(let keys): drafts[index].laneKeys = keys
    case .failure(let refusal):
      if let asked, asked.value != .auto {
        diagnostics.error(asked.location, refusal.message, refusal.fix)
      } else {
        drafts[index].laneRefusal = refusal.message
      }
    }
  }

  private func names(_ ports: [ComponentManifest.Port]?, empty: Bool = false) -> [String]? {
    guard let ports, empty || !ports.isEmpty else { return nil }
    return ports.map(\.name)
  }

  /// The ports that the entries of an option name: the keys of a map, the texts of a list, the `name` of each map of a list.
  private func portNames(_ option: String, _ draft: NodeDraft, beside taken: [String]) -> [String] {
    var found: [(name: String, path: String)] = []
    switch draft.config[option] {
    case .map(let entries): found = entries.map { ($0.name, "\(option).\($0.name)") }
    case .list(let items):
      for (index, item) in items.enumerated() {
        if case .string(let name) = item { found.append((name, "\(option)[\(index)]")) }
        if case .string(let name) = item["name"] { found.append((name, "\(option)[\(index)].name")) }
      }
    default: break
    }
    var ports: [String] = []
    for (name, path) in found {
      let place = draft.place(of: path)
      if !SourceReader.isName(name) {
        diagnostics.error(
          place, "'\(SourceValue.shortened(name))' cannot be the name of a port: names hold letters, digits, '_' and '-'")
      } else if name == "dead" {
        diagnostics.error(place, "every node has a port 'dead' already: it gets the rejected rows", "choose another name")
      } else if taken.contains(name) || ports.contains(name) {
        diagnostics.error(place, "'\(draft.name)' has a port '\(name)' already", "choose another name")
      } else {
        ports.append(name)
      }
    }
    return ports
  }

  // MARK: Plan

  private func plan(
    _ drafts: [NodeDraft], edges: [EdgeDraft], buffers: [EdgeBuffer?], order: [Int]
  ) -> PipelinePlan {
    var position = [Int](repeating: 0, count: drafts.count)
    for (index, draft) in order.enumerated() { position[draft] = index }
    let edges = zip(edges, buffers).map {
      EdgePlan(
        from: position[$0.from], outputPort: $0.port, to: position[$0.to], inputPort: $0.inputPort, buffer: $1,
        location: $0.location)
    }.sorted { $0.sortKey < $1.sortKey }
    var into = [[[Int]]](repeating: [], count: drafts.count)
    for (index, draft) in order.enumerated() { into[index] = drafts[draft].inputPorts?.map { _ in [] } ?? [] }
    for (index, edge) in edges.enumerated() { into[edge.to][edge.inputPort].append(index) }
    let nodes = order.enumerated().compactMap { index, draft in node(drafts[draft], index, into[index]) }
    return PipelinePlan(
      file: source.file, name: source.name?.value ?? Self.name(ofFile: source.file),
      delivery: source.delivery?.value ?? .atMostOnce,
      maxMemoryBytes: source.maxMemoryBytes?.value, maxMemoryLocation: source.maxMemoryBytes?.location ?? .start, nodes: nodes,
      edges: edges
    ).withOrderingNodes()
  }

  private func node(_ draft: NodeDraft, _ index: Int, _ edges: [[Int]]) -> NodePlan? {
    guard let reference = draft.reference else { return nil }
    return NodePlan(
      index: index, name: draft.name, kind: draft.kind, reference: reference, function: draft.function, config: draft.config,
      watermark: draft.source.watermark?.value, onError: draft.source.onError?.value ?? ErrorPolicy(.deadLetter),
      buffer: draft.source.buffer?.plan, state: state(of: draft), lanes: draft.lanes.count,
      laneKeys: draft.laneKeys, choosesLanes: draft.lanes.isChosen, laneRefusal: draft.laneRefusal,
      order: draft.source.order?.value,
      inputs: zip(draft.inputPorts ?? [], edges).map { InputPortPlan(name: $0, edges: $1) },
      outputPorts: draft.outputPorts ?? [], recordPlan: draft.recordPlan, encodePlan: draft.encodePlan,
      forwardsOnly: draft.forwardsOnly, pollEveryNanoseconds: reference.manifest.pollEvery.flatMap(Quantity.nanoseconds),
      orderedAggregates: draft.orderedAggregates, location: draft.source.location, useLocation: draft.usePlace,
      configLocations: draft.locations)
  }

  private func state(of draft: NodeDraft) -> StateLimits? {
    draft.manifest?.keyedState == true ? draft.source.state?.value ?? StateLimits() : nil
  }

  /// `pipelines/my flow.yaml` is the pipeline `my_flow`, `<stdin>` the pipeline `stdin`.
  static func name(ofFile file: String) -> String {
    if file.hasPrefix("<"), file.hasSuffix(">") { return name(ofFile: String(file.dropFirst().dropLast())) }
    let last = file.split(separator: "/").last.map(String.init) ?? ""
    let stem = last.lastIndex(of: ".").map { String(last[..<$0]) } ?? last
    let name = String(stem.map { SourceReader.isName(String($0)) ? $0 : "_" }.prefix(ManifestLimits.nameLength))
    return name.contains { $0 != "_" } ? name : "pipeline"
  }
}

extension EdgePlan {
  /// Order of edges in a plan.
  var sortKey: (Int, Int, Int, Int) {
    let port: Int
    switch outputPort {
    case .index(let index): port = index
    case .dead: port = Int.max
    }
    return (to, inputPort, from, port)
  }
}
