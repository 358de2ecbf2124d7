import CTidemill
import FoundationEssentials
import Glibc
import PluginHost
import PluginManifest
import Testing

@Suite struct PluginLibraryTests {
  func load(_ fixture: Fixture, _ space: Workspace) throws -> PluginLibrary {
    try space.put(try fixture.build(), as: space.user + "/x.so")
    let catalog = space.scan()
    return try PluginLibrary.load(try #require(catalog.entries.first), catalog.settings)
  }

  func error(_ fixture: Fixture) throws -> String? {
    let space = try Workspace()
    return #expect(throws: PluginError.self) { try load(fixture, space) }?.sentence
  }

  @Test func `a plugin is loaded with its components in the order of its manifest`() throws {
    let space = try Workspace()
    let library = try load(Fixture(components: [("source", "a"), ("sink", "a"), ("operator", "b")]), space)
    #expect(library.components.count == 3)
    #expect(library.component("a", kind: .sink) == library.components[1])
    #expect(library.component("a", kind: .operator) == nil)
    #expect(tide_has_poll(library.components[0]) != 0)
    #expect(library.file == space.path + "/" + space.user + "/x.so")
    #expect(library.sha256 == (try Sha256.file(library.file)))
  }

  @Test func `it runs from a private copy, so the file may be overwritten`() throws {
    let space = try Workspace()
    let library = try load(Fixture(name: "private", components: [("operator", "private")]), space)
    let cat = try #require(ChildProcess.find("cat", in: .current()))
    let maps = try ChildProcess.run(cat, ["/proc/\(getpid())/maps"], limitSeconds: 30).output
    #expect(maps.contains(space.path + "/cache/tidemill/plugins/" + library.sha256))
    #expect(!maps.contains(library.file))
    let descriptor = open(library.file, O_WRONLY | O_TRUNC)
    close(descriptor)
    #expect(library.component("private", kind: .operator) == library.components[0])
    #expect(library.components[0].pointer(to: \.id)!.pointee.map { String(cString: $0) } == "private")
  }

  @Test func `the same content is loaded once`() throws {
    let space = try Workspace()
    let first = try load(Fixture(name: "once"), space)
    try space.put(try Fixture(name: "once").build(), as: "other/y.so")
    let catalog = space.scan(["TIDEMILL_PLUGINS": space.path + "/other"])
    #expect(try PluginLibrary.load(catalog.entries[0], catalog.settings) === first)
    #expect(try load(Fixture(name: "once"), space) === first)
  }

  @Test func `a copy that somebody spoilt is made anew`() throws {
    let space = try Workspace()
    let fixture = Fixture(name: "spoilt")
    let path = try fixture.build()
    let hash = try Sha256.file(path)
    try space.write("cache/tidemill/plugins/\(hash)-x.so/x.so", "rubbish")
    for directory in ["cache", "cache/tidemill", "cache/tidemill/plugins"] { chmod(space.path + "/" + directory, 0o700) }
    #expect(try load(fixture, space).manifest.name == "spoilt")
    #expect(try Sha256.file(space.path + "/cache/tidemill/plugins/\(hash)-x.so/x.so") == hash)
  }

  @Test func `a cache directory that others may write is not trusted`() throws {
    let space = try Workspace()
    let directory = try space.directory("cache/tidemill/plugins")
    chmod(directory, 0o777)
    _ = try load(Fixture(name: "shy"), space)
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory).isEmpty)
  }

  @Test func `a table that disagrees with the manifest is an error`() throws {
    func described(_ components: String) -> String { #"{"abi":0,"name":"t","version":"1","components":[\#(components)]}"# }
    let pass = #"{"id":"pass","kind":"operator","doc":"d"}"#
    #expect(
      try error(Fixture(manifest: described("\(pass),{\"id\":\"b\",\"kind\":\"sink\",\"doc\":\"d\"}")))?.hasSuffix(
        "has 1 components, its manifest 2") == true)
    #expect(
      try error(Fixture(manifest: described(#"{"id":"b","kind":"sink","doc":"d"}"#)))?.hasSuffix(
        "has 'pass' as component 0, its manifest 'b'") == true)
    #expect(
      try error(Fixture(manifest: described(#"{"id":"pass","kind":"source","doc":"d"}"#)))?.hasSuffix(
        "has a source 'pass' without poll") == true)
    let versioned = #"{"id":"pass","kind":"operator","doc":"d","state_version":3}"#
    #expect(
      try error(Fixture(manifest: described(versioned)))?.hasSuffix("has state version 0 for 'pass', its manifest 3") == true)
  }

  @Test(arguments: [
    ("{.size = 8, .id = \"pass\", .create = create, .destroy = destroy, .process = process}", "has 8 bytes for component 0"),
    ("{.size = sizeof(tide_component), .create = create, .destroy = destroy, .process = process}", "has no id for component 0"),
    ("{.size = sizeof(tide_component), .id = \"pass\", .destroy = destroy, .process = process}", "without create"),
    ("{.size = sizeof(tide_component), .id = \"pass\", .create = create, .process = process}", "without destroy"),
    ("{.size = sizeof(tide_component), .id = \"pass\", .create = create, .destroy = destroy}", "without process"),
    ("{.size = 48, .id = \"pass\", .create = create, .destroy = destroy, .process = process}", "without process"),
  ])
  func `a broken component is an error that says what it lacks`(component: String, expected: String) throws {
    let text = try error(Fixture(table: "&(const tide_component)\(component)"))
    #expect(text?.contains(expected) == true, "\(text ?? "")")
  }

  @Test func `NULL for a component is an error`() throws {
    #expect(try error(Fixture(table: "NULL"))?.hasSuffix("has NULL for component 0") == true)
  }

  @Test func `an undefined symbol is told in the loader's words`() throws {
    let prelude = "int nobody_has_this(void);\nint call(void);\nint call(void) { return nobody_has_this(); }"
    #expect(try error(Fixture(prelude: prelude))?.contains("nobody_has_this") == true)
  }

  @Test func `a plugin that is disabled or refused is not loaded`() throws {
    let space = try Workspace()
    try space.put(try Fixture(name: "off").build(), as: space.user + "/off.so")
    try space.scan().setEnabled("off", false)
    let error = #expect(throws: PluginError.self) { try PluginLibrary.load(space.scan().entries[0], space.settings()) }
    #expect(error == PluginError("plugin off is disabled", fix: "tidemill plugin enable off"))
  }

  @Test func `a file that was replaced after the listing is not loaded unseen`() throws {
    let space = try Workspace()
    try space.put(try Fixture(name: "before").build(), as: space.user + "/x.so")
    let catalog = space.scan()
    try space.put(try Fixture(name: "after").build(), as: space.user + "/x.so")
    let error = #expect(throws: PluginError.self) { try PluginLibrary.load(catalog.entries[0], catalog.settings) }
    #expect(error?.sentence.hasSuffix("changed while it was being loaded") == true)
  }
}
