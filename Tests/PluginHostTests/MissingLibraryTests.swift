import PluginHost
import Testing

@Suite struct MissingLibraryTests {
  /// A plugin that needs a library `libdep-NAME.so`, and that library.
  func plugin(_ name: String, rpath: String? = nil, files: String = "") throws -> (plugin: String, library: String) {
    let library = try Compiler.build("int dep_\(name)(void) { return 1; }", ["-Wl,-soname,libdep-\(name).so"])
    let prelude = "int dep_\(name)(void);\nint use_\(name)(void);\nint use_\(name)(void) { return dep_\(name)(); }"
    let plugin = try Fixture(
      name: name, extra: files, prelude: prelude,
      flags: ["-Wl,--no-as-needed", library] + (rpath.map { ["-Wl,-rpath,\($0)"] } ?? [])
    ).build()
    return (plugin, library)
  }

  func refused(_ catalog: PluginCatalog) -> PluginRefusal? {
    guard case .refused(let refusal)? = catalog.entries.first?.status else { return nil }
    return refusal
  }

  @Test func `a library that is nowhere is named`() throws {
    let space = try Workspace()
    try space.put(try plugin("nowhere").plugin, as: space.user + "/x.so")
    let refusal = try #require(refused(space.scan()))
    #expect(refusal.reason == .missingLibrary)
    #expect(refusal.sentence == "it needs libdep-nowhere.so, which is not installed")
  }

  @Test func `LD_LIBRARY_PATH is searched`() throws {
    let space = try Workspace()
    let (plugin, library) = try plugin("ldpath")
    try space.put(plugin, as: space.user + "/x.so")
    try space.put(library, as: "libs/libdep-ldpath.so")
    #expect(space.scan(["LD_LIBRARY_PATH": space.path + "/libs"]).entries.first?.status == .unchecked)
  }

  @Test func `the plugin's own search path is searched`() throws {
    let space = try Workspace()
    let (plugin, library) = try plugin("runpath", rpath: space.path + "/libs")
    try space.put(plugin, as: space.user + "/x.so")
    #expect(refused(space.scan())?.reason == .missingLibrary)
    try space.put(library, as: "libs/libdep-runpath.so")
    #expect(space.scan().entries.first?.status == .unchecked)
  }

  @Test func `a library beside the plugin counts when the manifest lists it, and then loads`() throws {
    let space = try Workspace()
    let (unlisted, library) = try plugin("beside", rpath: "$ORIGIN")
    try space.put(unlisted, as: space.user + "/x.so")
    try space.put(library, as: space.user + "/libdep-beside.so")
    let before = space.scan()
    #expect(before.entries.map(\.name) == ["dep-beside", "beside"])
    #expect(before.plugin("beside")?.notes.first?.contains("lies beside it and is not among the manifest's files") == true)
    let (listed, _) = try plugin("beside", rpath: "$ORIGIN", files: #","files":["libdep-beside.so"]"#)
    try space.put(listed, as: space.user + "/x.so")
    let catalog = space.scan()
    #expect(catalog.entries.map(\.name) == ["beside"], "the library is a part of it now")
    let entry = try #require(catalog.plugin("beside"))
    #expect(entry.status == .unchecked)
    #expect(try PluginLibrary.load(entry, catalog.settings).components.count == 1)
  }

  @Test func `a file of the manifest that is not there is named`() throws {
    let space = try Workspace()
    try space.put(try Fixture(extra: #","files":["model.bin"]"#).build(), as: space.user + "/x.so")
    #expect(refused(space.scan())?.sentence == "its file model.bin is not beside it")
  }

  @Test func `a library that a library needs is named with the way to it`() throws {
    let space = try Workspace()
    let deep = try Compiler.build("int deep(void) { return 1; }", ["-Wl,-soname,libdeep.so"])
    let middle = try Compiler.build(
      "int deep(void); int middle(void) { return deep(); }", ["-Wl,-soname,libmiddle.so", "-Wl,--no-as-needed", deep])
    let prelude = "int middle(void);\nint use(void);\nint use(void) { return middle(); }"
    let plugin = try Fixture(
      prelude: prelude, flags: ["-Wl,--no-as-needed", middle, "-Wl,--allow-shlib-undefined", "-Wl,-rpath,\(space.path)/libs"]
    ).build()
    try space.put(plugin, as: space.user + "/x.so")
    try space.put(middle, as: "libs/libmiddle.so")
    #expect(refused(space.scan())?.sentence == "it needs libdeep.so (by way of libmiddle.so), which is not installed")
  }
}
