import Glibc
import TestSupport
import Testing

/// `tidemill plugin check`: what it prints, how it ends, and what it writes down.
struct PluginCheckTests {
  private static let threshold = ProjectPaths.release + "/libtidemill-threshold.so"

  /// A directory of plugins with one of ours under another name of file.
  private func directory(_ story: Story) throws -> String {
    let path = story.directory.file("plugins")
    try Files.makeDirectory(path)
    try Files.copy(Self.threshold, path + "/mine.so")
    return path
  }

  /// A plugin that takes a batch away from the test program's own, and one that does not work.
  private func broken(_ story: Story, _ name: String) throws -> String {
    let source = ProjectPaths.path("Tests/Broken/\(name)/\(name).c")
    let product = story.directory.file("\(name).so")
    let compiler = try Child(
      "cc", ["-std=c11", "-shared", "-fPIC", "-w", "-I", ProjectPaths.path("include"), source, "-o", product])
    try #require(try compiler.finish() == .exit(0), "\(compiler.errorText)")
    return product
  }

  @Test func `a plugin that keeps all promises is exit code 0, one that does not is 1 and gives the seed`() throws {
    let story = try Story()
    let good = try story.run("plugin", "check", Self.threshold, "--level", "4")
    #expect(good.exitCode == 0 && good.errors.isEmpty, "\(good.errors)")
    #expect(good.output.contains("\(Self.threshold): level 4 of 4; ") && !good.output.contains("fail"))
    let file = try broken(story, "unknown-port")
    let bad = try story.run("plugin", "check", file, "--level", "3", "--reproduce", "77")
    #expect(bad.exitCode == 1)
    #expect(
      bad.output.contains("fail      ports-exist ") && bad.output.hasSuffix("repeat it with --reproduce 77\n"), "\(bad.output)")
    #expect(bad.output.contains("level 2 of 3"))
  }

  @Test func `a directory of the plugin's name does not stand in its way, and is none itself`() throws {
    let story = try Story()
    try Files.makeDirectory(story.directory.file("threshold"))
    let named = try story.run("plugin", "check", "threshold", "--level", "1")
    #expect(named.exitCode == 0 && named.output.contains("level 1 of 1"), "\(named.output)\(named.errors)")
    try Files.makeDirectory(story.directory.file("empty"))
    let empty = try story.run("plugin", "check", "empty")
    #expect(empty.exitCode == 1 && empty.errors == "empty is a directory (name the library in it)\n", "\(empty.errors)")
  }

  @Test func `a report for programs is one line of JSON`() throws {
    let story = try Story()
    let result = try story.run("plugin", "check", Self.threshold, "--level", "1", "--format", "json", "--reproduce", "5")
    #expect(result.exitCode == 0)
    let start = "{\"file\":\"\(Self.threshold)\",\"sha256\":\""
    #expect(result.output.hasPrefix(start) && result.output.hasSuffix("]}\n"), "\(result.output)")
    #expect(
      result.output.contains("\"seed\":\"5\",\"asked\":1,\"level\":1,\"good\":true,\"results\":[{\"case\":\"manifest-right\""))
  }

  @Test func `wrong levels are wrong usage, and what is not there is named`() throws {
    let story = try Story()
    for level in ["0", "11", "deep"] {
      #expect(try story.run("plugin", "check", Self.threshold, "--level", level).exitCode == 2)
    }
    let absent = try story.run("plugin", "check", "treshold")
    #expect(absent.exitCode == 1 && absent.errors.contains("did you mean 'threshold'?"), "\(absent.errors)")
  }

  @Test func `from level 5 on the level is written down with the content, and goes when the content does`() throws {
    let story = try Story()
    let plugins = try directory(story)
    func listed() throws -> String {
      let lines = try story.run("plugin", "list", "--plugins", plugins).output.split(separator: "\n")
      return lines.first { $0.hasPrefix("threshold ") && $0.hasSuffix(" --plugins") }.map(String.init) ?? ""
    }
    func words() throws -> [String] { try listed().split(separator: " ").map(String.init) }
    func check(_ level: String) throws {
      let result = try story.run("plugin", "check", plugins + "/mine.so", "--level", level, "--plugins", plugins)
      #expect(result.exitCode == 0, "\(result.output)\(result.errors)")
    }
    try check("4")
    #expect(try words()[2...3] == ["unchecked", "-"] && !Files.exists(plugins + "/plugins.lock"))
    try check("5")
    #expect(try words()[2...3] == ["enabled", "5"])
    #expect(try Files.text(plugins + "/plugins.lock").contains("\"level\": 5, \"trust\": \"checked\""))
    try check("7")
    #expect(try words()[3] == "7")
    try check("6")
    #expect(try words()[3] == "7", "a check that went less deep takes nothing back")
    var bytes = try Files.read(plugins + "/mine.so")
    bytes.append(0)
    try Files.write(plugins + "/mine.so", bytes)
    #expect(try words()[3] == "-")
  }

  @Test func `a check that is stopped leaves no process behind`() throws {
    let story = try Story()
    let file = try broken(story, "endless-process")
    let child = try Tidemill.start(["plugin", "check", file], in: story.directory.path)
    func workers() -> [String] {
      ((try? Files.names("/proc")) ?? []).filter { name in
        guard name.allSatisfy(\.isNumber), let line = try? Files.read("/proc/\(name)/cmdline") else { return false }
        let text = String(decoding: line, as: UTF8.self)
        return text.contains("tidemill-worker") && text.contains(file)
      }
    }
    #expect(repeats(limitSeconds: 20, {}, until: { workers().count > 1 }))
    child.signal(SIGKILL)
    _ = try child.finish()
    #expect(repeats(limitSeconds: 20, {}, until: { workers().isEmpty }), "\(workers())")
  }
}
