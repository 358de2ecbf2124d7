import Glibc
import Synchronization

/// Packages of Python that tests need, in an environment of their own under `.build/`, made when it is missing.
public enum PythonPackages {
  public struct Failure: Error, CustomStringConvertible {
    public let description: String
  }

  private static let folder = ProjectPaths.path(".build/python")
  private static let sources = ProjectPaths.path(".build/python-sources")
  private static let wanted = ["nanoarrow==0.9.0", "cel-expr-python==0.1.3"]
  private static let made = Mutex(false)

  /// The interpreter that finds the packages.
  public static func interpreter() throws -> String {
    let python = folder + "/bin/python3"
    try made.withLock { made in
      guard !made else { return }
      try lockingFolder {
        if !isComplete(python) {
          try run("python3", "-m", "venv", folder)
          try run([python, "-m", "pip", "install", "--quiet"] + wanted)
        }
      }
      made = true
    }
    return python
  }

  private static func isComplete(_ python: String) -> Bool {
    let check = """
      from importlib.metadata import version
      for wanted in \(wanted):
          name, number = wanted.split("==")
          assert version(name) == number
      """
    return Files.exists(python) && (try? Child(python, ["-c", check]).finish()) == .exit(0)
  }

  /// The folder of a package as its authors packed it (its source distribution), of which nothing is installed.
  public static func source(_ name: String, _ version: String, sha256: String) throws -> String {
    let python = try interpreter()
    let unpacked = "\(sources)/\(name)-\(version)"
    try lockingFolder {
      guard !Files.exists(unpacked) else { return }
      try Files.makeDirectory(sources)
      let pinned = "\(unpacked).txt"
      try Files.write(pinned, "\(name)==\(version) --hash=sha256:\(sha256)\n")
      try run(
        python, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", "--require-hashes", "-r", pinned,
        "--dest", sources)
      let unpack =
        "cd \(sources) && mkdir \(unpacked).new && tar xzf *\(version).tar.gz --strip-components 1 -C \(unpacked).new"
      try run("sh", "-c", unpack + " && mv \(unpacked).new \(unpacked)")
    }
    return unpacked
  }

  /// Test programs run side by side.
  private static func lockingFolder(_ body: () throws -> Void) throws {
    let lock = open(ProjectPaths.path(".build/python.lock"), O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard lock >= 0, flock(lock, LOCK_EX) == 0 else { throw Failure(description: ".build/python.lock cannot be locked") }
    defer { close(lock) }
    try body()
  }

  private static func run(_ command: String...) throws { try run(command) }

  private static func run(_ command: [String]) throws {
    let child = try Child(command[0], Array(command.dropFirst()), environment: ["PIP_DISABLE_PIP_VERSION_CHECK": "1"])
    guard try child.finish(limitSeconds: 300) == .exit(0) else {
      throw Failure(
        description: """
          a package of PyPI cannot be had: '\(command.joined(separator: " "))' has failed. Where there is no network, put there by \
          hand what it would make. \(child.errorText)
          """)
    }
  }
}
