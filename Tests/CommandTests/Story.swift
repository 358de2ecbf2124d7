import TestSupport
import Testing

/// A directory with manifests and inputs, and runs of the command in it.
struct Story {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// Writes a file and gives its name.
  @discardableResult
  func file(_ name: String, _ text: String) throws -> String {
    try directory.write(name, text)
    return name
  }

  func text(_ name: String) throws -> String { try Files.text(directory.file(name)) }

  /// Runs the command in the directory.
  func run(
    _ arguments: String..., environment: [String: String?] = [:], home: String? = nil, input: String? = nil
  ) throws -> Tidemill.Result {
    try Tidemill.run(arguments, in: directory.path, home: home, environment: environment, input: input)
  }

  /// Starts the command in the directory.
  func start(
    _ arguments: String..., environment: [String: String?] = [:], input: Child.Input = .nothing, terminal: Terminal? = nil
  ) throws -> Child {
    try Tidemill.start(arguments, in: directory.path, environment: environment, input: input, terminal: terminal)
  }

  /// Expects that `schema` of a file says these lines, and that all it says is right in a source that reads the file.
  func acceptsSchema(of file: String, _ lines: [String], sourceLocation: SourceLocation = #_sourceLocation) throws {
    let result = try run("schema", file)
    #expect(result.exitCode == 0, "\(result.errors)", sourceLocation: sourceLocation)
    for line in lines {
      #expect(result.output.contains(line), "no '\(line)' in\n\(result.output)", sourceLocation: sourceLocation)
    }
    let options = result.output.split(separator: "\n").map { "      \($0)\n" }.joined()
    try self.file(
      "pipeline.yaml",
      """
      name: guessed
      sources:
        all:
          use: file
          with:
            path: \(file)
      \(options)
      sinks:
        out: { use: stdout, from: all }
        dead: { use: file, from: "*.dead", with: { path: dead.jsonl } }

      """)
    let checked = try run("validate", "pipeline.yaml", "--sample", file, "--deny-warnings")
    #expect(checked.exitCode == 0, "\(checked.errors)\n\(options)", sourceLocation: sourceLocation)
  }

  /// Standard input to standard output, line by line.
  static let echo = """
    name: echo
    sources:
      lines: { use: stdin, with: { format: text } }
    sinks:
      out: { use: stdout, from: lines, with: { format: text } }
      dead: { use: file, from: "*.dead", with: { path: dead.jsonl } }

    """

  /// A file of readings, those above a limit to standard output.
  static let readings = """
    name: readings
    sources:
      all:
        use: file
        with: { path: input.jsonl, time: ts, fields: { value: double } }
        watermark: { delay: 1s }
    operators:
      high: { use: threshold, from: all, with: { field: value, above: 10 } }
    sinks:
      out: { use: stdout, from: high }
      dead: { use: file, from: "*.dead", with: { path: dead.jsonl } }

    """
  static let readingsInput = """
    {"ts":"2026-01-01T00:00:01Z","value":9.5}
    {"ts":"2026-01-01T00:00:02Z","value":10.5}
    {"ts":"2026-01-01T00:00:03Z","value":"?"}
    {"ts":"2026-01-01T00:00:04Z","value":11.5,"unit":"kPa"}

    """
  static let readingsOutput = """
    {"ts":"2026-01-01T00:00:02Z","value":10.5}
    {"ts":"2026-01-01T00:00:04Z","value":11.5,"unit":"kPa"}

    """

  /// Events without end, as fast as they are taken.
  static let endless = """
    name: endless
    sources:
      events: { use: generate, with: { kind: sensors, paced: false, seed: 1 } }
    sinks:
      out: { use: stdout, from: events }
      dead: { use: file, from: "*.dead", with: { path: dead.jsonl } }

    """
}
