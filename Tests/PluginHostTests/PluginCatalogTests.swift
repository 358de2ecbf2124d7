import FoundationEssentials
import Glibc
import PluginHost
import PluginManifest
import TestSupport
import Testing

@Suite struct PluginCatalogTests {
  @Test func `a plugin dropped into the user's directory is there at the next scan`() throws {
    let space = try Workspace()
    #expect(space.scan().entries.isEmpty)
    try space.put(try Fixture().build(), as: space.user + "/sample.so")
    let entry = try #require(space.scan().entries.first)
    #expect(entry.name == "sample" && entry.status == .unchecked && entry.directory.origin == .user)
    #expect(entry.manifest?.components.map(\.id) == ["pass"])
    #expect(entry.sha256 == nil && entry.notes.isEmpty)
  }

  /// The only entry of a user's directory that holds one file, and its refusal.
  func refused(_ bytes: [UInt8], name: String = "x.so") throws -> PluginRefusal? {
    let space = try Workspace()
    try space.write(space.user + "/" + name, bytes)
    try space.put(try Fixture(name: "healthy").build(), as: space.user + "/healthy.so")
    let entries = space.scan().entries
    #expect(entries.map(\.status).contains(.unchecked), "the healthy plugin beside it")
    #expect(entries.count == 2)
    guard case .refused(let refusal)? = entries.first(where: { $0.name != "healthy" })?.status else { return nil }
    return refusal
  }

  func refused(_ fixture: Fixture) throws -> PluginRefusal? { try refused(try Workspace.bytes(try fixture.build())) }

  @Test func `a text file is no plugin`() throws {
    #expect(try refused(Array("hello".utf8))?.reason == .notPlugin)
    #expect(try refused([])?.reason == .notPlugin)
  }

  @Test func `a library without the entry and without a manifest is no plugin`() throws {
    let path = try Compiler.build("int answer(void) { return 42; }")
    #expect(try refused(try Workspace.bytes(path))?.reason == .notPlugin)
  }

  @Test func `a file that is cut at any 97th byte is listed with a reason`() throws {
    let bytes = try Workspace.bytes(try Fixture().build())
    let space = try Workspace()
    for length in stride(from: 0, to: bytes.count, by: 97) {
      try space.write(space.user + "/cut-\(length).so", Array(bytes[..<length]))
    }
    let entries = space.scan().entries
    #expect(entries.count == (bytes.count + 96) / 97)
    for entry in entries {
      guard case .refused(let refusal) = entry.status else {
        Issue.record("\(entry.file) is \(entry.status)")
        continue
      }
      #expect(refusal.reason == .notPlugin || refusal.reason == .damaged)
    }
  }

  @Test func `a plugin for another processor is refused with both names`() throws {
    var bytes = try Workspace.bytes(try Fixture().build())
    bytes[18] = 8
    bytes[19] = 0
    let refusal = try #require(try refused(bytes))
    #expect(refusal.reason == .architecture)
    #expect(refusal.sentence.hasPrefix("it is for MIPS; this host is "))
  }

  @Test func `a plugin that needs a later interface is refused with both revisions`() throws {
    let refusal = try #require(try refused(Fixture(abi: 99)))
    #expect(refusal.reason == .newerAbi)
    #expect(refusal.sentence == "it needs revision 1.99 of the plugin interface; this host has 1.0")
  }

  @Test func `a plugin without its section is not sealed, and the command that seals it is named`() throws {
    let refusal = try #require(try refused(Fixture(manifest: "")))
    #expect(refusal.reason == .unsealed)
    #expect(
      refusal.fix == "write its manifest with TIDE_MANIFEST, or run tidemill plugin seal FILE if it describes itself in code")
  }

  @Test func `a manifest that is no JSON is refused with the place`() throws {
    let refusal = try #require(try refused(Fixture(manifest: #"{"abi":0,}"#)))
    #expect(refusal.reason == .brokenManifest)
    #expect(refusal.sentence.contains("line 1, column 10"))
  }

  @Test func `a manifest that breaks the rules is refused with the first problem and the number of others`() throws {
    let manifest = #"{"abi":0,"name":"Bad Name","version":"","components":[{"id":"x","kind":"sink","doc":""}]}"#
    let refusal = try #require(try refused(Fixture(manifest: manifest)))
    #expect(refusal.reason == .brokenManifest)
    #expect(refusal.sentence.contains("name: 'Bad Name'") && refusal.sentence.hasSuffix("(and 2 more)"))
  }

  @Test func `a manifest without the entry is refused`() throws {
    let source = "#include <tidemill/plugin.h>\nTIDE_MANIFEST(\(Fixture.literal(Fixture().json)));\n"
    #expect(try refused(try Workspace.bytes(try Compiler.build(source)))?.reason == .noEntry)
  }

  @Test func `a FIFO with the name of a plugin stops nothing`() throws {
    let space = try Workspace()
    let directory = try space.directory(space.user)
    mkfifo(directory + "/pipe.so", 0o600)
    guard case .refused(let refusal)? = space.scan().entries.first?.status else {
      Issue.record("not refused")
      return
    }
    #expect(refusal.reason == .unreadable && refusal.sentence == "it is not a regular file")
  }

  @Test func `a dangling link is listed as unreadable`() throws {
    let space = try Workspace()
    symlink("/nowhere/x.so", try space.directory(space.user) + "/x.so")
    guard case .refused(let refusal)? = space.scan().entries.first?.status else {
      Issue.record("not refused")
      return
    }
    #expect(refusal.reason == .unreadable)
  }

  @Test func `a directory with the ending of a plugin is listed as one`() throws {
    let space = try Workspace()
    try space.directory(space.user + "/folder.so")
    let entries = space.scan().entries
    #expect(entries.map(\.status) == [.refused(.init(.unreadable, "it is a directory"))])
  }

  @Test func `a file beyond the limit is refused before it is read, hashed or copied`() throws {
    let space = try Workspace()
    let path = try space.put(try Fixture().build(), as: space.user + "/sample.so")
    #expect(truncate(path, 3 << 30) == 0)
    let why = "has 3221225472 bytes; a file of a plugin has at most 256 MiB"
    guard case .refused(let refusal)? = space.scan().entries.first?.status else {
      Issue.record("not refused")
      return
    }
    #expect(refusal.reason == .tooLarge && refusal.sentence == "it \(why)")
    #expect(throws: PluginError("\(path) \(why)")) { try Sha256.file(path) }
    #expect(throws: PluginError("\(path) \(why)")) { try PluginSeal(settings: space.settings()).seal(path) }
    try space.put(try Fixture(extra: #","files":["data.bin"]"#).build(), as: space.user + "/sample.so")
    #expect(truncate(try space.write(space.user + "/data.bin", ""), 3 << 30) == 0)
    #expect(space.scan().entries.map(\.status) == [.refused(.init(.tooLarge, "its file data.bin \(why)"))])
  }

  @Test func `a directory that was asked for and cannot be searched is told`() throws {
    let space = try Workspace()
    let file = try space.write("file", "")
    let catalog = PluginCatalog.scan(
      space.settings(["TIDEMILL_PLUGINS": "\(space.path)/absent:\(file)"], directories: [space.path]))
    #expect(catalog.directories.map(\.problem).prefix(3) == [nil, "does not exist", "is not a directory"])
    #expect(catalog.directories.dropFirst(3).allSatisfy { $0.problem == nil }, "standard places may be missing")
    let text = PluginListing.text(catalog)
    #expect(text.contains("\n  \(space.path)/absent (TIDEMILL_PLUGINS) does not exist\n"))
    try space.put(try Fixture().build(), as: "sample.so")
    let listed = PluginListing.text(PluginCatalog.scan(catalog.settings))
    #expect(listed.contains("\nnot searched: \(file) (TIDEMILL_PLUGINS) is not a directory\n"))
  }

  @Test func `a component that nobody knows may be in a file that is refused`() throws {
    let space = try Workspace()
    try space.put(try Fixture().build(), as: space.user + "/sample.so")
    try space.write(space.user + "/broken.so", "no")
    try space.put(try Fixture(manifest: "").build(), as: space.user + "/unsealed.so")
    #expect(space.scan().lookup("dedupe", kind: .operator) == .unknown(nearest: [], refused: 2))
    #expect(space.scan().lookup("pass", kind: .sink) == .unknown(nearest: [], refused: 2))
  }

  @Test func `a plugin is meant by the qualified form of a component, too`() throws {
    let space = try Workspace()
    try space.put(try Fixture(name: "one").build(), as: space.user + "/1.so")
    try space.put(try Fixture(name: "two").build(), as: space.user + "/2.so")
    #expect(space.scan().entries(qualified: "two/pass").map(\.name) == ["two"])
    for word in ["two/fail", "three/pass", "pass", "two", "two/pass/", "/pass"] {
      #expect(space.scan().entries(qualified: word).isEmpty, "\(word)")
    }
  }

  @Test func `hidden files and other endings are passed over`() throws {
    let space = try Workspace()
    try space.put(try Fixture().build(), as: space.user + "/.hidden.so")
    try space.put(try Fixture().build(), as: space.user + "/sample.so.1")
    #expect(space.scan().entries.isEmpty)
  }

  @Test func `an id of two plugins must be qualified, in both listings`() throws {
    let space = try Workspace()
    try space.put(
      try Fixture(name: "one", components: [("operator", "pass"), ("sink", "drop")]).build(), as: space.user + "/1.so")
    try space.put(try Fixture(name: "two").build(), as: space.user + "/2.so")
    let catalog = space.scan()
    #expect(catalog.entries.map(\.status) == [.unchecked, .unchecked])
    #expect(catalog.entries[0].notes == ["operator 'pass' clashes with two/pass: write one/pass"])
    #expect(catalog.lookup("pass", kind: .operator) == .ambiguous(["one", "two"]))
    guard case .found(let reference) = catalog.lookup("two/pass", kind: .operator) else {
      Issue.record("two/pass is not found")
      return
    }
    #expect(reference.plugin == "two" && reference.index == 0)
    guard case .found(let sink) = catalog.lookup("drop", kind: .sink) else {
      Issue.record("drop is not found")
      return
    }
    #expect(sink.index == 1)
    #expect(catalog.ids(of: .operator) == ["pass"])
    #expect(catalog.lookup("pas", kind: .operator) == .unknown(nearest: ["pass"]))
  }

  @Test func `a source and a sink may share an id`() throws {
    let space = try Workspace()
    try space.put(try Fixture(components: [("source", "file"), ("sink", "file")]).build(), as: space.user + "/f.so")
    let catalog = space.scan()
    #expect(catalog.entries[0].clashes.isEmpty)
    #expect(catalog.component("file", kind: .source)?.index == 0)
    #expect(catalog.component("sample/file", kind: .sink)?.index == 1)
  }

  @Test func `the first directory wins and the later file is shadowed`() throws {
    let space = try Workspace()
    let first = try space.put(try Fixture().build(), as: "first/sample.so")
    try space.put(try Fixture(components: [("operator", "other")]).build(), as: "second/sample.so")
    let catalog = space.scan(["TIDEMILL_PLUGINS": "\(space.path)/first:\(space.path)/second"])
    #expect(catalog.entries[0].status == .unchecked)
    guard case .refused(let refusal) = catalog.entries[1].status else {
      Issue.record("not shadowed")
      return
    }
    #expect(refusal.reason == .shadowed && refusal.sentence.contains(first))
    #expect(catalog.plugin("sample")?.file == first)
    guard case .unavailable(let reason, _) = catalog.lookup("other", kind: .operator) else {
      Issue.record("a shadowed component is found")
      return
    }
    #expect(reason.contains("comes first"))
  }

  @Test func `the search path has its order, and each directory once`() throws {
    let space = try Workspace()
    let environment = space.environment(["TIDEMILL_PLUGINS": "/e1:/e2:/o1"])
    let directories = PluginSearchPath.directories(options: ["/o1", "/o2"], environment: environment)
    #expect(
      directories.map(\.path) == [
        "/o1", "/o2", "/e1", "/e2", space.path + "/user/.local/share/tidemill/plugins", space.path + "/bin",
        space.path + "/lib/tidemill", "/usr/local/lib/tidemill/plugins", "/usr/lib/tidemill/plugins",
      ])
    #expect(
      directories.map(\.origin) == [
        .option, .option, .environment, .environment, .user, .executable, .installed, .system, .system,
      ])
    let data = PluginSearchPath.directories(environment: space.environment(["XDG_DATA_HOME": "/data"]))
    #expect(data.first?.path == "/data/tidemill/plugins")
    let relative = PluginSearchPath.directories(environment: space.environment(["XDG_DATA_HOME": "data"]))
    #expect(relative.first?.path == space.path + "/user/.local/share/tidemill/plugins")
  }

  @Test func `with elevated privileges the environment names no directory`() throws {
    let space = try Workspace()
    let environment = space.environment(["TIDEMILL_PLUGINS": "/e1", "XDG_DATA_HOME": "/data"], isPrivileged: true)
    let paths = PluginSearchPath.directories(environment: environment).map(\.path)
    #expect(!paths.contains("/e1") && !paths.contains("/data/tidemill/plugins"))
  }

  @Test func `safe mode knows the host's own plugins alone`() throws {
    let space = try Workspace()
    try space.put(try Fixture(name: "file").build(), as: "bin/libtidemill-file.so")
    try space.put(try Fixture(name: "installed").build(), as: "lib/tidemill/libtidemill-installed.so")
    try space.put(try Fixture(name: "stray").build(), as: "bin/stray.so")
    try space.put(try Fixture(name: "mine").build(), as: space.user + "/mine.so")
    let all = space.scan()
    #expect(all.entries.map(\.name) == ["mine", "file", "stray", "installed"])
    #expect(all.entries.map(\.isBuiltIn) == [false, true, false, true])
    #expect(all.entries.map(\.status) == [.unchecked, .enabled, .unchecked, .enabled])
    #expect(PluginCatalog.scan(space.settings(isSafe: true)).entries.map(\.name) == ["file", "installed"])
  }

  @Test func `a library of the host's own that is no plugin is not listed, one of a user is`() throws {
    let space = try Workspace()
    let library = try space.write("plain.so", [])
    let compiler = try Child("cc", ["-shared", "-fPIC", "-x", "c", "/dev/null", "-o", library])
    try #require(try compiler.finish() == .exit(0), "\(compiler.errorText)")
    try space.put(library, as: "bin/libtidemill-audit.so")
    try space.put(library, as: space.user + "/libtidemill-audit.so")
    #expect(space.scan().entries.map(\.directory.origin) == [.user])
  }

  @Test func `two scans of one directory are the same`() throws {
    let space = try Workspace()
    for name in ["b", "a", "c"] {
      try space.put(try Fixture(name: name, components: [("sink", name)]).build(), as: space.user + "/\(name).so")
    }
    #expect(space.scan().entries == space.scan().entries)
    #expect(space.scan().entries.map(\.name) == ["a", "b", "c"])
  }

  @Test func `scanning runs nothing of a plugin`() throws {
    let space = try Workspace()
    let mark = space.path + "/ran"
    let constructor = """
      #include <fcntl.h>
      __attribute__((constructor)) static void run(void) { (void)!creat("\(mark)", 0600); }
      """
    try space.put(try Fixture(prelude: constructor).build(), as: space.user + "/eager.so")
    let catalog = space.scan()
    #expect(catalog.entries.first?.status == .unchecked)
    _ = PluginInspection.text(catalog.entries[0])
    #expect(access(mark, F_OK) != 0)
    _ = try PluginLibrary.load(catalog.entries[0], catalog.settings)
    #expect(access(mark, F_OK) == 0, "loading does run it, so the mark works")
  }

  @Test func `thirty plugins are listed within a twentieth of a second`() throws {
    let space = try Workspace()
    for index in 0..<30 {
      try space.put(try Fixture(name: "p\(index % 3)").build(), as: space.user + "/p\(index).so")
    }
    _ = space.scan()
    let clock = ContinuousClock()
    let best = (0..<5).map { _ in clock.measure { _ = space.scan() } }.min()!
    print("30 plugins: \(best)")
    #expect(best < .milliseconds(50))
  }
}
