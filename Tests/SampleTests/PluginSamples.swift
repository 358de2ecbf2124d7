import Glibc
import TestSupport

/// A folder of `samples/plugins/`, copied and built as its README says.
struct PluginSample: Sendable {
  /// The folder's name, which is the plugin's and its component's too.
  let name: String

  static let all: [String] =
    ((try? Files.names(folder)) ?? []).filter { Files.isDirectory("\(folder)/\($0)") }
  static let inC: [String] = all.filter { Files.exists("\(folder)/\($0)/\($0).c") }
  static let inCxx: [String] = all.filter { Files.exists("\(folder)/\($0)/\($0).cpp") }

  private static let folder = ProjectPaths.path("samples/plugins")

  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  // MARK: Built once for all tests

  /// The copy of this sample in the workshop.
  var directory: String { get throws { try Self.workshop.get().directory(of: name) } }
  /// What the build line wrote to standard error.
  var buildErrors: String { get throws { try Self.workshop.get().buildErrors[name] ?? "" } }
  /// A directory with the library of every sample, as a user would drop them in.
  static var dropped: String { get throws { try workshop.get().file("dropped") } }

  private static let workshop = Result { try Workshop() }

  /// `samples/plugins` and `include` in a directory that goes away with the test program.
  private struct Workshop: Sendable {
    private let place: TemporaryDirectory
    private(set) var buildErrors: [String: String] = [:]
    nonisolated(unsafe) private static var leftover: String?

    init() throws {
      place = try TemporaryDirectory()
      Self.leftover = place.path
      atexit { if let leftover = Self.leftover { Files.remove(leftover) } }
      for folder in ["samples", "samples/plugins", "dropped"] { _ = try place.directory(folder) }
      guard symlink(ProjectPaths.path("include"), place.file("include")) == 0 else {
        throw Failure(description: "the link to include cannot be made")
      }
      for name in PluginSample.all {
        let copy = try place.directory("samples/plugins/\(name)")
        for file in try Files.names("\(folder)/\(name)") where !file.hasSuffix(".so") {
          try Files.copy("\(folder)/\(name)/\(file)", "\(copy)/\(file)")
        }
        let built = try Shell.run(try PluginReadme(of: name).build, in: copy)
        guard built.exitCode == 0 else { throw Failure(description: "\(name): \(built.errors)\(built.output)") }
        buildErrors[name] = built.errors
        try Files.copy("\(copy)/\(name).so", place.file("dropped/\(name).so"))
      }
    }

    func file(_ name: String) -> String { place.file(name) }
    func directory(of name: String) -> String { place.file("samples/plugins/\(name)") }
  }
}

/// Command lines as a reader of a page types them: `tidemill` is in PATH, `PROJECT` is the clone.
enum Shell {
  /// A Python that has the packages of samples that call it.
  static let packages: [String: String?] = (try? PythonPackages.interpreter()).map { ["PYTHON": $0] } ?? [:]

  static func run(_ command: String, in directory: String, home: String? = nil) throws -> Tidemill.Result {
    let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
    let child = try Child(
      "/bin/sh", ["-ec", command], in: directory,
      environment: Tidemill.environment(
        home: home,
        ["PATH": "\(ProjectPaths.release):\(path)", "PROJECT": ProjectPaths.root].merging(packages) { $1 }))
    let end = try child.finish()
    return Tidemill.Result(end: end, output: child.outputText, errors: child.errorText)
  }
}

/// The commands of a sample's README, each with what it shows below them.
struct PluginReadme {
  let commands: [(text: String, shown: String?)]
  /// The first command builds, the second one runs.
  var build: String { commands[0].text }
  var run: (text: String, shown: String?) { commands[1] }
  var further: ArraySlice<(text: String, shown: String?)> { commands[2...] }

  init(of name: String) throws {
    let path = "samples/plugins/\(name)/README.md"
    commands = try PluginGuide(path).steps.compactMap { step in
      if case .run(let text, let shown) = step { (text, shown) } else { nil }
    }
    guard commands.count >= 2 else { throw PluginSample.Failure(description: "\(path) lacks a build line or a run") }
  }
}

/// What a page has its reader do, in order.
struct PluginGuide {
  enum Step {
    /// "Save this as `NAME`:" and the block below.
    case save(name: String, text: String)
    /// A block of `sh`, and what it shows: the unmarked block that follows at once, nil when there is none.
    case run(text: String, shown: String?)
  }

  private(set) var steps: [Step] = []
  /// Blocks of `c` that are no file of their own.
  private(set) var fragments: [String] = []

  init(_ page: String) throws {
    var name: Substring?
    var fence: Substring?
    var text = ""
    /// Lines since the end of the last `sh` block; an answer comes after one blank line.
    var distance = Int.max
    for line in try Files.text(ProjectPaths.path(page)).split(separator: "\n", omittingEmptySubsequences: false) {
      if let open = fence {
        guard line == "```" else {
          text += line + "\n"
          continue
        }
        fence = nil
        if let name {
          steps.append(.save(name: String(name), text: text))
        } else if open == "```sh" {
          steps.append(.run(text: text, shown: nil))
        } else if open == "```c" {
          fragments.append(text)
        } else if open == "```", distance == 2, case .run(let command, nil)? = steps.last {
          steps[steps.count - 1] = .run(text: command, shown: text)
        }
        distance = name == nil && open == "```sh" ? 0 : .max
        name = nil
      } else {
        if distance < .max { distance += 1 }
        if line.hasPrefix("```") {
          fence = line
          text = ""
        } else if line.hasPrefix("Save this as `") {
          name = line.dropFirst("Save this as `".count).prefix { $0 != "`" }
        }
      }
    }
  }
}
