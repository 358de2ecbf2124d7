import Glibc
import TestSupport

/// A file system that holds an installation, the C and C++ runtimes, a shell, and nothing else, with the kernel's /proc.
///
/// Programs run in it in a mount namespace of their own, by chroot(2). That needs root, user namespaces, or sudo that asks
/// nothing. /proc has to be the real one: Swift finds the arguments of a program there.
struct InstalledSystem {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// What a run came to.
  struct Outcome {
    var end: Child.End
    var output: String
    var errors: String
  }

  /// A way into the system.
  private struct Way {
    /// What runs a program in a mount namespace.
    var namespace: [String]
    /// Options of chroot(1).
    var options = ""
  }

  /// Home directory of the programs, as they see it.
  static let home = "/user"

  let installation: Installation
  private let way: Way

  init(_ installation: Installation) throws {
    self.installation = installation
    guard let way = Self.ways.first(where: Self.works) else {
      throw Failure(
        description:
          "needs root with CAP_SYS_ADMIN, user namespaces or passwordless sudo, to run programs in a root of their own")
    }
    self.way = way
    let root = installation.root
    for name in ["proc", "tmp", String(Self.home.dropFirst())] { _ = try root.directory(name) }
    let programs = try installation.executables().map { installation.path + "/" + $0 } + ["/bin/sh"]
    for file in try Self.systemLibraries(of: programs) + ["/bin/sh"] {
      try Self.makeDirectories(of: file, below: root.path)
      try Files.copy(file, root.path + file)
    }
  }

  /// Runs a program in the system, its path as seen from inside.
  func run(_ program: String, _ arguments: String..., input: String = "") throws -> Outcome {
    let environment = ["-i", "HOME=\(Self.home)", "PATH=\(installation.prefix)/bin:/usr/bin:/bin:/usr/sbin:/sbin"]
    let enter = "mount --rbind /proc \"$0/proc\" && exec chroot \(way.options) \"$0\" \"$@\""
    let words =
      way.namespace + ["/usr/bin/env"] + environment + ["/bin/sh", "-c", enter, installation.root.path, program] + arguments
    let child = try Child(words[0], Array(words.dropFirst()), input: .pipe)
    child.send(input)
    child.closeInput()
    let end = try child.finish()
    return Outcome(end: end, output: child.outputText, errors: child.errorText)
  }

  private static var ways: [Way] {
    [
      Way(namespace: ["/usr/bin/unshare", "--mount"]),
      Way(namespace: ["/usr/bin/unshare", "--map-root-user", "--mount"]),
      // What root writes there could not be removed.
      Way(namespace: ["/usr/bin/sudo", "-n", "unshare", "--mount"], options: "--userspec=\(getuid()):\(getgid())"),
    ]
  }

  private static func works(_ way: Way) -> Bool {
    let words = way.namespace + ["/bin/sh", "-c", "mount --rbind /proc /proc"]
    return (try? Child(words[0], Array(words.dropFirst())).finish()) == .exit(0)
  }

  /// The dynamic linker and the libraries that the programs take from outside of the installation.
  private static func systemLibraries(of programs: [String]) throws -> [String] {
    var found: Set<String> = []
    for line in try Installation.output("ldd", ["ldd"] + programs).split(separator: "\n") {
      // "name => path (address)" or, for the dynamic linker, "path (address)"; "path:" heads the list of one program.
      let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
      guard let path = words.last(where: { $0.hasPrefix("/") && !$0.hasSuffix(":") }) else { continue }
      if !path.contains("/lib/tidemill/") { found.insert(path) }
    }
    return found.sorted()
  }

  private static func makeDirectories(of path: String, below root: String) throws {
    var directory = root
    for name in path.split(separator: "/").dropLast() {
      directory += "/" + name
      try Files.makeDirectory(directory)
    }
  }
}
