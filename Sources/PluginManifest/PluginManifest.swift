/// What a plugin says of itself: the JSON in its ELF section `.tidemill`, read without running any of its code.
public struct PluginManifest: Sendable, Codable, Equatable {
  /// Least minor revision of the contract that the plugin needs.
  public var abi: UInt32
  public var name: String
  public var version: String
  public var license: String?
  public var doc: String?
  /// Files beside the library that it needs at run time, relative to it; copied with it when it is loaded.
  public var files: [String]?
  /// In the order of the plugin's table.
  public var components: [ComponentManifest]
}

/// One source, operator or sink of a plugin.
public struct ComponentManifest: Sendable, Codable, Equatable {
  public enum Kind: String, Sendable, Codable, CaseIterable {
    case source, `operator`, sink
  }
  /// How many instances may run side by side: any number, one per lane of keys, or one.
  public enum Concurrency: String, Sendable, Codable {
    case stateless, keyed, single
  }
  /// What `process` of an operator takes from the allocator once it is warm, where that is more than one piece of memory a call.
  public enum Allocation: String, Sendable, Codable {
    /// More when what it holds grows; on average no more.
    case amortised
  }
  /// Which direction of the host's formats the component uses (`tide.codec/1`).
  public enum Codec: String, Sendable, Codable {
    case decode, encode
  }
  public struct Port: Sendable, Codable, Equatable {
    public var name: String
    public var doc: String?
    /// Of an output port: what leaves by it was late, and is counted as that instead of as taken.
    public var late: Bool?
    public var isLate: Bool { late == true }
    /// Of an output port: what comes out there, where it is not what the component says of all.
    public var outputs: Outputs?
  }
  public struct Ports: Sendable, Codable, Equatable {
    /// Input ports beside the default; empty or nil = one, `in`.
    public var `in`: [Port]?
    /// Output ports; nil = one, `out` (none for a sink). The dead-letter port is every node's and is not listed.
    public var out: [Port]?
    /// An option whose entries name further output ports.
    public var outFrom: String?
    enum CodingKeys: String, CodingKey {
      case `in`, out
      case outFrom = "out_from"
    }
  }
  /// An input field that the component reads: named outright, or by the value of an option.
  public struct InputField: Sendable, Codable, Equatable {
    public var name: String?
    public var option: String?
    /// Column type it is read as: bool, int, double, time, string, binary, variant; nil = any.
    public var type: String?
    public var required: Bool?
    public var doc: String?
  }
  public struct OutputField: Sendable, Codable, Equatable {
    public var name: String
    public var type: String
    /// id, event_time, source, type or key when the column has that role.
    public var role: String?
    public var doc: String?
  }
  /// What comes out: the input's rows as they are (`same`), the input's fields and more (`add`), or just these fields.
  public struct Outputs: Sendable, Codable, Equatable {
    public var same: Bool?
    /// With `same`: the rows may also leave in frames that the component put together of several.
    public var merged: Bool?
    public var fields: [OutputField]?
    /// With `same`: the component adds fields that depend on its options and on what comes in.
    public var open: Bool?
    /// Of an open one: options whose entries are fields that it makes; in a map the values may be their types.
    public var namedBy: [String]?
    /// Without `same`: options that decide on further fields. Fields of the input that an option of format field or key names come out
    /// with their types, each aggregate with that of its function's results, and each entry of a map of expressions with that of its
    /// values. No two of all fields may have one name.
    public var fieldsOf: [String]?
    /// Without `same`: rows are put together of those of several input ports, in this order.
    public var joined: [JoinedInput]?
    /// An option with text that is put before these names.
    public var prefix: String?
    /// An option, a map, that the planner completes with the fields that nodes further down name, and their types.
    public var wanted: String?
    /// Of an open one: an option that names a field which becomes the event time. Where it is not given, rows keep the one they have.
    public var eventTime: String?
    /// With `same`, options that change the fields, in the order in which they do: `cast` is a map of fields and types, `rename` one
    /// of old names and new ones, `set` one of fields and expressions, `remove` and `keep` are lists of fields.
    public var cast: String?
    public var rename: String?
    public var set: String?
    public var remove: String?
    public var keep: String?

    /// True when an option changes the fields.
    public var changesFields: Bool { cast != nil || rename != nil || set != nil || remove != nil || keep != nil }

    enum CodingKeys: String, CodingKey {
      case same, merged, fields, open, prefix, wanted, cast, rename, set, remove, keep, joined
      case namedBy = "named_by"
      case fieldsOf = "fields_of"
      case eventTime = "event_time"
    }
  }
  /// An input of a component that puts rows of several together: which of its fields come out, and under which names.
  public struct JoinedInput: Sendable, Codable, Equatable {
    /// The input port.
    public var port: String
    /// Options of fields that rows are joined by; of several the first that is given. These fields come out once, under the names that
    /// the first input has for them.
    public var key: [String]
    /// An option with text that is put before the names of all other fields.
    public var prefix: String?
  }
  /// When results depend on when rows arrive, and not on the rows alone.
  public struct Arrival: Sendable, Codable, Equatable {
    /// Where this option is written, or has a default; nil = always.
    public var option: String?
    /// Where the option has this value; nil = any.
    public var value: ConfigValue?
    /// Only where rows come from several sources or partitions, which no order holds together.
    public var partitions: Bool?
    /// Continues "results depend on arrival: ".
    public var reason: String
  }

  public var id: String
  public var kind: Kind
  public var doc: String
  public var concurrency: Concurrency?
  public var codec: Codec?
  public var options: [OptionSchema]?
  public var ports: Ports?
  /// Input fields; nil = the component may read any.
  public var inputs: [InputField]?
  public var outputs: Outputs?
  /// How often a source that answered IDLE is polled again, as a duration ("100ms").
  public var pollEvery: String?
  /// True when calls may block for long (a pipe, a remote peer): the node gets a thread of its own.
  public var blocking: Bool?
  public var stateVersion: UInt32?
  /// True when it keeps state by keys: it is told how much, by `state` of the pipeline's manifest.
  public var keyedState: Bool?
  public var arrival: [Arrival]?
  /// Where rows need an event time: without one the node refuses to go on.
  public var eventTime: [Condition]?
  /// What waits for the watermark, and so for the end of the input where no watermark moves before.
  public var waits: [Wait]?
  /// Of a source: it sets the watermark of its partitions itself.
  public var setsWatermark: Bool?
  /// `process` when the component asks to run in a process of its own.
  public var isolation: String?
  /// nil = a warm `process` allocates at most once a call.
  public var allocation: Allocation?
  /// A pipeline manifest that runs as it stands.
  public var example: String?

  enum CodingKeys: String, CodingKey {
    case id, kind, doc, concurrency, codec, options, ports, inputs, outputs, blocking, isolation, allocation, arrival, example
    case waits
    case pollEvery = "poll_every"
    case stateVersion = "state_version"
    case keyedState = "keyed_state"
    case eventTime = "event_time"
    case setsWatermark = "sets_watermark"
  }
}

/// One option of a component: what may be written under `with`.
public struct OptionSchema: Sendable, Codable, Equatable {
  public enum ValueType: String, Sendable, Codable {
    case string, integer, number, boolean, list, map
  }
  /// What a value means beyond its type. Durations ("1500ms", "2s") and sizes ("64KiB") are read as integers.
  public enum Format: String, Sendable, Codable {
    case duration, bytes, secret, path, expression, field, key, aggregate
  }
  public var name: String
  public var type: ValueType
  public var format: Format?
  public var doc: String
  public var required: Bool?
  public var `default`: ConfigValue?
  /// Bounds of a number (of a duration in ns, of a size in bytes), or of the length of a list.
  public var minimum: Double?
  public var maximum: Double?
  /// The only values allowed.
  public var choices: [ConfigValue]?
  public var unit: String?
  /// Type of a list's elements or a map's values.
  public var items: [OptionSchema]?
  /// Of a map: its entries, each an option of its own.
  public var fields: [OptionSchema]?
  /// What an expression must give; nil = anything.
  public var result: ExpressionResult?
  /// Of aggregates: the functions that there are.
  public var functions: [AggregateFunction]?
  /// Of expressions: an option, a map of expressions, whose names are variables in them that hide fields. An entry of the same name
  /// gives the variable's next value, which is of its type.
  public var variables: String?

  /// Types of expressions, by the names of columns' types; a list may hold anything.
  public enum ExpressionResult: String, Sendable, Codable, CaseIterable {
    case bool, int, double, string, time, binary, list
  }

  enum CodingKeys: String, CodingKey {
    case name, type, format, doc, required, `default`, minimum, maximum, choices, unit, items, fields, result, functions,
      variables
  }
}
