/// What a component says of itself: everything that its entry in the manifest holds.
///
/// Its kind follows from the protocol that the type adopts: `Source`, `Operator` or `Sink`.
public struct Component: Sendable {
  /// How many instances may run side by side: any number, one per lane of keys, or one.
  public enum Concurrency: String, Sendable {
    case stateless, keyed, single
  }

  /// What a warm `process` takes from the allocator, where that is more than one piece of memory a call.
  public enum Allocation: String, Sendable {
    /// More when what it holds grows; on average no more.
    case amortised
  }

  /// Which direction of the host's formats the component uses.
  public enum Formats: String, Sendable {
    case decode, encode
  }

  /// An input or output port.
  public struct Port: Sendable {
    let name: String
    let doc: String?
    let isLate: Bool
    let outputs: Outputs?

    /// - Parameters:
    ///   - late: what leaves by this output port was late: the host counts it as that instead of as taken.
    ///   - outputs: what comes out here, where it is not what the component says of all its ports.
    public init(_ name: String, doc: String? = nil, late: Bool = false, outputs: Outputs? = nil) {
      self.name = name
      self.doc = doc
      isLate = late
      self.outputs = outputs
    }
  }

  /// Type of a column, by the names that `fields:` uses.
  public enum FieldType: String, Sendable {
    case bool, int, double, time, string, binary, variant
  }

  /// An input field that the component reads.
  public struct Input: Sendable {
    var name: String?
    var option: String?
    var type: FieldType?
    var required: Bool
    var doc: String?

    /// A field of this name. `type` nil: any.
    public static func field(_ name: String, _ type: FieldType? = nil, required: Bool = true, doc: String? = nil) -> Input {
      Input(name: name, type: type, required: required, doc: doc)
    }

    /// The field that an option names.
    public static func named(
      by option: any DeclaredOption, _ type: FieldType? = nil, required: Bool = true, doc: String? = nil
    ) -> Input {
      Input(option: option.name, type: type, required: required, doc: doc)
    }
  }

  /// A field that comes out.
  public struct Field: Sendable {
    /// The part that a field plays beside being one.
    public enum Role: String, Sendable {
      case id, eventTime = "event_time", source, type, key
    }

    let name: String
    let type: FieldType
    let role: Role?
    let doc: String?

    public init(_ name: String, _ type: FieldType, role: Role? = nil, doc: String? = nil) {
      self.name = name
      self.type = type
      self.role = role
      self.doc = doc
    }
  }

  /// What comes out.
  public enum Outputs: Sendable {
    /// The input's rows as they are.
    case same
    /// The same, also in frames that the component put together of several (`FrameMerger`): each row with its row watermark and its
    /// original record.
    case merged
    /// The input's fields and these.
    case adding([Field])
    /// The input's fields after changes that options say, in this order: types of a map of fields and types, names of a map of old
    /// names and new ones, values of a map of fields and expressions or aggregates, and the fields of lists removed, or all but them.
    case changed(
      cast: (any DeclaredOption)? = nil, rename: (any DeclaredOption)? = nil, set: (any DeclaredOption)? = nil,
      remove: (any DeclaredOption)? = nil, keep: (any DeclaredOption)? = nil)
    /// These fields and no others.
    case fields([Field])
    /// Fields that options decide on, and these: those of the input that an option names as keys, with their types, a result for
    /// each aggregate, and what the entries of a map of expressions give. The host refuses two of one name.
    case results(of: [any DeclaredOption], [Field])
    /// The fields of rows of several inputs that are put together, and these.
    case joined([JoinedInput], [Field])
    /// The input's fields and others, which depend on the options and on what comes in.
    case open(OpenFields)
  }

  /// One of the inputs whose rows are put together.
  public struct JoinedInput: Sendable {
    let port: String
    let key: [any DeclaredOption]
    let prefix: (any DeclaredOption)?

    /// - Parameters:
    ///   - port: the input port.
    ///   - key: options of fields that rows are joined by, of which the first that is given counts. These fields come out once, under
    ///     the names that the first input has for them.
    ///   - prefix: an option with text that is put before the names of all other fields.
    public init(_ port: String, key: [any DeclaredOption], prefix: (any DeclaredOption)? = nil) {
      self.port = port
      self.key = key
      self.prefix = prefix
    }
  }

  /// What can be said of fields that depend on options and input.
  public struct OpenFields: Sendable {
    let namedBy: [any DeclaredOption]
    let prefix: (any DeclaredOption)?
    let wanted: (any DeclaredOption)?
    let eventTime: (any DeclaredOption)?

    /// - Parameters:
    ///   - namedBy: options whose entries are fields that the component makes; the values of a map may be their types.
    ///   - prefix: an option with text that is put before these names.
    ///   - wanted: an option, a map from names to types, that the host completes with the fields that nodes further down name.
    ///   - eventTime: an option that names a field which becomes the event time; where it is not given, rows keep the one they have.
    public init(
      namedBy: [any DeclaredOption] = [], prefix: (any DeclaredOption)? = nil, wanted: (any DeclaredOption)? = nil,
      eventTime: (any DeclaredOption)? = nil
    ) {
      self.namedBy = namedBy
      self.prefix = prefix
      self.wanted = wanted
      self.eventTime = eventTime
    }
  }

  /// When results depend on when rows arrive, and not on the rows alone: `tidemill plan` says so, of this node and all below it.
  public struct Arrival: Sendable {
    let option: String?
    let value: String?
    let partitions: Bool
    let reason: String

    /// - Parameters:
    ///   - option: where it is given; nil: always.
    ///   - value: where the option has this value, a text.
    ///   - partitions: only where rows come from several sources or partitions.
    ///   - reason: continues "results depend on arrival: ".
    public init(
      with option: (any DeclaredOption)? = nil, value: String? = nil, partitions: Bool = false, reason: String
    ) {
      self.option = option?.name
      self.value = value
      self.partitions = partitions
      self.reason = reason
    }
  }

  public var id: String
  public var doc: String
  public var concurrency: Concurrency
  public var codec: Formats?
  public var options: [any DeclaredOption]
  /// Input ports beside the default; nil = one, `in`.
  public var inputPorts: [Port]?
  /// Output ports; nil = one, `out` (none for a sink). The dead-letter port is every node's and is not listed.
  public var outputPorts: [Port]?
  /// An option whose entries name further output ports.
  public var outputPortsFrom: (any DeclaredOption)?
  /// Fields that the component reads; nil = it may read any.
  public var inputs: [Input]?
  public var outputs: Outputs?
  /// How often a source that answered `idle` is polled again.
  public var pollEvery: Duration?
  /// True when calls may block for long (a pipe, a remote peer): the node gets a thread of its own.
  public var blocking: Bool
  /// True asks for a process of its own.
  public var isolated: Bool
  /// nil = a warm `process` allocates at most once a call.
  public var allocates: Allocation?
  /// True when it keeps state by keys, within the limits that it is told.
  public var keyedState: Bool
  public var arrival: [Arrival]
  /// Where rows need an event time.
  public var eventTime: [Condition]
  public var waits: [Wait]
  /// Of a source: it sets the watermark of its partitions itself, with `Output.watermark`.
  public var setsWatermark: Bool
  /// A pipeline that runs as it stands.
  public var example: String?

  public init(
    _ id: String, doc: String, concurrency: Concurrency = .stateless, codec: Formats? = nil, options: [any DeclaredOption] = [],
    inputPorts: [Port]? = nil, outputPorts: [Port]? = nil, outputPortsFrom: (any DeclaredOption)? = nil, inputs: [Input]? = nil,
    outputs: Outputs? = nil, pollEvery: Duration? = nil, blocking: Bool = false, isolated: Bool = false,
    allocates: Allocation? = nil, keyedState: Bool = false, arrival: [Arrival] = [],
    eventTime: [Condition] = [], waits: [Wait] = [], setsWatermark: Bool = false, example: String? = nil
  ) {
    self.id = id
    self.doc = doc
    self.concurrency = concurrency
    self.codec = codec
    self.options = options
    self.inputPorts = inputPorts
    self.outputPorts = outputPorts
    self.outputPortsFrom = outputPortsFrom
    self.inputs = inputs
    self.outputs = outputs
    self.pollEvery = pollEvery
    self.blocking = blocking
    self.isolated = isolated
    self.allocates = allocates
    self.keyedState = keyedState
    self.arrival = arrival
    self.eventTime = eventTime
    self.waits = waits
    self.setsWatermark = setsWatermark
    self.example = example
  }
}
