import Manifest
import Testing

private func said(_ text: String) throws -> [String] { try load(text).says.map { String($0.description.dropFirst(7)) } }

@Suite struct LimitTests {
  @Test func `a pipeline has at most 4096 nodes`() throws {
    let names = (0..<4095).map { "  s\($0): { use: stdin }" }.joined(separator: "\n")
    let fits = try load("sources:\n\(names)\nsinks: { o: { use: drop, from: \"s40*\" } }")
    #expect(fits.plan?.nodes.count == 4096)
    #expect(fits.plan?.edges.count == 106)
    #expect(
      try said("sources:\n\(names)\n  t: { use: stdin }\nsinks: { o: { use: drop, from: t } }").contains(
        "4098:10: the pipeline has more than 4096 nodes"))
  }

  @Test func `a pipeline has at most 65536 connections`() throws {
    let sources = (0..<1024).map { "  s\($0): { use: stdin }" }.joined(separator: "\n")
    let sinks = (0..<65).map { "  o\($0): { use: drop, from: \"s*\" }" }.joined(separator: "\n")
    #expect(
      try said("sources:\n\(sources)\nsinks:\n\(sinks)").contains {
        $0.hasSuffix("the pipeline has more than 65536 connections")
      })
  }

  @Test func `a long chain is planned, and a long circle named in short`() throws {
    func chain(_ first: String) -> String {
      let nodes = (1..<4000).map { "  n\($0): { use: pass, from: n\($0 - 1) }" }.joined(separator: "\n")
      return
        "sources: { s: { use: stdin } }\noperators:\n  n0: { use: pass, from: \(first) }\n\(nodes)\nsinks: { o: { use: drop, from: [n3999, s] } }"
    }
    #expect(try load(chain("s")).plan?.nodes.count == 4002)
    let circle = try said(chain("n3999")).filter { $0.contains("circle") }
    #expect(
      circle == [
        "3:26: the nodes run in a circle: n0 -> n1 -> n2 -> n3 -> n4 -> n5 -> ... -> n3996 -> n3997 -> n3998 -> n3999 -> n0; "
          + "a node cannot read what comes from itself or from a node below it"
      ])
  }

  @Test func `many circles and many unknown names are answered in time`() throws {
    var text = "sources: { s: { use: stdin } }\noperators:\n"
    for pair in 0..<2000 { text += "  a\(pair): { use: pass, from: b\(pair) }\n  b\(pair): { use: pass, from: a\(pair) }\n" }
    let says = try load(text + "sinks: { o: { use: drop, from: s } }").says
    #expect(says.count == 100)
    let names = (0..<20_000).map { "unknown\($0)" }.joined(separator: ", ")
    #expect(try load("sources: { s: { use: stdin } }\nsinks: { o: { use: drop, from: [\(names)] } }").says.count == 101)
  }

  @Test func `a node has at most 1024 inputs`() throws {
    func sources(_ count: Int) -> String { (0..<count).map { "  s\($0): { use: stdin }" }.joined(separator: "\n") }
    let fits = try load("sources:\n\(sources(1024))\nsinks: { o: { use: drop, from: \"s*\" } }")
    #expect(fits.plan?.nodes.last?.inputs[0].edges.count == 1024)
    let says = try said("sources:\n\(sources(1025))\nsinks: { o: { use: drop, from: \"s*\" } }")
    #expect(says == ["1027:32: 'o' has more than 1024 inputs; merge some of them in operators before it"])
  }

  @Test func `what is beyond the first hundred problems is counted`() throws {
    let keys = (0..<300).map { "key\($0): 1" }.joined(separator: "\n")
    let says = try said("\(keys)\nsources: { s: { use: stdin } }\nsinks: { o: { use: drop, from: s } }")
    #expect(says.count == 101)
    #expect(says.last == "100:1: note: 200 more problems are not shown")
  }

  @Test func `a source has at most 240 columns`() throws {
    let fields = (0..<241).map { "f\($0)" }.joined(separator: ", ")
    let text =
      "sources: { s: { use: stdin } }\noperators: { c: { use: count, from: s, with: { by: [\(fields)] } } }\nsinks: { o: { use: drop, from: c } }"
    #expect(try said(text).contains("1:22: more than 240 fields of 's' are named in the pipeline"))
    let declared = (0..<241).map { "f\($0): int" }.joined(separator: ", ")
    #expect(
      try said("sources: { s: { use: stdin, with: { fields: { \(declared) } } } }\nsinks: { o: { use: drop, from: s } }")
        .contains("1:45: a source has at most 240 fields"))
  }

  @Test func `a field's name has at most 255 bytes`() throws {
    let name = String(repeating: "f", count: 256)
    #expect(
      try said("sources: { s: { use: stdin, with: { time: \(name) } } }\nsinks: { o: { use: drop, from: s } }")
        .contains("1:43: 'time' names a field with more than 255 bytes in its name"))
  }
}
