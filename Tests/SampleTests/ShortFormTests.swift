import CTidemill
import Glibc
import PluginManifest
import TestSupport
import Testing

/// Plugins in C and C++ stay short, and what makes them short does what it says.
struct ShortFormTests {
  /// Lines of a C file that are code: neither blank nor comment, and not the manifest.
  static func codeLines(_ text: String) -> [Substring] {
    var code = ""
    var rest = text[...]
    while let open = rest.firstRange(of: "/*") {
      code += rest[..<open.lowerBound]
      rest = rest[open.upperBound...]
      rest = rest.firstRange(of: "*/").map { rest[$0.upperBound...] } ?? ""
    }
    var isManifest = false
    return (code + rest).split(separator: "\n").filter { line in
      if line.hasPrefix("TIDE_DESCRIBE(") { isManifest = true }
      defer { if line == "});" { isManifest = false } }
      return !isManifest && line.contains { $0 != " " }
    }
  }

  @Test(arguments: [("between", 30), ("changes", 60), ("counter", 60), ("lines", 60), ("deadband", 60)])
  func `a filter in C is 30 lines, a stateful operator, a source or a sink 60`(name: String, limit: Int) throws {
    let lines = Self.codeLines(try Files.text(ProjectPaths.path("samples/plugins/\(name)/\(name).c")))
    #expect(lines.count <= limit && lines.count > 20, "\(lines.count) lines")
  }

  @Test func `the first plugin of the guide is 30 lines with its manifest`() throws {
    for step in try PluginGuide("docs/plugins/c.md").steps {
      guard case .save("has.c", let text) = step else { continue }
      #expect(text.split(separator: "\n").count <= 30)
      return
    }
    Issue.record("the guide has no has.c")
  }

  @Test func `code is what is left without comments, blank lines and the manifest`() {
    let text = "/* a\n b */\n#include <x>\n\nTIDE_DESCRIBE({\n  \"abi\": 0\n});\nint a; /* one */\n  /* two */\n}\n"
    #expect(Self.codeLines(text) == ["#include <x>", "int a; ", "}"])
  }

  // MARK: Bench

  private func bench(_ name: String) throws -> PluginBench {
    let handle = try #require(dlopen(try PluginSample.dropped + "/\(name).so", RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE))
    typealias Entry = @convention(c) (UInt32) -> UnsafePointer<tide_plugin>?
    let symbol = try #require(dlsym(handle, "tidemill_plugin_1"))
    return try PluginBench(unsafeBitCast(symbol, to: Entry.self)(UInt32(TIDE_ABI_MINOR)))
  }

  private func options(_ entries: (String, ConfigValue)...) -> ConfigValue { .map(entries.map { .init($0.0, $0.1) }) }

  @Test(arguments: ["changes", "deadband", "spikes"])
  func `a state of a later version is refused with a text`(name: String) throws {
    let bench = try bench(name)
    let all = options(
      ("key", .string("k")), ("field", .string("v")), ("by", .double(1)), ("window", .int(3)))
    let first = try bench.create(.operator, name, with: all)
    try first.process(try frame("v", [1.0, 2.0, 3.0]).pointer)
    let blobs = try first.snapshot()
    try #require(!blobs.isEmpty)
    try bench.create(.operator, name, with: all).restore(blobs)
    let failure = try #require(throws: PluginBench.Failure.self) {
      try bench.create(.operator, name, with: all).restore(blobs, version: 2)
    }
    #expect(failure.code == TIDE_E_STATE && failure.text.contains("version"), "\(failure)")
  }

  private func spikes(_ bench: PluginBench, window: Int64 = 3) throws -> PluginBenchInstance {
    try bench.create(
      .operator, "spikes", with: options(("field", .string("v")), ("window", .int(window)), ("by", .double(10))))
  }

  @Test func `spikes are what is further from the median than it may, once the window is full`() throws {
    let bench = try bench("spikes")
    let values: [Double?] = [100, 1, 2, 3, nil, 12, .nan, 13.1, -50, .infinity, 10]
    try spikes(bench).process(try frame("v", values).pointer)
    #expect(bench.forwards == [.init(port: 0, rows: [7, 8, 9])])
    try spikes(bench).process(try frame("v", ["1", nil]).pointer)
    #expect(bench.rejects.map(\.row) == [0])
  }

  @Test func `spikes go on from a snapshot, however it is read, also with another window`() throws {
    let bench = try bench("spikes")
    let first = try spikes(bench)
    try first.process(try frame("v", [9.0, 1, 2, 3, 4]).pointer)
    let blobs = try first.snapshot()
    #expect(blobs.mapValues(\.count) == [TIDE_ALL_GROUPS: 24])
    for chunk in [1, 7, Int.max] {
      let second = try spikes(bench)
      try second.restore(blobs, chunk: chunk)
      #expect(try second.snapshot() == blobs)
      bench.forwards = []
      try second.process(try frame("v", [13.0, 14.5, 30]).pointer)
      #expect(bench.forwards == [.init(port: 0, rows: [1, 2])])
    }
    try spikes(bench, window: 1).restore(blobs)
    for damaged in [Array(blobs[TIDE_ALL_GROUPS]!.dropLast()), [UInt8](repeating: 0xFF, count: 24)] {
      let failure = try #require(throws: PluginBench.Failure.self) { try spikes(bench).restore([TIDE_ALL_GROUPS: damaged]) }
      #expect(failure == .init(code: TIDE_E_STATE, text: "the saved numbers are cut off or damaged", configPath: ""))
    }
  }

  @Test func `an option that a constructor refuses is an error at its place`() throws {
    let failure = try #require(throws: PluginBench.Failure.self) { try spikes(try bench("spikes"), window: 4) }
    #expect(failure.code == TIDE_E_CONFIG && failure.configPath == "window" && failure.text.hasSuffix("5 would be one"))
  }

  @Test func `what the host answers goes back as it came`() throws {
    let bench = try bench("spikes")
    bench.outputStatus = TIDE_E_CANCELLED
    let failure = try #require(throws: PluginBench.Failure.self) {
      try spikes(bench).process(try frame("v", ["1", "2"]).pointer)
    }
    #expect(failure.code == TIDE_E_CANCELLED, "\(failure)")
    #expect(bench.rejects.count == 1)
  }
}
