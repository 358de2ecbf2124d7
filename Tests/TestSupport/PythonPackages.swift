import Glibc
import Synchronization

/// Packages of Python that tests need, in an environment of their own under `.build/`, made when it is missing.
public enum PythonPackages {
  public struct Failure: Error, CustomStringConvertible {
    public let description: String
  }

  private static let folder = ProjectPaths.path(".build/python")
  private static let wanted = "nanoarrow==0.9.0"
  private static let made = Mutex(false)

  /// The interpreter that finds the packages.
  public static func interpreter() throws -> String {
    let python = folder + "/bin/python3"
    try made.withLock { made in
      guard !made else { return }
      try lockingFolder { if !isComplete(python) { try make(python) } }
      made = true
    }
    return python
  }

  private static func isComplete(_ python: String) -> Bool {
    let version = wanted.split(separator: "=").last!
    let check = "import nanoarrow; raise SystemExit(nanoarrow.__version__ != '\(version)')"
    return Files.exists(python) && (try? Child(python, ["-c", check]).finish()) == .exit(0)
  }

  /// Test programs run side by side.
  private static func lockingFolder(_ body: () throws -> Void) throws {
    let lock = open(ProjectPaths.path(".build/python.lock"), O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard lock >= 0, flock(lock, LOCK_EX) == 0 else { throw Failure(description: ".build/python.lock cannot be locked") }
    defer { close(lock) }
    try body()
  }

  private static func make(_ python: String) throws {
    for command in [["python3", "-m", "venv", folder], [python, "-m", "pip", "install", "--quiet", wanted]] {
      let child = try Child(command[0], Array(command.dropFirst()), environment: ["PIP_DISABLE_PIP_VERSION_CHECK": "1"])
      guard try child.finish() == .exit(0) else {
        throw Failure(
          description: """
            needs \(wanted) of PyPI in .build/python: '\(command.joined(separator: " "))' has failed. Where there is no network, \
            unpack the wheel there by hand: .build/python/bin/pip install FILE. \(child.errorText)
            """)
      }
    }
  }
}
