import PluginKit
import PluginManifest
import TestSupport
import Testing

@Suite struct Options {
  private let given: [ConfigValue.Entry] = [
    .init("text", .string("ü")), .init("wait", .int(.max)), .init("size", .int(0)), .init("mode", .string("fast")),
    .init("flag", .bool(false)), .init("whole", .int(.min)), .init("list", .list([.int(.min), .int(.max)])),
    .init(
      "map",
      .map([
        .init("a \"b\"", .string("1")), .init("é\n", .string("2")), .init("c", .string("]}")),
      ])), .init("needed", .string("value")),
  ]

  @Test func `are read by type, extremes included`() throws {
    let bench = try PluginBench(samplePlugin.table(0))
    _ = try bench.create(.operator, "every-option", with: .map(given))
    #expect(
      bench.logs == [
        "ü|9223372036854775807|0|fast|false|-9223372036854775808|none|[-9223372036854775808, 9223372036854775807]|"
          + "a \"b\"=1,é\n=2,c=]}|value"
      ])
  }

  @Test func `of maps have any names, which are found by their paths`() throws {
    let names = ["a.b", "c[0]", "", "q\"[\\.", "plain", ".", "[\"", "]", "é.[ü"]
    let map = ConfigValue.map(names.enumerated().map { .init($1, .string("\($0)")) })
    let bench = try PluginBench(samplePlugin.table(0))
    _ = try bench.create(.operator, "every-option", with: .map(given.map { $0.name == "map" ? .init("map", map) : $0 }))
    let wanted = names.enumerated().map { "\($1)=\($0)" }.joined(separator: ",")
    #expect(bench.logs.first?.contains("|\(wanted)|value") == true, "\(bench.logs)")
    for (index, name) in names.enumerated() {
      #expect(ConfigValue.map([.init("m", map)]).value(at: ConfigPath.joined("m", name)) == .string("\(index)"), "\(name)")
    }
    #expect(ConfigPath.joined("set", "a.\"b\"") == #"set["a.\"b\""]"# && ConfigPath.joined("set", "a") == "set.a")
    for path in ["[", "a[", "a[x]", "a[\"x", "a[\"x\"", "a..b", "a[\"x\"y]"] {
      #expect(ConfigPath.steps(of: path) == nil, "\(path)")
    }
  }

  @Test func `name themselves when they are missing or wrong`() throws {
    let bench = try PluginBench(samplePlugin.table(0))
    #expect(throws: PluginBench.Failure(code: TIDE_E_CONFIG, text: "'needed' is missing", configPath: "needed")) {
      try bench.create(.operator, "every-option", with: .map(given.filter { $0.name != "needed" }))
    }
    let odd = given.map { $0.name == "mode" ? .init("mode", .string("quick")) : $0 }
    #expect(throws: PluginBench.Failure(code: TIDE_E_CONFIG, text: "'quick' is none of fast, slow", configPath: "mode")) {
      try bench.create(.operator, "every-option", with: .map(odd))
    }
  }

  @Test func `write durations and sizes in their largest whole unit`() {
    #expect(Duration.seconds(Int64.max).wholeNanoseconds == .max)
    #expect(Duration.seconds(Int64.min).wholeNanoseconds == .min)
    #expect(Duration.nanoseconds(-1_500).wholeNanoseconds == -1_500)
  }
}
