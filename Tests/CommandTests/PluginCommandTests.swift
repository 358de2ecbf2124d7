import Glibc
import TestSupport
import Testing

/// The commands about plugins, where they must not keep silent.
struct PluginCommandTests {
  @Test(arguments: [("absent", "does not exist"), ("file", "is not a directory")])
  func `a directory of --plugins that cannot be searched is an error of usage`(name: String, why: String) throws {
    let story = try Story()
    try story.file("file", "")
    try story.file("pipeline.yaml", Story.echo)
    for arguments in [["plugin", "list"], ["validate", "pipeline.yaml"], ["plugin", "build", "file"]] {
      let result = try Tidemill.run(arguments + ["--plugins", name], in: story.directory.path)
      #expect(result.exitCode == 2 && result.errors.contains("--plugins: \(name) \(why)"), "\(result.errors)")
    }
  }

  @Test func `a directory of TIDEMILL_PLUGINS that cannot be searched is a note in the listing`() throws {
    let story = try Story()
    let result = try story.run("plugin", "list", environment: ["TIDEMILL_PLUGINS": "/nowhere/plugins"])
    #expect(result.exitCode == 0)
    #expect(result.output.hasSuffix("\nnot searched: /nowhere/plugins (TIDEMILL_PLUGINS) does not exist\n"))
  }

  @Test func `inspect takes the form that pipelines use where two plugins share an id`() throws {
    let story = try Story()
    let result = try story.run("plugin", "inspect", "stdio/stdin")
    #expect(result.exitCode == 0 && result.output.contains("Source stdin\n"))
    #expect(result.output == (try story.run("plugin", "inspect", "stdio").output))
    #expect(try story.run("plugin", "inspect", "stdio/stdni").exitCode == 1)
  }

  @Test func `disabling tells which lock file says so, and for whom`() throws {
    let story = try Story()
    let path = story.directory.file("plugins")
    try Files.makeDirectory(path)
    try Files.copy(ProjectPaths.release + "/libtidemill-threshold.so", path + "/libtidemill-threshold.so")
    let result = try story.run("plugin", "disable", path + "/libtidemill-threshold.so", "--plugins", path)
    #expect(
      result.output == """
        disabled threshold (\(path)/libtidemill-threshold.so)
          noted in \(path)/plugins.lock, for everyone who uses that directory

        """)
    #expect(Files.exists(path + "/plugins.lock"))
  }

  @Test func `a component that is not there may be in a file that is refused`() throws {
    let story = try Story()
    try story.file("broken.so", "no")
    try story.file(
      "pipeline.yaml",
      Story.echo.replacing("use: stdout", with: "use: archive").replacing(", with: { format: text } }\n  d", with: " }\n  d"))
    let result = try story.run("validate", "pipeline.yaml", "--plugins", ".")
    #expect(result.exitCode == 78)
    #expect(result.errors.contains("no plugin has a sink 'archive'"), "\(result.errors)")
    #expect(result.errors.contains("; 1 plugin file is refused: tidemill plugin list shows why"), "\(result.errors)")
  }
}
