import Formats
import PluginManifest

/// A pipeline as resolved: components found, options checked and defaulted, graph without cycles, columns decided.
public struct PipelinePlan: Sendable, Equatable {
  public var file: String
  public var name: String
  public var delivery: Delivery
  /// Bound of all buffers together, in bytes; nil = none.
  public var maxMemoryBytes: Int64?
  /// Place of that bound.
  public var maxMemoryLocation: SourceLocation
  /// In topological order: every edge leads from a lower to a higher index. `nodes[i].index == i`.
  public var nodes: [NodePlan]
  /// In order of (to, input port, from, output port).
  public var edges: [EdgePlan]

  /// The edges that leave a node, in the order of `edges`.
  public func edges(from node: Int) -> [EdgePlan] { edges.filter { $0.from == node } }
  /// The edges into a node, in the order of `edges`.
  public func edges(into node: Int) -> [EdgePlan] { edges.filter { $0.to == node } }
  public func node(named name: String) -> NodePlan? { nodes.first { $0.name == name } }

  /// The place of a node's configuration value: of the path itself (`to[0]`, `rules[2].where`), else of the nearest value around
  /// it that was written, else of `use`.
  public func location(node index: Int, path: String = "") -> SourceLocation {
    guard nodes.indices.contains(index) else { return .start }
    let node = nodes[index]
    var path = Substring(path)
    while !path.isEmpty {
      if let found = node.configLocations[String(path)] { return found }
      path = path.lastIndex { $0 == "." || $0 == "[" }.map { path[..<$0] } ?? ""
    }
    return node.configLocations[""] ?? node.useLocation
  }

  /// A diagnostic at the place of a configuration value, for what a plugin says of it.
  public func diagnostic(
    node index: Int, path: String = "", severity: Diagnostic.Severity = .error, message: String, fix: String? = nil
  ) -> Diagnostic {
    Diagnostic(file: file, location: location(node: index, path: path), severity: severity, message: message, fix: fix)
  }
}

/// A source, operator or sink as resolved.
public struct NodePlan: Sendable, Equatable {
  public var index: Int
  public var name: String
  public var kind: ComponentManifest.Kind
  /// Of a function: its library's file name and the symbol.
  public var reference: ComponentReference
  /// The function that the node calls in place of a plugin.
  public var function: FunctionPlan?
  /// A map: every option that was written or has a default, in the order of the schema; durations in ns, sizes in bytes.
  public var config: ConfigValue
  /// Of sources; nil = the manifest gives none.
  public var watermark: WatermarkPolicy?
  public var onError: ErrorPolicy
  /// Bounds of the edges into the node; nil = the manifest gives none (`EdgeBuffer()` holds the defaults).
  public var buffer: EdgeBuffer?
  /// What it may keep by keys; nil = the component keeps nothing by keys.
  public var state: StateLimits?
  /// Instances side by side.
  public var lanes: Int
  /// With several lanes, for each input port: fields by whose values rows are dealt to them; nil = the event's key.
  public var laneKeys: [[String]?] = []
  /// The planner may decide on more lanes.
  public var choosesLanes = false
  /// Why there cannot be more, where the planner may decide.
  public var laneRefusal: String?
  /// What the manifest says of the order of its input; nil = as it comes.
  public var order: InputOrder?
  /// True for a node that the host puts before one with `order`: its table is the host's own.
  public var isOrdering = false
  /// None for a source.
  public var inputs: [InputPortPlan]
  /// In the order of their numbers, the dead-letter port not among them; none for a sink.
  public var outputPorts: [String]
  /// Of sources that decode records (`"codec": "decode"`).
  public var recordPlan: RecordPlan?
  /// Of sinks that encode records (`"codec": "encode"`).
  public var encodePlan: EncodePlan?
  /// True when all that leaves an operator are rows of its input as they are.
  public var forwardsOnly: Bool
  /// How often a source that answered IDLE is polled again; nil = by `wake` and timers only.
  public var pollEveryNanoseconds: Int64?
  /// Functions among its aggregates in which the order of rows shows, each once.
  public var orderedAggregates: [OrderedAggregate] = []
  /// Place of the node's name.
  public var location: SourceLocation
  /// Place of what stands after `use` or `function`.
  public var useLocation: SourceLocation
  /// Places by configuration path; the empty path is that of `with`.
  public var configLocations: [String: SourceLocation]
}

/// A function of an aggregate in whose results the order shows in which several partitions bring their rows.
public struct OrderedAggregate: Sendable, Equatable {
  public var function: String
  /// `rows` or `ties`.
  public var order: AggregateFunction.Order
}

/// An input port and what reads into it.
public struct InputPortPlan: Sendable, Equatable {
  public var name: String
  /// Indices into the plan's edges.
  public var edges: [Int]
}

/// The way from one node's output port to another's input port.
public struct EdgePlan: Sendable, Equatable {
  public enum OutputPort: Sendable, Hashable {
    case index(Int)
    /// The dead-letter port, which every node has.
    case dead
  }
  /// Index of the node that writes.
  public var from: Int
  public var outputPort: OutputPort
  /// Index of the node that reads.
  public var to: Int
  public var inputPort: Int
  /// Bounds of this edge, where `buffer` has `inputs` for it; nil = those of its node.
  public var buffer: EdgeBuffer?
  /// Place of the name under `from`.
  public var location: SourceLocation
}
