import Glibc

/// The real command, run as a child process with nothing of the developer's own: no plugins, no locks, no variables.
public enum Tidemill {
  /// What a run came to.
  public struct Result {
    public var end: Child.End
    public var output: String
    public var errors: String
    public init(end: Child.End, output: String, errors: String) {
      self.end = end
      self.output = output
      self.errors = errors
    }
    /// -1 when a signal ended it.
    public var exitCode: Int32 {
      if case .exit(let code) = end { return code }
      return -1
    }
  }

  /// The home directory of every run that is not given another; it goes away with the test program's temporary directory.
  private static let home: TemporaryDirectory? = {
    let made = try? TemporaryDirectory()
    if let path = made?.path { leftover = path }
    atexit { if let leftover { Files.remove(leftover) } }
    return made
  }()
  nonisolated(unsafe) private static var leftover: String?

  /// Variables of a run: those of the test program, without what would change the command's behaviour.
  public static func environment(home: String? = nil, _ more: [String: String?] = [:]) -> [String: String?] {
    let directory = home ?? Self.home?.path ?? "/nonexistent"
    var variables: [String: String?] = [
      "HOME": directory, "XDG_DATA_HOME": nil, "XDG_STATE_HOME": nil, "XDG_CACHE_HOME": nil,
      "NO_COLOR": nil, "CI": nil, "LC_ALL": "C.UTF-8",
    ]
    var entry = environ
    while let line = entry.pointee {
      let name = String(String(cString: line).prefix { $0 != "=" })
      if name.hasPrefix("TIDEMILL_") { variables[name] = .some(nil) }
      entry += 1
    }
    return variables.merging(more) { _, new in new }
  }

  /// Starts the command.
  public static func start(
    _ arguments: [String], in directory: String? = nil, home: String? = nil, environment more: [String: String?] = [:],
    input: Child.Input = .nothing, terminal: Terminal? = nil
  ) throws -> Child {
    try Child(
      ProjectPaths.tidemill, arguments, in: directory, environment: environment(home: home, more), input: input,
      terminal: terminal)
  }

  /// Runs the command to its end.
  public static func run(
    _ arguments: [String], in directory: String? = nil, home: String? = nil, environment more: [String: String?] = [:],
    input: String? = nil, limitSeconds: Int = Child.limitSeconds
  ) throws -> Result {
    let child = try start(
      arguments, in: directory, home: home, environment: more, input: input == nil ? .nothing : .pipe)
    if let input {
      child.send(input)
      child.closeInput()
    }
    let end = try child.finish(limitSeconds: limitSeconds)
    return Result(end: end, output: child.outputText, errors: child.errorText)
  }
}
