import TestSupport
import Testing

/// `tidemill plugin new`: what it makes works as it stands.
struct PluginNewTests {
  private func make(_ target: String, in folder: String) throws -> Tidemill.Result {
    let child = try Child(
      "make", ["--no-print-directory", "TIDEMILL=\(ProjectPaths.tidemill)", target], in: folder,
      environment: Tidemill.environment())
    let end = try child.finish(limitSeconds: 240)
    return Tidemill.Result(end: end, output: child.outputText, errors: child.errorText)
  }

  @Test(arguments: ["swift", "c"], ["operator", "source", "sink"])
  func `makes a folder that builds and passes its own test`(language: String, kind: String) throws {
    let place = try TemporaryDirectory()
    let name = "deep-\(kind)-2"
    let made = try Tidemill.run(["plugin", "new", name, "--lang", language, "--kind", kind], in: place.path)
    #expect(made.exitCode == 0, "\(made.errors)")
    #expect(made.output.contains("made ./\(name), "))
    let folder = place.file(name)
    let word = kind.prefix(1).uppercased() + kind.dropFirst()
    let type = "Deep\(word)2\(word)"
    let source = language == "c" ? "\(name).c" : "\(type).swift"
    #expect(Set(try Files.names(folder)) == ["Makefile", "README.md", "test", source])
    for file in [".gitignore", "Makefile", "README.md", source, "test/run", "test/pipeline.yaml"] {
      let text = try Files.text("\(folder)/\(file)").lowercased()
      #expect(!text.contains("my-plugin") && !text.contains("myplugin"), "\(file) still has the template's name")
    }
    let build = try make("\(name).so", in: folder)
    try #require(build.exitCode == 0, "\(build.output)\(build.errors)")
    #expect(build.errors == "", "a warning in a template")
    let test = try make("test", in: folder)
    #expect(test.exitCode == 0 && test.output.hasSuffix("\(name): as expected\n"), "\(test.output)\(test.errors)")
    let check = try make("check", in: folder)
    #expect(check.exitCode == 0 && check.output.contains(": level 10 of 10; "), "\(check.output)\(check.errors)")
    // A test that cannot fail is none.
    try Files.write("\(folder)/test/expected.jsonl", "{}\n")
    #expect(try make("test", in: folder).exitCode != 0)
  }

  @Test func `refuses names that are none, and folders that are there, and says what to do`() throws {
    let place = try TemporaryDirectory()
    func fails(_ arguments: String...) throws -> (code: Int32, said: String) {
      let result = try Tidemill.run(["plugin", "new"] + arguments, in: place.path)
      return (result.exitCode, result.errors)
    }
    for name in ["Deep", "deep thaw", "../deep", "deep/", "9deep", "", "deep-", String(repeating: "d", count: 65)] {
      let (code, said) = try fails(name)
      #expect(code == 1 && said.contains("cannot be a plugin's name (use lower-case letters"), "\(said)")
    }
    let (shadow, why) = try fails("file")
    #expect(shadow == 1 && why == "'file' comes with tidemill (choose another name)\n", "\(why)")
    try place.write("taken", "mine")
    let (code, said) = try fails("taken")
    #expect(code == 1 && said == "cannot make ./taken: File exists (choose another name)\n")
    #expect(try Files.text(place.file("taken")) == "mine")
    #expect(try fails("deep", "--lang", "rust").code == 2)
    #expect(try fails("deep", "--kind", "window").code == 2)
    #expect(try Files.names(place.path) == ["taken"])
  }

  @Test func `names the command where another tidemill, or none, is in PATH`() throws {
    let place = try TemporaryDirectory()
    func next(path: String) throws -> Substring? {
      let name = "deep-\(path.utf8.count)"
      let child = try Child(
        ProjectPaths.tidemill, ["plugin", "new", name], in: place.path, environment: Tidemill.environment(["PATH": path]))
      try child.finish()
      return child.outputText.split(separator: "\n").last
    }
    let elsewhere = try next(path: "/usr/bin:/bin")
    #expect(elsewhere?.contains("&& make TIDEMILL=/") == true && elsewhere?.hasSuffix("/release/tidemill check") == true)
    #expect(try next(path: "\(ProjectPaths.release):/bin")?.hasSuffix("&& make && make test && make check") == true)
  }
}
