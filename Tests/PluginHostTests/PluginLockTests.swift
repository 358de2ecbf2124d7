import FoundationEssentials
import Glibc
import PluginHost
import Testing

@Suite struct PluginLockTests {
  @Test func `disabling and enabling by name is seen by the next scan`() throws {
    let space = try Workspace()
    try space.put(try Fixture().build(), as: space.user + "/sample.so")
    try space.scan().setEnabled("sample", false)
    let disabled = space.scan()
    #expect(disabled.entries[0].status == .disabled)
    #expect(
      disabled.lookup("pass", kind: .operator)
        == .unavailable(reason: "plugin sample is disabled", fix: "tidemill plugin enable sample"))
    try disabled.setEnabled("sample", true)
    let entry = space.scan().entries[0]
    #expect(entry.status == .enabled && entry.trust == .accepted && entry.level == 0)
    #expect(entry.sha256 == (try Sha256.file(entry.file)))
    let lock = try PluginLock.read(space.path + "/" + space.user + "/plugins.lock")
    #expect(lock.entries.map(\.file) == ["sample.so"])
  }

  @Test func `a lock file that is a link stays one`() throws {
    let space = try Workspace()
    let path = try space.put(try Fixture().build(), as: space.user + "/sample.so")
    let link = "\(space.path)/\(space.user)/plugins.lock"
    try space.directory("real")
    for target in ["\(space.path)/real/one.lock", "../../../../../real/two.lock"] {
      unlink(link)
      #expect(symlink(target, link) == 0)
      let decisions = try space.scan().setEnabled(path, false)
      #expect(decisions.map(\.lock) == [link] && decisions.map(\.isForAll) == [true])
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == target)
      #expect(space.scan().entries[0].status == .disabled)
      try space.scan().setEnabled(path, true)
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == target)
      #expect(space.scan().entries[0].status == .enabled)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: space.path + "/real").sorted() == ["one.lock", "two.lock"])
    unlink(link)
    #expect(symlink("plugins.lock", link) == 0)
    #expect(throws: PluginError.self) { try PluginLock.update(link) { $0.remove("x") } }
  }

  @Test func `a file is meant by its name and by its path, too`() throws {
    let space = try Workspace()
    let path = try space.put(try Fixture().build(), as: space.user + "/libother.so")
    #expect(space.scan().entries(named: "libother.so").count == 1)
    try space.scan().setEnabled(path, false)
    #expect(space.scan().entries[0].status == .disabled)
    let error = #expect(throws: PluginError.self) { try space.scan().setEnabled("sampel", true) }
    #expect(error?.sentence == "no plugin is named 'sampel'" && error?.fix == "did you mean 'sample'?")
  }

  @Test func `a changed file is refused until it is accepted`() throws {
    let space = try Workspace()
    try space.put(try Fixture().build(), as: space.user + "/sample.so")
    try space.scan().setEnabled("sample", true)
    try space.put(try Fixture(prelude: "/* changed */ int changed;").build(), as: space.user + "/sample.so")
    guard case .refused(let refusal) = space.scan().entries[0].status else {
      Issue.record("a changed file is used")
      return
    }
    #expect(refusal.reason == .changed && refusal.fix == "tidemill plugin enable sample")
    #expect(throws: PluginError.self) { try PluginLibrary.load(space.scan().entries[0], space.settings()) }
    #expect(PluginCatalog.scan(space.settings(isDevelopment: true)).entries[0].status == .unchecked)
    let directory = space.path + "/" + space.user
    #expect(PluginCatalog.scan(space.settings(directories: [directory])).entries[0].status == .unchecked)
    try space.scan().setEnabled("sample", true)
    #expect(space.scan().entries[0].status == .enabled)
  }

  @Test func `a level that was checked holds for that content alone`() throws {
    let space = try Workspace()
    let path = try space.put(try Fixture().build(), as: space.user + "/sample.so")
    let catalog = space.scan()
    try catalog.recordCheck(of: catalog.entries[0], sha256: try Sha256.file(path), level: 7)
    let checked = space.scan()
    #expect(checked.entries[0].level == 7 && checked.entries[0].trust == .checked && checked.entries[0].status == .enabled)
    try checked.setEnabled("sample", false)
    try space.scan().setEnabled("sample", true)
    #expect(space.scan().entries[0].level == 7, "enabling the same content keeps its level")
    try space.put(try Fixture(prelude: "int other_content;").build(), as: space.user + "/sample.so")
    try space.scan().setEnabled("sample", true)
    let entry = space.scan().entries[0]
    #expect(entry.level == 0 && entry.trust == .accepted)
  }

  @Test func `the host's own plugin follows the host and can be disabled`() throws {
    let space = try Workspace()
    try space.put(try Fixture(name: "file").build(), as: "bin/libtidemill-file.so")
    try space.scan().setEnabled("file", true)
    try space.put(try Fixture(name: "file", prelude: "int newer;").build(), as: "bin/libtidemill-file.so")
    #expect(space.scan().entries[0].status == .enabled)
    try space.scan().setEnabled("file", false)
    try space.put(try Fixture(name: "file", prelude: "int newest;").build(), as: "bin/libtidemill-file.so")
    #expect(space.scan().entries[0].status == .disabled)
  }

  @Test func `a broken lock file is named, and other directories do not care`() throws {
    let space = try Workspace()
    try space.put(try Fixture(name: "here").build(), as: "one/here.so")
    try space.put(try Fixture(name: "there", components: [("sink", "s")]).build(), as: "two/there.so")
    let path = try space.write("one/plugins.lock", #"{"version":1,"plugins":[{"file":"here.so"}]}"#)
    let catalog = space.scan(["TIDEMILL_PLUGINS": "\(space.path)/one:\(space.path)/two"])
    guard case .refused(let refusal) = catalog.entries[0].status else {
      Issue.record("a broken lock is ignored")
      return
    }
    #expect(refusal.reason == .brokenLock)
    #expect(refusal.sentence == "the lock file \(path) cannot be read: plugins[0].sha256: is missing")
    #expect(refusal.fix?.hasSuffix("rm \(path)") == true)
    #expect(catalog.entries[1].status == .unchecked)
    #expect(throws: PluginError.self) { try PluginLock.update(path) { $0.remove("x") } }
    #expect(try String(decoding: Workspace.bytes(path), as: UTF8.self).contains("here.so"), "it is left as it is")
  }

  @Test(arguments: [
    "", "{", "[]", #"{"version":2,"plugins":[]}"#,
    #"{"version":1,"plugins":[{"file":"a","sha256":"12","enabled":true,"level":0}]}"#,
  ])
  func `a lock file that makes no sense is an error`(text: String) throws {
    let space = try Workspace()
    let path = try space.write("plugins.lock", text)
    let error = #expect(throws: PluginError.self) { try PluginLock.read(path) }
    #expect(error?.sentence.contains(path) == true)
  }

  @Test func `what is written is read back, and no file is an empty lock`() throws {
    let space = try Workspace()
    let hash = String(repeating: "ab", count: 32)
    let lock = PluginLock([
      .init(file: "b \"x\".so", plugin: "b", sha256: hash, enabled: false),
      .init(file: "a.so", sha256: hash, enabled: true, level: 9, trust: .checked),
    ])
    #expect(try PluginLock.read(try space.write("x.lock", lock.json)) == lock)
    #expect(lock.entries.map(\.file) == ["a.so", "b \"x\".so"])
    #expect(try PluginLock.read(space.path + "/none") == PluginLock())
    #expect(try PluginLock.read(try space.write("empty.lock", PluginLock().json)) == PluginLock())
  }

  @Test func `many writers at once lose nothing`() async throws {
    let space = try Workspace()
    let path = space.path + "/plugins.lock"
    let hash = String(repeating: "0", count: 64)
    await withTaskGroup { group in
      for writer in 0..<8 {
        group.addTask {
          for round in 0..<8 {
            let entry = PluginLock.Entry(file: "p\(writer)-\(round).so", sha256: hash, enabled: true)
            do { try PluginLock.update(path) { $0.set(entry) } } catch { Issue.record("\(error)") }
          }
        }
      }
      group.addTask {
        for _ in 0..<100 { do { _ = try PluginLock.read(path) } catch { Issue.record("a reader saw half a file: \(error)") } }
      }
    }
    #expect(try PluginLock.read(path).entries.count == 64)
    #expect(try FileManager.default.contentsOfDirectory(atPath: space.path) == ["plugins.lock"], "no temporary file is left")
  }

  @Test func `where the plugins' directory is read-only the user's lock is used`() throws {
    // Root may write everywhere, so a directory that nobody can write stands in: one on a read-only kernel file system cannot
    // be made in a test, and /proc refuses writes to root, too.
    let space = try Workspace()
    let path = try space.put(try Fixture().build(), as: space.user + "/sample.so")
    let readOnly = try ReadOnly(space.path + "/" + space.user)
    defer { readOnly.restore() }
    guard readOnly.holds else {
      try userLockByHand(space, path)
      return
    }
    try space.scan().setEnabled("sample", false)
    #expect(space.scan().entries[0].status == .disabled)
    #expect(try PluginLock.read(space.path + "/state/tidemill/plugins.lock").entries.map(\.file) == [path])
  }

  /// Without a read-only directory (tests that run as root): the user's word is there, and goes before the directory's.
  func userLockByHand(_ space: Workspace, _ path: String) throws {
    let hash = try Sha256.file(path)
    try PluginLock.update(space.path + "/state/tidemill/plugins.lock") {
      $0.set(.init(file: path, plugin: "sample", sha256: hash, enabled: false))
    }
    #expect(space.scan().entries[0].status == .disabled)
    try space.scan().setEnabled("sample", true)
    #expect(space.scan().entries[0].status == .enabled, "a new word in the directory's lock takes the user's back")
    #expect(try PluginLock.read(space.path + "/state/tidemill/plugins.lock").entries.isEmpty)
  }
}

/// Takes the permission to write from a directory.
struct ReadOnly {
  let path: String
  var holds: Bool { access(path, W_OK) != 0 }

  init(_ path: String) throws {
    self.path = path
    chmod(path, 0o555)
  }

  func restore() { chmod(path, 0o755) }
}
