import FoundationEssentials
import Glibc
import PluginHost
import TestSupport
import Testing

@Suite struct PluginSealTests {
  func seal(_ space: Workspace) -> PluginSeal {
    PluginSeal(settings: space.settings(), executable: ProjectPaths.tidemill)
  }

  static let told = Fixture(name: "told").json

  @Test func `a plugin that describes itself is sealed once, and then stays as it is`() throws {
    let space = try Workspace()
    let path = try space.put(try Fixture(manifest: "", describes: Self.told).build(), as: space.user + "/told.so")
    chmod(path, 0o751)
    #expect(try seal(space).seal(path) == .sealed)
    #expect(try ElfFile(path: path).contents(ofSection: ".tidemill") == Array(Self.told.utf8))
    let entry = space.scan().entries[0]
    #expect(entry.name == "told" && entry.status == .unchecked)
    #expect(try PluginLibrary.load(entry, space.settings()).components.count == 1)
    let hash = try Sha256.file(path)
    #expect(try seal(space).seal(path) == .alreadySealed)
    #expect(try Sha256.file(path) == hash)
    var status = stat()
    stat(path, &status)
    #expect(status.st_mode & 0o777 == 0o751)
    #expect(try FileManager.default.contentsOfDirectory(atPath: space.path + "/" + space.user) == ["told.so"])
  }

  @Test func `a section that is out of date is replaced`() throws {
    let space = try Workspace()
    let path = try space.put(try Fixture(manifest: "", describes: Self.told).build(), as: "told.so")
    let old = try space.write("old.json", #"{"abi":0}"#)
    let objcopy = try #require(ChildProcess.find("objcopy", in: .current()))
    #expect(try ChildProcess.run(objcopy, ["--add-section", ".tidemill=\(old)", path], limitSeconds: 30).status == 0)
    #expect(try seal(space).seal(path) == .sealed)
    #expect(try ElfFile(path: path).contents(ofSection: ".tidemill") == Array(Self.told.utf8))
  }

  @Test func `a C plugin with its manifest from the compiler is sealed already`() throws {
    let space = try Workspace()
    let path = try space.put(try Fixture().build(), as: "c.so")
    let hash = try Sha256.file(path)
    #expect(try seal(space).seal(path) == .alreadySealed)
    #expect(try Sha256.file(path) == hash)
  }

  @Test func `a C plugin whose two manifests differ is not sealed`() throws {
    let space = try Workspace()
    let path = try space.put(try Fixture(name: "one", describes: Self.told).build(), as: "c.so")
    let error = #expect(throws: PluginError.self) { try seal(space).seal(path) }
    #expect(error?.sentence.contains("TIDE_MANIFEST") == true)
  }

  @Test func `a description that breaks the rules is told in full and not written`() throws {
    let space = try Workspace()
    let wrong = #"{"abi":0,"name":"told","version":"","licence":"x","components":[{"id":"pass","kind":"operator","doc":""}]}"#
    let path = try space.put(try Fixture(manifest: "", describes: wrong).build(), as: "w.so")
    let error = try #require(#expect(throws: PluginError.self) { try seal(space).seal(path) })
    for part in ["version: is empty", "components[0].doc: is empty", "licence: is not known"] {
      #expect(error.sentence.contains(part), "\(error)")
    }
    #expect(try ElfFile(path: path).contents(ofSection: ".tidemill") == nil)
  }

  @Test func `what cannot be sealed says why`() throws {
    let space = try Workspace()
    let mute = try space.put(try Fixture(manifest: "").build(), as: "mute.so")
    #expect(
      #expect(throws: PluginError.self) { try seal(space).seal(mute) }?.sentence.contains(" does not describe itself")
        == true)
    let text = try space.write("text.so", "hello")
    #expect(#expect(throws: PluginError.self) { try seal(space).seal(text) }?.sentence.contains("no shared library") == true)
    let library = try space.put(try Compiler.build("int answer(void) { return 42; }"), as: "library.so")
    #expect(
      #expect(throws: PluginError.self) { try seal(space).seal(library) }?.sentence.hasSuffix("it is not a plugin") == true)
    #expect(throws: PluginError.self) { try seal(space).seal(space.path + "/none.so") }
  }

  @Test func `without objcopy the package is named`() throws {
    let space = try Workspace()
    let path = try space.put(try Fixture(manifest: "", describes: Self.told).build(), as: "told.so")
    let seal = PluginSeal(settings: space.settings(["PATH": space.path]), executable: ProjectPaths.tidemill)
    let error = #expect(throws: PluginError.self) { try seal.seal(path) }
    #expect(error == PluginError("sealing needs objcopy, which is not installed", fix: "apt install binutils"))
  }

  @Test func `describing a plugin gives its text, and refuses one that has none`() throws {
    #expect(try PluginDescription.describe(try Fixture(manifest: "", describes: Self.told).build()) == Self.told)
    let mute = try Fixture(manifest: "").build()
    #expect(
      #expect(throws: PluginError.self) { try PluginDescription.describe(mute) }?.sentence == "\(mute) does not describe itself"
    )
  }

  @Test func `a child that takes too long is ended`() throws {
    let sleeper = try #require(ChildProcess.find("sleep", in: .current()))
    let result = try ChildProcess.run(sleeper, ["60"], limitSeconds: 0)
    #expect(result.isLate && result.status == 128 + SIGKILL)
  }

  @Test func `a child's exit code and both its streams come back`() throws {
    let shell = try #require(ChildProcess.find("sh", in: .current()))
    let result = try ChildProcess.run(shell, ["-c", "echo out; echo err >&2; exit 3"], limitSeconds: 30)
    #expect(result.status == 3 && result.output == "out\n" && result.errors == "err\n" && !result.isLate)
  }
}
