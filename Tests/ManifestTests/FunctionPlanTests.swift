import Formats
import Manifest
import PluginManifest
import Testing

struct FunctionPlanTests {
  private func plan(_ operators: String, with: String = "") throws -> PipelinePlan {
    let (plan, says) = try load(
      """
      sources: { s: { use: stdin\(with) } }
      operators: { \(operators) }
      sinks: { o: { use: stdout, from: f } }
      """)
    return try #require(plan, "\(says)")
  }

  private func columns(_ plan: PipelinePlan) -> [String] {
    (plan.node(named: "s")?.recordPlan?.columns ?? []).map { "\($0.name): \($0.type.rawValue)" }
  }

  @Test func `a plan holds the function, its fields and its constants`() throws {
    let plan = try plan(
      "f: { from: s, function: { library: libm.so.6, symbol: fma, signature: \"f64(f64; f64, i32)\", in: x, args: [0.5, -3], out: r, nulls: reject } }"
    )
    let function = try #require(plan.node(named: "f")?.function)
    #expect(function.reference == FunctionReference(file: "/lib/libm.so.6", sha256: "ab", symbol: "fma"))
    #expect(function.inputs.map(\.value) == ["x"] && function.output == "r" && function.rejectsNulls)
    #expect(function.constants == [.number(0.5), .integer(-3)])
    let node = try #require(plan.node(named: "f"))
    #expect(node.reference.plugin == "libm.so.6" && node.reference.manifest.id == "fma" && !node.forwardsOnly)
    #expect(PipelineGraph(plan).render(.text).contains("operator  f  libm.so.6/fma\n"))
    #expect(plan.location(node: node.index, path: "symbol") == SourceLocation(line: 2, column: 68))
    #expect(plan.location(node: node.index, path: "in[0]").line == 2)
  }

  @Test func `the fields that go in become columns of their types, and that which is replaced one of any`() throws {
    let plan = try plan(
      "f: { from: s, function: { library: libm.so.6, symbol: f, signature: \"f64(f64,i32,str)\", in: [x, n, t], out: r } }")
    #expect(columns(plan) == ["x: double", "n: int", "t: string", "r: variant"])
    #expect(plan.node(named: "s")?.recordPlan?.rest == true)
  }

  @Test func `an undeclared argument that the result replaces is read as what it is`() throws {
    let plan = try plan(
      "f: { from: s, function: { library: libm.so.6, symbol: f, signature: \"f64(f64)\", in: x, out: x } }")
    #expect(columns(plan) == ["x: variant"])
  }

  @Test func `what one function makes is not asked of the source by the next`() throws {
    let plan = try plan(
      """
      a: { from: s, function: { library: libm.so.6, symbol: f, signature: "f64(f64)", in: x, out: made } },
       f: { from: a, function: { library: libm.so.6, symbol: f, signature: "f64(f64,f64)", in: [made, y], out: r } }
      """)
    #expect(columns(plan) == ["y: double", "x: double", "made: variant", "r: variant"])
  }

  @Test func `a result is no column of a file whose columns are given`() throws {
    let plan = try plan(
      "f: { from: s, function: { library: libm.so.6, symbol: f, signature: \"f64(f64)\", in: x, out: r } }",
      with: ", with: { format: csv, columns: [x, y] }")
    #expect(columns(plan).contains("x: double") && !columns(plan).contains("r: variant"))
  }
}
