import PluginManifest

/// Connects the nodes: names under `from` become edges, patterns included, and cycles are refused.
struct GraphResolver {
  let drafts: [NodeDraft]
  let diagnostics: DiagnosticList
  /// True when the manifest has nodes that could not be read.
  private let isPartial: Bool
  private(set) var edges: [EdgeDraft] = []
  private var indices: [String: Int] = [:]
  /// Per node, where its edges lead.
  private var below: [[Int]]
  /// Per node, edges into it.
  private var inputs: [Int]
  private var isFull = false

  init(_ drafts: [NodeDraft], isPartial: Bool, diagnostics: DiagnosticList) {
    self.drafts = drafts
    self.isPartial = isPartial
    self.diagnostics = diagnostics
    below = [[Int]](repeating: [], count: drafts.count)
    inputs = [Int](repeating: 0, count: drafts.count)
    for (index, draft) in drafts.enumerated() { indices[draft.name] = index }
  }

  /// The nodes in topological order, first written first; nil when there is a cycle, which is reported.
  mutating func resolve() -> [Int]? {
    var patterns: [(node: Int, port: Int, reference: NodeReference)] = []
    for index in drafts.indices {
      for (port, references) in ports(of: index) {
        for reference in references {
          if reference.isPattern {
            patterns.append((index, port, reference))
          } else {
            connect(index, port, reference)
          }
        }
      }
    }
    guard refuseCycles() else { return nil }
    let readers = Dictionary(grouping: patterns, by: { $0.reference.port ?? "" })
    for pattern in patterns {
      let reader = drafts[pattern.node]
      let canBeRead = pattern.reference.port == "dead" || reader.kind != .sink
      let mutual = (readers[pattern.reference.port ?? ""] ?? []).filter { canBeRead && $0.reference.matches(reader.name) }
      connect(pattern.node, pattern.port, pattern.reference, apart: Set(mutual.map(\.node)))
    }
    return order()
  }

  // MARK: Input ports

  /// The input ports that a node's `from` names, by number, with what they read.
  private func ports(of index: Int) -> [(Int, [NodeReference])] {
    let draft = drafts[index]
    guard let from = draft.source.from else { return [] }
    guard let names = draft.inputPorts else {
      // The component is unknown: its names are still looked up.
      return from.ports.map { (0, $0.references) }
    }
    if from.ports.count == 1, from.ports[0].name == nil {
      if names.count > 1 {
        let example = names.map { "\($0): ..." }.joined(separator: ", ")
        diagnostics.error(
          from.location, "\(component(draft)) has \(names.count) input ports: \(names.joined(separator: ", "))",
          "write from: { \(example) }")
      }
      return [(0, from.ports[0].references)]
    }
    var result: [(Int, [NodeReference])] = []
    var isKnown = true
    for port in from.ports {
      guard let name = port.name else { continue }
      guard let number = names.firstIndex(of: name.value) else {
        isKnown = false
        diagnostics.error(
          name.location, "'\(SourceValue.shortened(name.value))' is not an input port of \(component(draft))",
          names == ["in"]
            ? "it has one: write from: name, or from: [a, b] to merge" : SourceReader.suggestion(name.value, among: names))
        continue
      }
      result.append((number, port.references))
    }
    for name in names where isKnown && !from.ports.contains(where: { $0.name?.value == name }) {
      diagnostics.error(
        from.location, "nothing is connected to the input port '\(name)' of \(component(draft))", "add \(name): ...")
    }
    return result
  }

  private func component(_ draft: NodeDraft) -> String { draft.manifest?.id ?? draft.name }

  // MARK: Names

  private mutating func connect(_ index: Int, _ inputPort: Int, _ reference: NodeReference) {
    guard let target = indices[reference.node] else {
      if isPartial { return }
      diagnostics.error(
        reference.location, "no node is named '\(reference.node)'", suggestion(for: reference.node, readBy: index))
      return
    }
    let draft = drafts[target]
    let port: EdgePlan.OutputPort
    if reference.port == "dead" {
      port = .dead
    } else if draft.kind == .sink {
      diagnostics.error(
        reference.location, "'\(draft.name)' is a sink: nothing comes out of it",
        "read what it reads, or \(draft.name).dead for the rows it rejects")
      return
    } else if let ports = draft.outputPorts {
      guard let number = number(of: reference, in: ports, of: draft) else { return }
      port = .index(number)
    } else {
      port = .index(0)
    }
    add(EdgeDraft(from: target, port: port, to: index, inputPort: inputPort, location: reference.location))
  }

  private func suggestion(for name: String, readBy index: Int) -> String? {
    let names = drafts.enumerated().filter { $0.offset != index && $0.element.kind != .sink }.map(\.element.name)
    if let near = Spelling.nearest(to: name, in: names) { return "did you mean '\(near)'?" }
    return names.isEmpty ? nil : "there are: \(DiagnosticList.first(of: names))"
  }

  private func number(of reference: NodeReference, in ports: [String], of draft: NodeDraft) -> Int? {
    guard let name = reference.port else {
      if ports.isEmpty {
        diagnostics.error(reference.location, "'\(draft.name)' has no output but \(draft.name).dead")
      } else if draft.manifest?.ports?.out?.isEmpty == true {
        diagnostics.error(
          reference.location, "'\(draft.name)' has no output of its own name",
          "name one of its ports: \(ports.map { "\(draft.name).\($0)" }.joined(separator: ", "))")
        return nil
      }
      return ports.isEmpty ? nil : 0
    }
    if let number = ports.firstIndex(of: name) { return number }
    diagnostics.error(
      reference.location, "'\(SourceValue.shortened(name))' is not a port of '\(draft.name)'",
      SourceReader.suggestion(name, among: ports + ["dead"]))
    return nil
  }

  // MARK: Patterns

  /// Connects all nodes that fit, but not the reader, what is below it, and what reads or is below a reader whose own pattern fits
  /// this one: two readers of "*.dead" do not read each other.
  private mutating func connect(_ index: Int, _ inputPort: Int, _ reference: NodeReference, apart readers: Set<Int>) {
    var excluded = [Bool](repeating: false, count: drafts.count)
    for reader in readers.union([index]) { exclude(from: reader, in: &excluded) }
    var (fits, hasPort, connected) = (false, false, false)
    for (target, draft) in drafts.enumerated() where target != index && reference.matches(draft.name) {
      let port: EdgePlan.OutputPort
      if reference.port == "dead" {
        port = .dead
      } else {
        if draft.kind == .sink { continue }
        fits = true
        guard let ports = draft.outputPorts else {
          hasPort = true
          connected = true
          continue
        }
        guard let number = reference.port.map({ ports.firstIndex(of: $0) }) ?? (ports.isEmpty ? nil : 0) else { continue }
        port = .index(number)
      }
      (fits, hasPort) = (true, true)
      if excluded[target] { continue }
      connected = true
      let edge = EdgeDraft(from: target, port: port, to: index, inputPort: inputPort, location: reference.location)
      if !isKnown(edge) { add(edge) }
    }
    if connected { return }
    let message =
      if !fits {
        "no node fits '\(reference.text)'"
      } else if !hasPort {
        "no node that fits '\(reference.node)' has a port '\(reference.port ?? "out")'"
      } else {
        "'\(reference.text)' leaves out the node itself and what is below it, and nothing else fits"
      }
    diagnostics.error(reference.location, message)
  }

  private func exclude(from start: Int, in excluded: inout [Bool]) {
    var stack = [start]
    while let node = stack.popLast() {
      if excluded[node] { continue }
      excluded[node] = true
      stack += below[node]
    }
  }

  private func isKnown(_ edge: EdgeDraft) -> Bool {
    below[edge.from].contains(edge.to) && edges.contains { $0.isSameWay(as: edge) }
  }

  private mutating func add(_ edge: EdgeDraft) {
    guard edges.count < ManifestLimits.edges else {
      if !isFull { diagnostics.error(edge.location, "the pipeline has more than \(ManifestLimits.edges) connections") }
      isFull = true
      return
    }
    inputs[edge.to] += 1
    guard inputs[edge.to] <= ManifestLimits.inputs else {
      if inputs[edge.to] == ManifestLimits.inputs + 1 {
        diagnostics.error(
          edge.location, "'\(drafts[edge.to].name)' has more than \(ManifestLimits.inputs) inputs",
          "merge some of them in operators before it")
      }
      return
    }
    edges.append(edge)
    below[edge.from].append(edge.to)
  }

  // MARK: Order

  /// Nodes whose inputs all stand before them, lowest index first (Kahn's algorithm); a part of them where there is a cycle.
  private func order(without removed: Set<Int> = []) -> [Int] {
    var missing = [Int](repeating: 0, count: drafts.count)
    for edge in edges where !removed.contains(edge.from) { missing[edge.to] += 1 }
    var ready = MinHeap(drafts.indices.filter { missing[$0] == 0 || removed.contains($0) })
    var result: [Int] = []
    while let node = ready.pop() {
      result.append(node)
      if removed.contains(node) { continue }
      for next in below[node] where !removed.contains(next) {
        missing[next] -= 1
        if missing[next] == 0 { ready.push(next) }
      }
    }
    return result
  }

  /// True when there is no cycle; each cycle found is reported with its path.
  private func refuseCycles() -> Bool {
    var removed = Set<Int>()
    for _ in 0..<ManifestLimits.diagnostics {
      let ordered = Set(order(without: removed))
      guard let start = drafts.indices.first(where: { !ordered.contains($0) && !removed.contains($0) }) else { break }
      // Going up from a node that is left, through nodes that are left, ends in a cycle.
      var path = [start]
      var seen = [start: 0]
      while true {
        let edge = edges.first { $0.to == path[path.count - 1] && !ordered.contains($0.from) && !removed.contains($0.from) }
        guard let up = edge?.from else { return false }
        if let first = seen[up] {
          path = Array(path[first...])
          break
        }
        seen[up] = path.count
        path.append(up)
      }
      report(cycle: path)
      removed.formUnion(path)
    }
    return removed.isEmpty
  }

  /// `path` goes up: each node is read by the one before it.
  private func report(cycle path: [Int]) {
    guard let least = path.min(), let position = path.firstIndex(of: least) else { return }
    let rotated = Array(path[position...] + path[..<position])
    let names = ([rotated[0]] + rotated.reversed()).map { drafts[$0].name }
    let writer = rotated.count > 1 ? rotated[1] : rotated[0]
    let place = edges.first { $0.to == least && $0.from == writer }?.location ?? drafts[least].source.location
    let shown = names.count > 12 ? names.prefix(6) + ["..."] + names.suffix(5) : names[...]
    diagnostics.error(
      place,
      path.count == 1
        ? "'\(drafts[least].name)' reads itself" : "the nodes run in a circle: \(shown.joined(separator: " -> "))",
      "a node cannot read what comes from itself or from a node below it")
  }

  // MARK: Advice

  /// Warns of nodes whose rows go nowhere, and notes where rejected rows go; for a graph without errors. `sinks` is where the
  /// manifest's sinks begin.
  func advise(sinks: SourceLocation) {
    let read = Set(edges.filter { $0.port != .dead }.map(\.from))
    for (index, draft) in drafts.enumerated() where draft.kind != .sink && !read.contains(index) {
      let hasNamedPortsOnly = draft.manifest?.ports?.out?.isEmpty == true
      let output = hasNamedPortsOnly ? draft.outputPorts?.first.map { "\(draft.name).\($0)" } : draft.name
      diagnostics.warning(
        draft.source.location, "nobody reads '\(draft.name)': its rows are dropped",
        output.map { "add a sink with from: \($0)" })
    }
    let rejects = drafts.contains { $0.source.onError?.value.onError != .stop }
    if rejects, !edges.contains(where: { $0.port == .dead }) {
      diagnostics.note(
        sinks, "nothing reads the rows that nodes reject: they are counted and logged",
        "to keep them, add a sink with from: \"*.dead\"")
    }
  }
}
