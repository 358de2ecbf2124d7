import Formats
import PluginManifest

/// A node on its way from written to resolved; drafts stand in the order of the manifest.
struct NodeDraft {
  let source: NodeSource
  /// Nil when `use` is missing or names no usable component, which has been reported: such a node takes part in the graph and is
  /// not complained about further.
  var reference: ComponentReference?
  /// Of a node with `function`, which has a reference beside it.
  var function: FunctionPlan?
  var config: ConfigValue = .map([])
  var locations: [String: SourceLocation] = [:]
  /// Places of names in options that are maps.
  var nameLocations: [String: SourceLocation] = [:]
  /// Nil while the component is unknown.
  var inputPorts: [String]?
  var outputPorts: [String]?
  var recordPlan: RecordPlan?
  var encodePlan: EncodePlan?
  /// For each input port, fields by whose values rows are dealt to lanes; nil = by the event's key.
  var laneKeys: [[String]?] = []
  /// Why it cannot have lanes, where that was left to the planner.
  var laneRefusal: String?
  var orderedAggregates: [OrderedAggregate] = []

  init(_ source: NodeSource) {
    self.source = source
  }

  var name: String { source.name }
  var kind: ComponentManifest.Kind { source.kind }
  var manifest: ComponentManifest? { reference?.manifest }
  /// Place of what stands after `use` or `function`, else of the name.
  var usePlace: SourceLocation { source.use?.location ?? source.function?.location ?? source.location }

  /// How many instances stand side by side, and whether the planner may decide on more: where it is asked to, and for the threads that
  /// decode for a source, which change nothing but the time that it takes.
  var lanes: (count: Int, isChosen: Bool) {
    switch source.lanes?.value {
    case .exactly(let count)?: (count, false)
    case .auto?: (1, true)
    case nil: (1, kind == .source && laneRefusal == nil)
    }
  }

  /// True for an operator whose output is its input's rows as they are. One that merges rows brings along what rides beside them, so
  /// that some of its ports may have fields more.
  var forwardsOnly: Bool {
    guard kind == .operator, let outputs = manifest?.outputs, outputs.arePassed else { return false }
    return outputs.merged == true || manifest?.ports?.out?.contains { $0.outputs != nil } != true
  }

  /// The same of what comes out at one port.
  func forwards(at port: EdgePlan.OutputPort) -> Bool {
    guard forwardsOnly, case .index(let number) = port else { return false }
    return outputs(at: number)?.arePassed == true
  }

  /// What comes out at a port: what the port says, else what the component does.
  func outputs(at port: Int) -> ComponentManifest.Outputs? {
    let ports = manifest?.ports?.out ?? []
    return (ports.indices.contains(port) ? ports[port].outputs : nil) ?? manifest?.outputs
  }

  /// Fields that the component makes, by its description and by the options that name some; a nil type is not known.
  var madeFields: [(name: String, type: RecordPlan.ColumnType?)] { manifest?.outputs.map(madeFields) ?? [] }

  /// The same of one port.
  func madeFields(_ outputs: ComponentManifest.Outputs) -> [(name: String, type: RecordPlan.ColumnType?)] {
    var made = (outputs.fields ?? []).map { (name: $0.name, type: RecordPlan.ColumnType(rawValue: $0.type)) }
    var prefix = ""
    if let option = outputs.prefix, case .string(let text) = config[option] { prefix = text }
    for option in outputs.namedBy ?? [] {
      switch config[option] {
      case .map(let entries):
        for entry in entries {
          guard case .string(let word) = entry.value else { continue }
          made.append((prefix + entry.name, RecordPlan.ColumnType(rawValue: word)))
        }
      case .list(let items):
        for case .string(let name) in items where !made.contains(where: { $0.name == prefix + name }) {
          made.append((prefix + name, nil))
        }
      default: break
      }
    }
    return made
  }

  /// Place of a configuration value, or of what stands around it.
  func place(of path: String) -> SourceLocation {
    locations[path] ?? locations[""] ?? usePlace
  }
}

/// An edge between drafts.
struct EdgeDraft: Hashable {
  var from: Int
  var port: EdgePlan.OutputPort
  var to: Int
  var inputPort: Int
  var location: SourceLocation

  func isSameWay(as other: EdgeDraft) -> Bool {
    from == other.from && port == other.port && to == other.to && inputPort == other.inputPort
  }
}

extension ComponentManifest.Outputs {
  /// True for the input's rows as they are.
  fileprivate var arePassed: Bool { same == true && open != true && (fields ?? []).isEmpty && !changesFields }
}
