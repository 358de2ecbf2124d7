import FoundationEssentials
import PluginManifest

/// Components made for these tests: each shows one thing that a plugin's manifest can say.
struct FixtureCatalog: ComponentCatalog {
  private let manifests: ManifestCatalog

  init() throws {
    manifests = ManifestCatalog(try JSONDecoder().decode([PluginManifest].self, from: Data(Self.json.utf8)))
  }

  func lookup(_ use: String, kind: ComponentManifest.Kind) -> ComponentLookup {
    if use == "kafka", kind == .source {
      return .unavailable(
        reason: "the plugin has changed since it was accepted", fix: "accept it with: tidemill plugin enable kafka")
    }
    return manifests.lookup(use, kind: kind)
  }

  func ids(of kind: ComponentManifest.Kind) -> [String] { manifests.ids(of: kind) }

  /// One library, `libm.so.6`: it has every function but `hypto`, and `exp` is not allowed. Of others the directory is told.
  func lookup(function symbol: String, library: String, directory: String) -> FunctionLookup {
    guard library == "libm.so.6" else {
      return .noLibrary(reason: "there is no library '\(library)' from '\(directory)'", fix: "did you mean 'libm.so.6'?")
    }
    switch symbol {
    case "hypto": return .noSymbol(reason: "libm.so.6 has no function 'hypto'", fix: "did you mean 'hypot'?")
    case "exp":
      return .refused(reason: "nobody has allowed 'exp' of /lib/libm.so.6", fix: "allow it with: tidemill function allow")
    default: return .found(FunctionReference(file: "/lib/libm.so.6", sha256: "ab", symbol: symbol))
    }
  }

  static let json = #"""
    [
      { "abi": 0, "name": "file", "version": "1.0.0", "components": [
        { "id": "file", "kind": "source", "doc": "Lines of a file.", "codec": "decode", "poll_every": "100ms", "options": [
          { "name": "path", "type": "string", "format": "path", "doc": "File to read.", "required": true },
          { "name": "follow", "type": "boolean", "doc": "Wait for more.", "default": false },
          { "name": "block", "type": "integer", "format": "bytes", "doc": "Read size.", "default": "256KiB", "minimum": 4096,
            "maximum": 16777216 } ] },
        { "id": "file", "kind": "sink", "doc": "Lines of a file.", "codec": "encode", "options": [
          { "name": "path", "type": "string", "format": "path", "doc": "File to write.", "required": true } ] } ] },
      { "abi": 0, "name": "stdio", "version": "1.0.0", "components": [
        { "id": "stdin", "kind": "source", "doc": "Standard input.", "codec": "decode" },
        { "id": "stdout", "kind": "sink", "doc": "Standard output.", "codec": "encode", "blocking": true } ] },
      { "abi": 0, "name": "generate", "version": "1.0.0", "components": [
        { "id": "generate", "kind": "source", "doc": "Made-up events.", "options": [
          { "name": "count", "type": "integer", "doc": "How many.", "minimum": 0 },
          { "name": "rate", "type": "number", "doc": "Events a second.", "unit": "events/s", "minimum": 0.5, "maximum": 1000000 },
          { "name": "pattern", "type": "string", "doc": "Course.", "default": "steady", "choices": ["steady", "ramp", "spike"] },
          { "name": "interval", "type": "integer", "format": "duration", "doc": "Step.", "default": "1s", "minimum": 1000000,
            "maximum": 3600000000000 } ],
          "outputs": { "fields": [ { "name": "sequence", "type": "int" }, { "name": "value", "type": "double" },
            { "name": "at", "type": "time", "role": "event_time" } ] } } ] },
      { "abi": 0, "name": "core", "version": "1.0.0", "components": [
        { "id": "pass", "kind": "operator", "doc": "All rows.", "inputs": [], "outputs": { "same": true } },
        { "id": "above", "kind": "operator", "doc": "Rows above a limit.", "options": [
          { "name": "field", "type": "string", "format": "field", "doc": "What to compare.", "required": true },
          { "name": "limit", "type": "number", "doc": "Limit.", "default": 0 } ],
          "inputs": [ { "option": "field", "type": "double" } ], "outputs": { "same": true } },
        { "id": "equals", "kind": "operator", "doc": "Rows with a text.", "options": [
          { "name": "field", "type": "string", "format": "field", "doc": "What to compare.", "required": true },
          { "name": "text", "type": "string", "doc": "Text.", "required": true } ],
          "inputs": [ { "option": "field", "type": "string" } ], "outputs": { "same": true } },
        { "id": "whole", "kind": "operator", "doc": "Rows with a whole number.", "options": [
          { "name": "field", "type": "string", "format": "field", "doc": "What to read.", "required": true } ],
          "inputs": [ { "option": "field", "type": "int" } ], "outputs": { "same": true } },
        { "id": "filter", "kind": "operator", "doc": "Rows that fit.", "options": [
          { "name": "where", "type": "string", "format": "expression", "doc": "Condition.", "required": true } ],
          "inputs": [ { "option": "where" } ], "outputs": { "same": true } },
        { "id": "stamp", "kind": "operator", "doc": "Adds a time.", "inputs": [],
          "outputs": { "same": true, "fields": [ { "name": "stamped", "type": "time" } ] } },
        { "id": "count", "kind": "operator", "doc": "Counts by fields.", "concurrency": "keyed", "options": [
          { "name": "by", "type": "list", "doc": "Fields.", "required": true, "minimum": 1,
            "items": [ { "name": "field", "type": "string", "format": "key", "doc": "Field." } ] },
          { "name": "every", "type": "integer", "format": "duration", "doc": "How often.", "default": 1000000000 } ],
          "inputs": [ { "option": "by" } ],
          "outputs": { "fields": [ { "name": "group", "type": "variant" }, { "name": "total", "type": "int" } ] } },
        { "id": "window", "kind": "operator", "doc": "Windows.", "options": [
          { "name": "of", "type": "map", "doc": "Aggregates.", "items": [ { "name": "field", "type": "string", "format": "field",
            "doc": "Field." } ] } ],
          "ports": { "out": [ { "name": "out" }, { "name": "late" } ] },
          "inputs": [ { "option": "of", "type": "double" } ],
          "outputs": { "fields": [ { "name": "window_start", "type": "time" }, { "name": "mean", "type": "double" } ] } },
        { "id": "route", "kind": "operator", "doc": "By cases.", "options": [
          { "name": "cases", "type": "map", "doc": "Port and value.", "required": true,
            "items": [ { "name": "value", "type": "string", "doc": "Value." } ] } ],
          "ports": { "out": [], "out_from": "cases" }, "inputs": [ { "name": "kind", "type": "string" } ],
          "outputs": { "same": true } },
        { "id": "split", "kind": "operator", "doc": "By names.", "options": [
          { "name": "names", "type": "list", "doc": "Ports.", "items": [ { "name": "port", "type": "string", "doc": "Port." } ] } ],
          "ports": { "out_from": "names" }, "inputs": [], "outputs": { "same": true } },
        { "id": "join", "kind": "operator", "doc": "Two inputs.", "options": [
          { "name": "on", "type": "string", "format": "field", "doc": "Field.", "required": true } ],
          "ports": { "in": [ { "name": "left" }, { "name": "right" } ] }, "inputs": [ { "option": "on" } ] },
        { "id": "opaque", "kind": "operator", "doc": "Says nothing of itself." },
        { "id": "sized", "kind": "operator", "doc": "Needs a field.",
          "inputs": [ { "name": "size", "type": "int", "required": true } ], "outputs": { "same": true } },
        { "id": "tally", "kind": "operator", "doc": "Results by keys.", "concurrency": "keyed", "keyed_state": true, "options": [
          { "name": "span", "type": "map", "doc": "Windows.", "fields": [
            { "name": "size", "type": "integer", "format": "duration", "doc": "Size.", "required": true, "minimum": 1 },
            { "name": "from", "type": "string", "format": "expression", "doc": "Start.", "result": "time" } ] },
          { "name": "rows", "type": "integer", "doc": "Windows of so many rows." },
          { "name": "time", "type": "string", "doc": "Whose time.", "default": "event", "choices": ["event", "processing"] },
          { "name": "key", "type": "list", "format": "key", "doc": "Fields." },
          { "name": "make", "type": "map", "format": "aggregate", "doc": "Results.", "required": true, "functions": [
            { "name": "count", "doc": "Rows, or values.", "result": "int",
              "arguments": [ { "name": "value", "optional": true } ] },
            { "name": "sum", "doc": "Sum.", "result": "argument", "order": "doubles", "arguments": [ { "name": "value", "type": "number" } ] },
            { "name": "avg", "doc": "Mean.", "result": "double", "order": "doubles",
              "arguments": [ { "name": "value", "type": "number" } ] },
            { "name": "stddev", "doc": "Deviation.", "result": "double", "order": "rows",
              "arguments": [ { "name": "value", "type": "number" } ] },
            { "name": "max", "doc": "Greatest.", "result": "argument", "arguments": [ { "name": "value", "type": "ordered" } ] },
            { "name": "last", "doc": "Last.", "result": "argument", "order": "ties", "arguments": [ { "name": "value" } ] },
            { "name": "quantile", "doc": "Quantile.", "result": "double", "arguments": [
              { "name": "value", "type": "number" },
              { "name": "q", "type": "double", "constant": true, "minimum": 0, "maximum": 1 } ] },
            { "name": "top", "doc": "The greatest.", "result": "variant", "order": "ties", "arguments": [
              { "name": "value", "type": "ordered" },
              { "name": "k", "type": "int", "constant": true, "optional": true, "minimum": 1 } ] } ] } ],
          "ports": { "out": [ { "name": "out" }, { "name": "late", "late": true, "outputs": { "same": true,
            "fields": [ { "name": "lateness", "type": "int" } ] } } ] },
          "inputs": [ { "option": "key" } ],
          "outputs": { "fields_of": ["key", "make"], "fields": [ { "name": "window_start", "type": "time" },
            { "name": "window_end", "type": "time", "role": "event_time" } ] },
          "arrival": [ { "option": "time", "value": "processing", "reason": "windows follow the clock" },
            { "option": "rows", "partitions": true, "reason": "windows count rows" } ] },
        { "id": "ticker", "kind": "source", "doc": "Has a watermark of its own.", "sets_watermark": true },
        { "id": "hold", "kind": "operator", "doc": "Waits for the watermark.", "inputs": [], "outputs": { "same": true }, "options": [
          { "name": "clock", "type": "string", "doc": "Whose time.", "default": "event", "choices": ["event", "processing"] },
          { "name": "rows", "type": "integer", "doc": "Waits for so many rows instead." },
          { "name": "ttl", "type": "integer", "format": "duration", "doc": "Forgets." } ],
          "event_time": [ { "option": "clock", "value": "event" }, { "option": "ttl" } ],
          "waits": [ { "option": "clock", "value": "event", "without": "rows", "reason": "sends its rows" },
            { "option": "ttl", "reason": "forgets keys" } ] },
        { "id": "dated", "kind": "operator", "doc": "Makes a time of a text.", "inputs": [], "options": [
          { "name": "time", "type": "string", "doc": "A field." } ],
          "outputs": { "same": true, "open": true, "event_time": "time" } },
        { "id": "track", "kind": "operator", "doc": "Values that rows move on.", "concurrency": "keyed", "options": [
          { "name": "begin", "type": "map", "format": "expression", "doc": "First values.", "required": true },
          { "name": "next", "type": "map", "format": "expression", "doc": "Next values.", "required": true,
            "variables": "begin" } ],
          "inputs": [ { "option": "begin" }, { "option": "next" } ], "outputs": { "fields_of": ["next"] } },
        { "id": "drop", "kind": "sink", "doc": "Throws all away.", "inputs": [] },
        { "id": "page", "kind": "sink", "doc": "Calls somebody.", "inputs": [ { "name": "severity", "type": "string",
          "required": true }, { "name": "title", "type": "string" } ] },
        { "id": "archive", "kind": "sink", "doc": "Keeps whole rows." } ] },
      { "abi": 0, "name": "kitchen", "version": "1.0.0", "components": [
        { "id": "kitchen", "kind": "operator", "doc": "One option of each kind.", "inputs": [], "outputs": { "same": true },
          "options": [
          { "name": "text", "type": "string", "doc": "Text." },
          { "name": "whole", "type": "integer", "doc": "Number.", "minimum": 1, "maximum": 10 },
          { "name": "real", "type": "number", "doc": "Number." },
          { "name": "flag", "type": "boolean", "doc": "Flag." },
          { "name": "words", "type": "list", "doc": "Words.", "minimum": 1, "maximum": 3,
            "items": [ { "name": "word", "type": "string", "doc": "Word." } ] },
          { "name": "weights", "type": "map", "doc": "Weights.",
            "items": [ { "name": "weight", "type": "integer", "doc": "Weight.", "minimum": 0 } ] },
          { "name": "rules", "type": "list", "doc": "Rules.", "items": [
            { "name": "name", "type": "string", "doc": "Name.", "required": true },
            { "name": "after", "type": "integer", "format": "duration", "doc": "Delay.", "default": "5s" } ] },
          { "name": "limits", "type": "map", "doc": "Limits.", "items": [
            { "name": "low", "type": "number", "doc": "Low.", "default": 0 },
            { "name": "high", "type": "number", "doc": "High." } ] },
          { "name": "steps", "type": "list", "format": "duration", "doc": "Steps." },
          { "name": "token", "type": "string", "format": "secret", "doc": "Secret." },
          { "name": "room", "type": "integer", "format": "bytes", "doc": "Size.", "maximum": 1048576 },
          { "name": "after", "type": "integer", "format": "duration", "doc": "Delay.", "minimum": 1000000 },
          { "name": "level", "type": "integer", "doc": "Level.", "choices": [1, 2, 5] },
          { "name": "when", "type": "string", "format": "expression", "doc": "Condition." },
          { "name": "free", "type": "map", "doc": "Anything." } ] },
        { "id": "misprint", "kind": "operator", "doc": "A default that does not fit.", "inputs": [], "outputs": { "same": true },
          "options": [ { "name": "size", "type": "integer", "doc": "Number.", "minimum": 1, "default": 0 } ] },
        { "id": "twin", "kind": "operator", "doc": "In two plugins.", "outputs": { "same": true } } ] },
      { "abi": 0, "name": "other", "version": "1.0.0", "components": [
        { "id": "twin", "kind": "operator", "doc": "In two plugins.", "outputs": { "same": true } } ] }
    ]
    """#
}

let environment = ["HOME": "/tide", "PORT": "8080", "EMPTY": "", "TOKEN": "12345", "FRAMES": "32"]
