import Manifest
import PluginManifest
import Testing

private func path(_ yaml: String, environment: [String: String] = environment) throws -> ConfigValue? {
  let (plan, _) = try load(
    "sources: { s: { use: file, with: { path: \(yaml) } } }\nsinks: { o: { use: drop, from: s } }", environment: environment)
  return plan?.node(named: "s")?.config["path"]
}

@Suite struct EnvironmentTests {
  @Test(arguments: [
    ("\"${HOME}/in\"", "/tide/in"), ("\"${MISSING:/tmp}/in\"", "/tmp/in"), ("\"${MISSING:}in\"", "in"),
    ("\"${HOME:/tmp}\"", "/tide"),
    ("\"a${EMPTY}b${EMPTY:x}c\"", "abc"), ("\"$${HOME}\"", "${HOME}"), ("\"$$${HOME}\"", "$${HOME}"),
    ("\"$HOME $5 $\"", "$HOME $5 $"),
    ("\"${MISSING:a:b}\"", "a:b"), ("\"${MISSING:-5}\"", "-5"), ("'${HOME}'", "/tide"),
  ]) func `values are put into texts`(yaml: String, text: String) throws {
    #expect(try path(yaml) == .string(text))
  }

  @Test func `a value has the type that its place asks for`() throws {
    let plan = try plan(
      """
      max_memory: ${MEMORY:64MiB}
      sources: { s: { use: stdin } }
      operators:
        k:
          use: kitchen
          from: s
          buffer: { frames: "${FRAMES}" }
          with:
            token: ${TOKEN}
            text: ${PORT}
            whole: "${MISSING:7}"
            real: ${MISSING:3}
            flag: "${MISSING:true}"
            room: ${PORT}
      sinks: { o: { use: "${MISSING:drop}", from: k } }
      """)
    #expect(
      plan.node(named: "k")?.config.json == #"{"text":"8080","whole":7,"real":3.0,"flag":true,"token":"12345","room":8080}"#)
    #expect(plan.node(named: "k")?.buffer?.frames == 32)
    #expect(plan.maxMemoryBytes == 64 << 20)
  }

  @Test func `a value cannot add structure`() throws {
    #expect(try path("\"${EVIL}\"", environment: ["EVIL": "x }\nname: y\"'"]) == .string("x }\nname: y\"'"))
  }

  @Test func `what values add is bounded`() throws {
    let big = String(repeating: "x", count: 1 << 20)
    let text = "name: a\nsources: { s: { use: file, with: { path: \"\(String(repeating: "${BIG}", count: 1000))\" } } }"
    let says = try load(text, environment: ["BIG": big]).says
    #expect(says.contains { $0.message == "environment values add more than 4 MiB to the manifest" })
  }
}
