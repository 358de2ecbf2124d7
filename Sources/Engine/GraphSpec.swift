import CTidemill
import Formats
import PluginManifest

/// What the engine is asked to run: nodes with their components' tables, and the edges between their ports.
public struct GraphSpec {
  /// Name of the pipeline.
  public var name: String
  /// In topological order: an edge leads from a lower index to a higher one.
  public var nodes: [NodeSpec]
  public var edges: [EdgeSpec]
  /// Bound of what all buffers between threads may hold, in bytes; nil = the sum of what the edges ask for.
  public var maxMemoryBytes: Int?

  public init(name: String, nodes: [NodeSpec], edges: [EdgeSpec], maxMemoryBytes: Int? = nil) {
    self.name = name
    self.nodes = nodes
    self.edges = edges
    self.maxMemoryBytes = maxMemoryBytes
  }
}

/// One node: a component with its configuration and the host's part in running it.
public struct NodeSpec {
  /// What happens to rows that a node fails on: the rows go to its dead-letter port, or the pipeline stops.
  public enum OnError: String, Sendable, CaseIterable {
    case deadLetter = "dead_letter"
    case stop
  }

  public var name: String
  public var kind: ComponentManifest.Kind
  /// `plugin/component`, for messages.
  public var componentName: String
  /// Must outlive the pipeline.
  public var component: UnsafePointer<tide_component>
  /// What the table lives in, where that is not there for ever as a plugin is.
  public var owner: AnyObject?
  /// Validated, with defaults; durations are nanoseconds, sizes bytes.
  public var config: ConfigValue = .map([])
  public var inputs: [String] = []
  public var outputs: [String] = []
  /// Calls may block for long: the node gets a thread of its own.
  public var blocking = false
  /// The component only forwards what it gets: it is handed whole frames.
  public var forwardsOnly = false
  /// It also builds frames of the rows that it gets, complete with their riders.
  public var merges = false
  /// It sends all rows in one order, a late one where a row would stand whose time is the watermark that it came behind.
  public var ordersRows = false
  /// Lag of the watermark behind the greatest event time, in nanoseconds; nil = no watermark before the end. Sources only.
  public var watermarkDelayNanoseconds: Int64?
  /// How often the watermark moves, by the host's clock; nil = with every row. Sources with a delay only.
  public var watermarkEveryNanoseconds: Int64?
  /// How long a partition may be without a row before it leaves the minimum, by the host's clock; nil = for ever. Sources only.
  public var idleAfterNanoseconds: Int64?
  /// Output port whose rows count as late when they are sent while a batch is processed.
  public var latePort: Int?
  public var onError = OnError.deadLetter
  public var retry = RetryPolicy()
  /// Set when the manifest asks for a queue before the node.
  public var buffer: EdgeBuffer?
  public var recordPlan: RecordPlan?
  public var encodePlan: EncodePlan?
  /// What the component may keep between calls.
  public var state = StateLimits()
  /// Instances side by side; rows are dealt to them by `laneKeys`, one for each input. Of a source: threads that decode its records.
  public var lanes = 1
  /// The further threads of a source begin when it has had much to decode without a pause, not at once.
  public var lanesWhenBusy = false
  public var laneKeys: [LaneKey] = []
  /// Which of them it is, once the graph is spread.
  var lane = 0
  /// How often a source that had nothing is asked again; nil = only when it wakes the host.
  public var pollEveryNanoseconds: Int64?

  public init(
    name: String, kind: ComponentManifest.Kind, componentName: String, component: UnsafePointer<tide_component>
  ) {
    self.name = name
    self.kind = kind
    self.componentName = componentName
    self.component = component
  }
}

/// A connection of an output port with an input port.
public struct EdgeSpec: Sendable, Equatable {
  /// `output` of a dead-letter port.
  public static let dead = -1
  public var from: Int
  public var output: Int
  public var to: Int
  public var input: Int
  /// Queue of this edge, where it is another than that of its node.
  public var buffer: EdgeBuffer?
  /// In a spread graph, what rows are dealt by between this edge and those to the other lanes; nil = it takes all rows.
  var dealing: LaneKey?
  public init(from: Int, output: Int, to: Int, input: Int, buffer: EdgeBuffer? = nil) {
    self.from = from
    self.output = output
    self.to = to
    self.input = input
    self.buffer = buffer
  }
}
