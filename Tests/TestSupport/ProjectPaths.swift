import Glibc

/// Where things are in the package under test.
public enum ProjectPaths {
  /// The root of the package.
  public static let root: String = {
    var parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    parts.removeLast(3)
    return parts.joined(separator: "/")
  }()

  /// The directory of the release build.
  public static let release = root + "/.build/release"

  /// The command, as `make build` leaves it.
  public static let tidemill = release + "/tidemill"

  /// A path from the package's root.
  public static func path(_ relative: String) -> String { root + "/" + relative }

  /// Where the running test program and the libraries beside it are.
  public static let testProgramFolder: String = {
    let path = (try? Files.link("/proc/self/exe")) ?? ""
    return path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
  }()
}
