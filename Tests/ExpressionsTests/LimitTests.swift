import Expressions
import Foundation
import Testing

/// Texts that nest without end: what opens, what stands in the middle, what closes.
private let nests: [(open: String, inner: String, close: String)] = [
  ("(", "1", ")"), ("[", "1", "]"), ("{1:", "1", "}"), ("f(", "1", ")"), ("a.f(", "1", ")"), ("!", "a", ""), ("-", "a", ""),
  ("-(", "a", ")"), ("1+(", "1", ")"), ("a[", "1", "]"), ("a.all(x,", "true", ")"), ("a.map(x, y, true,", "1", ")"),
  ("cel.bind(x,1,", "x", ")"), ("cel.bind(x,", "1", ",x)"), ("a?b:", "1", ""), ("(a?", "b", ":1)"),
  ("a||b&&c==d+e*(", "1", ")"), ("", "a", ".b"), ("", "a", "[0]"), ("", "a", ".f()"), ("", "1", "<2"),
  ("T{a:", "1", "}"),
  ("[?", "a", "]"), ("a.optMap(x,", "1", ")"), ("optional.of(", "1", ")"), ("dyn(", "1", ")"), ("{'a':[", "1", "]}"),
  ("a.transformMapEntry(k,v,{k:", "1", "})"), ("has(a.b) && !(", "a", ")"),
]

struct LimitTests {
  @Test func `whatever nests deep is parsed, checked and evaluated on a small stack or refused`() throws {
    let environment = Environment(isGradual: true)
    let depths = try onSmallStack {
      var unchecked = environment
      unchecked.isChecked = false
      return nests.map { nest in
        var deepest = 0
        for count in [32, 60, 100, 248, 300, 2_000, 20_000] {
          let text =
            String(repeating: nest.open, count: count) + nest.inner + String(repeating: nest.close, count: count)
          if (try? Syntax.parse(text)) != nil { deepest = count }
          for environment in [environment, unchecked] {
            guard let expression = try? Expression(text, in: environment) else { continue }
            _ = try? Program(expression).evaluate(VariableList())
            _ = try? Program(expression).evaluate(VariableList([.list([.int(1)])]))
          }
        }
        return deepest
      }
    }
    for (nest, depth) in zip(nests, depths) {
      #expect(depth >= 32 && depth <= 248, "\(nest.open) … \(nest.close) nests \(depth) deep")
    }
  }

  @Test func `chains of and, or and lists are as long as the text may be`() throws {
    for (piece, joint) in [("a", "&&"), ("a", "||"), ("a&&b", "||")] {
      let text = Array(repeating: piece, count: 10_000).joined(separator: joint)
      let expression = try Expression(text, in: Environment(isGradual: true))
      #expect(expression.type == .bool)
    }
    let list = "[" + Array(repeating: "1", count: 30_000).joined(separator: ",") + "]"
    #expect(try Expression(list, in: Environment()).type == .list(.int))
  }

  @Test func `chains of arithmetic are as long as the text may be, on a small stack too`() throws {
    let chains = [("1", "+1", 20_000), ("1", "-1+1", 9_000), ("1", "*2/2", 9_000), ("a", "+a", 20_000), ("1", "+a*2-1", 9_000)]
    let values = try onSmallStack {
      try chains.map { chain -> Int64? in
        let text = chain.0 + String(repeating: chain.1, count: chain.2)
        let expression = try Expression(text, in: Environment(["a": .int]))
        guard case .int(let value) = try Program(expression).evaluate(VariableList([.int(3)])) else { return nil }
        return value
      }
    }
    #expect(values == [20_001, 1, 1, 60_003, 45_001])
  }

  @Test func `a long chain of arithmetic has the types and the errors of a short one`() throws {
    func type(_ text: String) throws -> ValueType { try Expression(text, in: Environment()).type }
    func failure(_ text: String) -> String {
      do {
        return "\(try Program(Expression(text, in: Environment())).evaluate(VariableList()))"
      } catch {
        return "\(error)"
      }
    }
    let sum = String(repeating: "1 + ", count: 200)
    #expect(try type(sum + "1") == .int)
    #expect(try type(sum + "1.5") == .double)
    #expect(try type("'x'" + String(repeating: " + 'y'", count: 500)) == .string)
    #expect(failure(sum + "9223372036854775807").contains("overflow"))
    #expect(failure(sum + "1 / 0").contains("divide by zero"))
    #expect(failure(sum + "'a'").contains("which '+' does not add"), "\(failure(sum + "'a'"))")
    #expect(failure("(" + sum + "1) * 2 == 402 && " + sum + "1 > 200") == "bool(true)")
  }

  @Test func `a text longer than the limit is refused before it is read`() {
    let text = String(repeating: " ", count: 65_536) + "1"
    #expect(throws: ExpressionError.self) { try Syntax.parse(text) }
    #expect((try? Syntax.parse(String(text.dropFirst()))) != nil)
  }

  @Test func `types that grow exponentially are refused`() {
    // Each list holds the one before twice, as key and as value of a map that is typed by what it is compared with.
    var text = "true"
    for level in (1...75).reversed() {
      text = "cel.bind(m\(level), {}, m\(level - 1) in m\(level) && m\(level)[m\(level - 1)] == m\(level - 1) && (\(text)))"
    }
    text = "cel.bind(m0, [], \(text))"
    let started = ContinuousClock.now
    _ = try? Expression(text, in: Environment())
    #expect(ContinuousClock.now - started < .seconds(20))
  }
}

#if DEBUG
  /// Frames are several times as large where nothing is optimised.
  private let stackBytes = 4 << 20
#else
  private let stackBytes = 512 << 10
#endif

/// What a body gives on a thread with little stack.
private func onSmallStack<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) throws -> Result {
  nonisolated(unsafe) var result: Swift.Result<Result, any Error>?
  let done = DispatchSemaphore(value: 0)
  let thread = Thread {
    result = .init { try body() }
    done.signal()
  }
  thread.stackSize = stackBytes
  thread.start()
  done.wait()
  return try result!.get()
}
