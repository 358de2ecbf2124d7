import FoundationEssentials
import Glibc
import PluginHost
import TestSupport
import Testing

@Suite struct PluginBuildTests {
  func builder(_ space: Workspace) throws -> PluginBuild {
    try space.directory("bin/sdk")
    symlink(Compiler.include, space.path + "/bin/sdk/include")
    return PluginBuild(settings: space.settings(), executable: ProjectPaths.tidemill)
  }

  @Test func `a C file becomes a plugin beside it`() throws {
    let space = try Workspace()
    let file = try space.write("src/my-pass.c", Fixture(name: "my-pass").source)
    let product = try builder(space).build(file)
    #expect(product.file == space.path + "/src/my-pass.so")
    #expect(product.entry.name == "my-pass" && product.entry.status == .unchecked)
    #expect(PluginCatalog.scan(space.settings(directories: [space.path + "/src"])).entries.map(\.name) == ["my-pass"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: space.path + "/src").sorted() == ["my-pass.c", "my-pass.so"])
  }

  @Test func `the library is left where it is asked for`() throws {
    let space = try Workspace()
    let file = try space.write("src/x.c", Fixture(name: "x").source)
    #expect(try builder(space).build(file, into: try space.directory("out")).file == space.path + "/out/x.so")
    #expect(throws: PluginError.self) { try builder(space).build(file, into: space.path + "/none") }
  }

  @Test func `a C plugin that describes itself is sealed by the build`() throws {
    let space = try Workspace()
    let file = try space.write("told.c", Fixture(manifest: "", describes: PluginSealTests.told).source)
    #expect(try builder(space).build(file).entry.name == "told")
  }

  @Test func `a table that differs from its manifest is found by the build, at the file that people know`() throws {
    let space = try Workspace()
    let source = Fixture(name: "apart").source
    let file = try space.write("apart.c", source.replacing(".id = \"pass\"", with: ".id = \"other\""))
    #expect(try Files.text(file) != source)
    let error = #expect(throws: PluginError.self) { try builder(space).build(file) }
    #expect(error?.sentence.contains("/apart.so has 'other' as component 0, its manifest 'pass'") == true, "\(error!)")
  }

  @Test func `a folder of C files becomes one plugin in it`() throws {
    let space = try Workspace()
    let prelude = "int half(int);\nint quarter(int x);\nint quarter(int x) { return half(half(x)); }"
    try space.write("pair/main.c", Fixture(name: "pair", prelude: prelude).source)
    try space.write("pair/more/half.c", "int half(int);\nint half(int x) { return x / 2; }\n")
    try space.write("pair/Tests/ignored.c", "#error not a part\n")
    #expect(try builder(space).build(space.path + "/pair").file == space.path + "/pair/pair.so")
  }

  @Test func `a C++ file is compiled as C++17`() throws {
    let space = try Workspace()
    let source = """
      #include <optional>
      #include <tidemill/plugin.h>
      TIDE_MANIFEST(\(Fixture.literal(Fixture(name: "plus").json)));
      static tide_status create(const tide_component *, const tide_host *, tide_instance **out) { *out = nullptr; return TIDE_OK; }
      static void destroy(tide_instance *) {}
      static tide_status process(tide_instance *, const tide_batch *, tide_output *) { return std::optional<int>(TIDE_OK).value(); }
      static const tide_component pass = [] {
        tide_component c{}; c.size = sizeof c; c.id = "pass"; c.create = create; c.destroy = destroy; c.process = process; return c;
      }();
      static const tide_component *const list[] = {&pass};
      static const tide_plugin plugin = {sizeof plugin, 1, list};
      extern "C" const tide_plugin *tidemill_plugin_1(uint32_t) { return &plugin; }
      """
    let product = try builder(space).build(try space.write("plus.cpp", source))
    #expect(try PluginLibrary.load(product.entry, space.settings()).components.count == 1)
  }

  @Test func `what fails leaves the older library in its place`() throws {
    let space = try Workspace()
    let build = try builder(space)
    let file = try space.write("x.c", Fixture(name: "x").source)
    let product = try build.build(file)
    let hash = try Sha256.file(product.file)
    try space.write("x.c", "this is no C")
    let syntax = #expect(throws: PluginError.self) { try build.build(file) }
    #expect(syntax?.sentence.hasPrefix("cc failed:\n") == true)
    try space.write("x.c", Fixture(manifest: #"{"abi":0}"#).source)
    let manifest = #expect(throws: PluginError.self) { try build.build(file) }
    #expect(manifest?.sentence.contains("name: is missing") == true || manifest?.sentence.contains("describe") == true)
    #expect(try Sha256.file(product.file) == hash)
    #expect(try FileManager.default.contentsOfDirectory(atPath: space.path).sorted() == ["bin", "x.c", "x.so"])
  }

  @Test func `what is no source is refused with a sentence`() throws {
    let space = try Workspace()
    let build = try builder(space)
    func sentence(_ path: String) -> String? { #expect(throws: PluginError.self) { try build.build(path) }?.sentence }
    #expect(sentence(space.path + "/none") == "\(space.path)/none does not exist")
    #expect(sentence(try space.write("x.txt", "x"))?.contains("neither a C, C++ or Swift file") == true)
    #expect(sentence(try space.directory("empty"))?.contains("has no source files") == true)
    try space.write("mixed/a.swift", "")
    try space.write("mixed/b.c", "")
    #expect(sentence(space.path + "/mixed")?.contains("mixes Swift with b.c") == true)
    #expect(sentence(try space.write("s.swift", ""))?.contains("is for C alone") == true)
  }

  @Test func `the SDK is found beside the executable, in an installation, or where TIDEMILL_SDK says`() throws {
    let space = try Workspace()
    let error = #expect(throws: PluginError.self) { try PluginSDK.find(space.environment()) }
    #expect(error?.sentence == "the plugin SDK is not there; looked in \(space.path)/bin/sdk, \(space.path)/lib/tidemill/sdk")
    for place in ["lib/tidemill/sdk", "bin/sdk", "given"] {
      try space.write(place + "/include/tidemill/plugin.h", "")
      let variables = place == "given" ? ["TIDEMILL_SDK": space.path + "/given"] : [:]
      #expect(try PluginSDK.find(space.environment(variables)).path == space.path + "/" + place)
    }
  }
}
