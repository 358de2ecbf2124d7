import Expressions
import Glibc
import Synchronization
import Testing

struct EvaluationLimitTests {
  @Test func `work beyond the cost of an evaluation is an error that no operator makes up for`() {
    let list = Value.list((0..<1_000).map { .int($0) })
    for text in [
      "x.all(a, x.all(b, a + b >= 0))", "x.all(a, x.all(b, a + b >= 0)) || true",
      "true || x.exists(a, x.all(b, x.all(c, true)))",
      "x.map(a, x.map(b, x))", "x.all(a, [x, x, x, x, x] == [x, x, x, x, x])",
      "cel.bind(y, x.all(a, x.all(b, a + b >= 0)), true)",
      "x.exists(a, 2 in x.map(b, b + 5))",
    ] {
      let found = evaluate(text, ["x": list])
      #expect(
        text.hasPrefix("true ||") ? found == "true" : found.contains("costs more than its limit of 1000000"),
        "\(text): \(found)")
    }
    #expect(evaluate("x.all(a, a >= 0)", ["x": list]) == "true")
  }

  @Test func `what is read and written counts, too`() {
    let text = Value.string(Text(utf8: Array(repeating: 0x61, count: 1 << 20)))
    let many = Value.list((0..<1_000).map { .int($0) })
    for expression in [
      "n.all(a, !t.contains('b'))", "n.all(a, t == t + '')", "n.all(a, t.size() > 1)", "n.all(a, t.replace('a', 'b') != t)",
      "n.all(a, t.matches('a$'))", "n.all(a, size('%s'.format([t])) > 1)", "n.all(a, t in [t])",
      "n.all(a, [t, t].join().size() > 1)",
      "n.all(a, t.split('').size() > 1)", "n.all(a, {t: 1}.size() == 1)", "n.all(a, bytes(t) == bytes(t))",
    ] {
      #expect(evaluate(expression, ["t": text, "n": many]).contains("costs more"), "\(expression)")
    }
  }

  @Test func `results have a bound, also when they hold one value many times over`() {
    let text = Value.string(Text(utf8: Array(repeating: 0x61, count: 640 << 10)))
    let limits = EvaluationLimits(cost: 1 << 40, bytes: 1 << 20)
    for expression in [
      "t + t", "[t, t]", "[t, t].join()", "t.replace('a', 'bb')", "'%s%s'.format([t, t])", "'%s'.format([[t, t]])",
      "{1: t, 2: t}",
      "strings.quote(t + t)", "bytes(t) + bytes(t)", "t.split('')", "'%x'.format([t])",
      "cel.block([\(doubling(30))], cel.index(29))", "size('%s'.format([cel.block([\(doubling(30))], cel.index(29))])) > 0",
    ] {
      #expect(evaluate(expression, ["t": text], limits: limits).contains("limit"), "\(expression)")
    }
    #expect(evaluate("size(t + 'a')", ["t": text], limits: limits) == "655361")
  }

  @Test func `comparing values that hold one value many times over has a bound`() {
    let slots = doubling(40)
    #expect(evaluate("cel.block([\(slots), cel.index(39) == cel.index(39)], cel.index(40))").contains("costs more"))
  }

  @Test func `values that expressions build nest only so deep`() {
    let slots = (0..<300).map { $0 == 0 ? "[x]" : "[dyn(cel.index(\($0 - 1)))]" }.joined(separator: ", ")
    #expect(evaluate("cel.block([\(slots)], cel.index(299))", ["x": .null]).contains("nest at most 250 deep"))
    #expect(evaluate("cel.block([\(slots)], cel.index(200) == cel.index(200))", ["x": .null]) == "true")
    let sums = (0..<2_000).map { $0 == 0 ? "x" : "cel.index(\($0 - 1)) + 1" }.joined(separator: ", ")
    #expect(evaluate("cel.block([\(sums)], cel.index(1999))", ["x": .int(0)]) == "1999")
  }

  @Test func `the deepest expression needs no more stack than a small thread has`() async {
    let texts = [
      String(repeating: "(1 + ", count: 120) + "x" + String(repeating: ")", count: 120),
      String(repeating: "[", count: 240) + "x" + String(repeating: "]", count: 240),
      String(repeating: "!", count: 240) + "(x == 1)", (0..<240).map { _ in "x" }.joined(separator: " + "),
      (0..<60).reduce("x") { text, _ in "[1].map(y, \(text))" }, (0..<100).reduce("x") { text, _ in "cel.bind(y, \(text), y)" },
      (0..<100).reduce("x") { text, _ in "(x == 1 ? \(text) : x)" }, "x" + String(repeating: ".size()", count: 240),
      (0..<4_000).map { "x == \($0)" }.joined(separator: " || "),
      (0..<100).reduce("x") { text, _ in "'%s'.format([\(text)])" },
    ]
    for text in texts {
      let result = onSmallStack {
        var environment = Environment(["x": .dyn], isStrict: true)
        environment.isChecked = false
        do {
          _ = try Program(Expression(text, in: environment)).evaluate(VariableList([.int(1)]))
          return "a value"
        } catch {
          return error is EvaluationError ? "an error" : "\(error)"
        }
      }
      #expect(["a value", "an error"].contains(result), "\(text.prefix(40)): \(result.prefix(100))")
    }
  }

  @Test func `one program serves many threads`() async throws {
    let expression = try Expression(
      "s.matches(p) && t.getHours(z) == h",
      in: Environment(["s": .string, "p": .string, "t": .timestamp, "z": .string, "h": .int]))
    let program = Program(expression)
    let wrong = await withTaskGroup(of: Int.self) { group in
      for task in 0..<8 {
        group.addTask {
          var wrong = 0
          for round in 0..<500 {
            let number = (task * 31 + round) % 100
            let hours = number % 12
            let values: [Value?] = [
              .string(Text("a\(number)b")), .string(Text("^a\(number)b$")), .timestamp(Timestamp(seconds: 0)),
              .string(Text("+\(hours < 10 ? "0" : "")\(hours):00")), .int(Int64(hours)),
            ]
            if case .bool(true)? = try? program.evaluate(VariableList(values)) { continue }
            wrong += 1
          }
          return wrong
        }
      }
      return await group.reduce(0, +)
    }
    #expect(wrong == 0)
  }

  @Test func `what needs no variable is known beforehand, and errors wait`() throws {
    let constant = try Program(
      Expression("duration('1h') > duration('59m') && [1, 2].size() == 2 ? 'a' : 'b'", in: Environment()))
    #expect(constant.constant.map(written) == "'a'")
    let folded = try Program(Expression("[duration('1h'), 1 + 2, 'a' + 'b']", in: Environment()))
    #expect(folded.constant.map(written) == "[duration(3600s), 3, 'ab']")
    #expect(evaluate("x == 1 || 1 / 0 == 1", ["x": .int(1)]) == "true")
  }

  /// Values of a block each of which holds the one before it ten times.
  private func doubling(_ count: Int) -> String {
    (0..<count).map { place in
      place == 0 ? "[1]" : "[" + Array(repeating: "cel.index(\(place - 1))", count: 10).joined(separator: ", ") + "]"
    }.joined(separator: ", ")
  }
}

/// Runs on a thread with half a MiB of stack, as the host's own have; without optimization, frames are several times as large.
private func onSmallStack(_ work: @escaping @Sendable () -> String) -> String {
  final class Job: Sendable {
    let work: @Sendable () -> String
    let result = Mutex("")
    init(_ work: @escaping @Sendable () -> String) { self.work = work }
  }
  let job = Job(work)
  var attributes = pthread_attr_t()
  pthread_attr_init(&attributes)
  #if DEBUG
    pthread_attr_setstacksize(&attributes, 4 << 20)
  #else
    pthread_attr_setstacksize(&attributes, 512 << 10)
  #endif
  var thread = pthread_t()
  let started = pthread_create(
    &thread, &attributes,
    { argument in
      let job = Unmanaged<Job>.fromOpaque(argument!).takeRetainedValue()
      let result = job.work()
      job.result.withLock { $0 = result }
      return nil
    }, Unmanaged.passRetained(job).toOpaque())
  precondition(started == 0, "a thread starts")
  pthread_join(thread, nil)
  return job.result.withLock { $0 }
}
