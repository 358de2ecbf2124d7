import Glibc
import TestSupport
import Testing

/// Plugins that were compiled when a version came out: this host, and every later one, loads them and comes to the same.
struct KeptPluginTests {
  private static let folder = ProjectPaths.path("Tests/Kept")

  /// The kept plugins that this machine can run, as `0.1.0/between`.
  private static let kept: [String] = ((try? Files.names(folder)) ?? []).flatMap { version in
    ((try? Files.names("\(folder)/\(version)")) ?? []).map { "\(version)/\($0)" }
  }.filter { Files.exists(library($0)) }

  private static var machine: String {
    var names = utsname()
    uname(&names)
    return withUnsafeBytes(of: &names.machine) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }

  private static func name(_ kept: String) -> Substring { kept.split(separator: "/").last ?? "" }
  private static func library(_ kept: String) -> String { "\(folder)/\(kept)/\(name(kept))-\(machine).so" }

  @Test func `there are some, in C and in Swift`() throws {
    guard Self.machine == "x86_64" else { return }
    let first = Self.kept.filter { $0.hasPrefix("0.1.0/") }.map(Self.name)
    #expect(Set(["between", "changes", "counter", "lines", "celsius", "every-nth"]).isSubset(of: first))
  }

  @Test(arguments: kept)
  func `a plugin of an earlier version is loaded and does what it did`(kept: String) throws {
    let place = try TemporaryDirectory()
    _ = try place.directory("plugins")
    try Files.copy(Self.library(kept), place.file("plugins/\(Self.name(kept)).so"))
    for file in ["pipeline.yaml", "input.jsonl"] where Files.exists("\(Self.folder)/\(kept)/\(file)") {
      try Files.copy("\(Self.folder)/\(kept)/\(file)", place.file(file))
    }
    // With --dev every frame that the plugin makes is checked.
    let run = try Tidemill.run(["run", "pipeline.yaml", "--dev", "--plugins", "plugins"], in: place.path)
    #expect(run.exitCode == 0 && run.errors.contains("the books hold to the row"), "\(run.errors)")
    for file in try Files.names("\(Self.folder)/\(kept)/expected") {
      let expected = try Files.text("\(Self.folder)/\(kept)/expected/\(file)")
      #expect(try file == "stdout" ? run.output == expected : Files.text(place.file(file)) == expected, "\(file)")
    }
  }
}
