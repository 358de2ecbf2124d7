import PluginManifest

/// The words of a manifest outside `with`, and which of them this version runs: the one place to change when a feature is built.
enum Grammar {
  enum Status {
    case built
    /// Part of the grammar; a manifest that uses it is refused until then.
    case planned
  }

  /// A key of a map.
  struct Key {
    var name: String
    var status: Status
    /// The nodes that it belongs to.
    var kinds: Set<ComponentManifest.Kind>
    /// A right entry, for messages.
    var example: String

    init(
      _ name: String, _ status: Status = .built, kinds: Set<ComponentManifest.Kind> = [.source, .operator, .sink],
      example: String
    ) {
      self.name = name
      self.status = status
      self.kinds = kinds
      self.example = example
    }
  }

  /// A word that is the value of a key.
  struct Word {
    var name: String
    var status: Status = .built
  }

  static let pipeline = [
    Key("name", example: "name: factory"),
    Key("sources", example: "sources: { sensors: { use: file, with: { path: sensors.jsonl } } }"),
    Key("operators", example: "operators: { good: { use: filter, from: sensors } }"),
    Key("sinks", example: "sinks: { out: { use: stdout, from: good } }"),
    Key("delivery", example: "delivery: at_most_once"),
    Key("max_memory", example: "max_memory: 512MiB"),
    Key("isolation", example: "isolation: thread"),
    Key("checkpoint", .planned, example: "checkpoint: { every: 10s }"),
    Key("tests", .planned, example: "tests: []"),
    Key("state", .planned, example: "state: { bytes: 1GiB }"),
    Key("timeouts", .planned, example: "timeouts: { open: 30s }"),
    Key("order", .planned, example: "order: event_time"),
  ]

  static let node = [
    Key("use", example: "use: file"),
    Key("from", kinds: [.operator, .sink], example: "from: sensors"),
    Key("with", example: "with: { path: sensors.jsonl }"),
    Key("watermark", kinds: [.source], example: "watermark: { delay: 2s }"),
    Key("buffer", kinds: [.operator, .sink], example: "buffer: { frames: 64 }"),
    Key("on_error", example: "on_error: dead_letter"),
    Key("isolation", example: "isolation: thread"),
    Key("lanes", kinds: [.source, .operator, .sink], example: "lanes: 2"),
    Key("delivery", example: "delivery: at_most_once"),
    Key(
      "function", kinds: [.operator],
      example: "function: { library: libm.so.6, symbol: hypot, signature: \"f64(f64,f64)\", in: [x, y], out: r }"),
    Key("order", kinds: [.operator, .sink], example: "order: event_time"),
    Key("state", kinds: [.operator, .sink], example: "state: { bytes: 1GiB }"),
    Key("timeouts", .planned, example: "timeouts: { open: 30s }"),
  ]

  static let function = [
    Key("library", example: "library: libm.so.6"),
    Key("symbol", example: "symbol: hypot"),
    Key("signature", example: "signature: \"f64(f64,f64)\""),
    Key("in", example: "in: [x, y]"),
    Key("out", example: "out: r"),
    Key("args", example: "args: [2.5]"),
    Key("nulls", example: "nulls: reject"),
  ]

  /// What a null argument leads to.
  static let nulls = [Word(name: "keep"), Word(name: "reject")]

  static let watermark = [
    Key("delay", example: "delay: 2s"),
    Key("monotonic", example: "monotonic: true"),
    Key("periodic", example: "periodic: 1s"),
    Key("idle", example: "idle: 30s"),
  ]

  /// How much a node may keep by keys.
  static let state = [
    Key("bytes", example: "bytes: 1GiB"),
    Key("keys", example: "keys: 1000000"),
    Key("when_full", example: "when_full: stop"),
  ]

  static let stateWhenFull = [Word(name: "stop"), Word(name: "evict_oldest"), Word(name: "spill", status: .planned)]

  static let order = [Word(name: "event_time")]

  static let buffer = [
    Key("frames", example: "frames: 64"),
    Key("bytes", example: "bytes: 4MiB"),
    Key("when_full", example: "when_full: block"),
    Key("sample_by", example: "sample_by: id"),
    Key("target", example: "target: 1s"),
    Key("then", example: "then: drop_oldest"),
    Key("inputs", example: "inputs: { sensors: { when_full: drop_oldest } }"),
  ]

  static let whenFull = [
    Word(name: "block"), Word(name: "drop_oldest"), Word(name: "drop_newest"), Word(name: "sample"), Word(name: "adaptive"),
  ]

  static let sampleBy = [Word(name: "id"), Word(name: "key")]

  static let onError = [Word(name: "dead_letter"), Word(name: "stop"), Word(name: "retry")]

  static let errorPolicy = [
    Key("retry", example: "retry: { limit: 8, backoff: 10ms, max_backoff: 10s, jitter: 0.2 }"),
    Key("then", example: "then: stop"),
  ]

  /// What follows when the attempts are used up.
  static let then = [Word(name: "dead_letter"), Word(name: "stop")]

  static let retry = [
    Key("limit", example: "limit: 8"),
    Key("backoff", example: "backoff: 10ms"),
    Key("max_backoff", example: "max_backoff: 10s"),
    Key("jitter", example: "jitter: 0.2"),
  ]

  static let delivery = [
    Word(name: "at_most_once"), Word(name: "at_least_once", status: .planned), Word(name: "exactly_once", status: .planned),
  ]

  static let isolation = [Word(name: "thread"), Word(name: "in-process"), Word(name: "process", status: .planned)]

  /// Keys of other programs' manifests, and what they are called here.
  static let synonyms = [
    "type": "use", "component": "use", "plugin": "use", "input": "from", "inputs": "from", "options": "with", "config": "with",
    "settings": "with", "transforms": "operators", "processors": "operators", "outputs": "sinks", "memory": "max_memory",
    "parallelism": "lanes",
  ]
}
