import Glibc
import TestSupport
import Testing

/// C functions in pipelines, from the list that allows them to the books.
struct FunctionCommandTests {
  private let story: Story
  private let home: TemporaryDirectory

  init() throws {
    story = try Story()
    home = try TemporaryDirectory()
  }

  private func run(_ arguments: String..., input: String? = nil, environment: [String: String?] = [:]) throws -> Tidemill.Result
  {
    try Tidemill.run(arguments, in: story.directory.path, home: home.path, environment: environment, input: input)
  }

  private static func manifest(
    _ library: String, _ symbol: String, _ signature: String, in fields: String, more: String = "", fields types: String
  ) -> String {
    """
    name: calls
    sources: { rows: { use: stdin, with: { fields: { \(types) } } } }
    operators:
      made:
        from: rows
        function: { library: \(library), symbol: \(symbol), signature: "\(signature)", in: \(fields), out: r\(more) }
    sinks:
      out: { use: stdout, from: made }
      dead: { use: file, from: "*.dead", with: { path: dead.jsonl } }

    """
  }

  private static let hypot = manifest("libm.so.6", "hypot", "f64(f64,f64)", in: "[x, y]", fields: "x: double, y: double")

  /// Compiles a library in the story's directory.
  private func compile(_ name: String, _ source: String) throws {
    try story.file(name + ".c", source)
    let compiler = try Child(
      "cc", ["-shared", "-fPIC", "-O2", "-o", "new.so", name + ".c"], in: story.directory.path)
    try #require(try compiler.finish() == .exit(0), "\(compiler.errorText)")
    try #require(rename(story.directory.file("new.so"), story.directory.file(name + ".so")) == 0)
  }

  @Test func `a function is refused with the command that allows it, and runs once that was said`() throws {
    try story.file("p.yaml", Self.hypot)
    for command in ["run", "validate", "plan"] {
      let refused = try run(command, "p.yaml", input: "")
      #expect(refused.exitCode == 78)
      #expect(refused.errors.contains("p.yaml:6:45: nobody has allowed 'hypot' of "), "\(refused.errors)")
      #expect(refused.errors.contains("; allow it with: tidemill function allow libm.so.6 hypot\n"))
    }
    let allowed = try run("function", "allow", "libm.so.6", "hypot")
    #expect(allowed.exitCode == 0 && allowed.output.hasPrefix("allowed hypot of /"))
    #expect(allowed.output.hasSuffix("/libm.so.6\n  noted in \(home.path)/.local/state/tidemill/plugins.lock, for you alone\n"))
    let made = try run("run", "p.yaml", input: "{\"x\":3,\"y\":4}\n{\"x\":null,\"y\":4}\n{\"y\":1}\n")
    #expect(made.output == "{\"x\":3.0,\"y\":4.0,\"r\":5.0}\n{\"y\":4.0,\"x\":null}\n{\"y\":1.0}\n")
    #expect(made.errors.contains("the books hold to the row"))
    #expect(try run("run", "p.yaml", "--safe", input: "").exitCode == 78)
    #expect(try run("function", "disallow", "libm.so.6", "hypot").output.hasPrefix("disallowed hypot of /"))
    #expect(try run("run", "p.yaml", input: "").exitCode == 78)
  }

  @Test func `the list shows what is allowed, and what has changed since or is gone`() throws {
    let empty = try run("function", "list")
    #expect(empty.output == "no functions are allowed: tidemill function allow LIBRARY SYMBOL\n")
    try compile("one", "double one(double x) { return x + 1; } double two(double x) { return x + 2; }")
    try compile("gone", "double gone(double x) { return x; }")
    #expect(try run("function", "allow", "./one.so", "one", "two").exitCode == 0)
    #expect(try run("function", "allow", "./gone.so", "gone").exitCode == 0)
    try compile("one", "double one(double x) { return x + 3; } double two(double x) { return x + 4; }")
    #expect(unlink(story.directory.file("gone.so")) == 0)
    let place = try #require(realpath(story.directory.path, nil).map { String(cString: $0) })
    #expect(
      try run("function", "list").output == """
        FUNCTION  STATUS   LIBRARY
        gone      missing  \(place)/gone.so
        one       changed  \(place)/one.so
        two       changed  \(place)/one.so

        """)
    let json = try run("function", "list", "--format", "json").output
    #expect(json.contains("{\"library\":\"\(place)/one.so\",\"status\":\"changed\",\"functions\":[\"one\",\"two\"],\"lock\":"))
    let again = try run("function", "allow", "./one.so", "one")
    #expect(again.output.contains("\n  two was allowed of other content, and is not any more\n"))
    #expect(try run("function", "disallow", "gone.so").output.hasPrefix("disallowed gone of \(place)/gone.so\n"))
    let wrong = try run("function", "allow", "./one.so", "oen")
    #expect(wrong.exitCode == 1 && wrong.errors == "one.so has no function 'oen' (did you mean 'one'?)\n")
    #expect(try run("function", "disallow", "./gone.so").exitCode == 1)
  }

  @Test func `a library that was built again is refused, but for --dev, and a path counts from the manifest`() throws {
    _ = try story.directory.directory("flows")
    try compile("own", "double plus(double x) { return x + 1; }")
    try story.file("flows/p.yaml", Self.manifest("../own.so", "plus", "f64(f64)", in: "x", fields: "x: double"))
    #expect(try run("function", "allow", "./own.so", "plus").exitCode == 0)
    #expect(try run("run", "flows/p.yaml", input: "{\"x\":1}\n").output == "{\"x\":1.0,\"r\":2.0}\n")
    try compile("own", "double plus(double x) { return x + 10; }")
    let refused = try run("run", "flows/p.yaml", input: "")
    #expect(
      refused.exitCode == 78 && refused.errors.contains("has changed since 'plus' was allowed; allow it again with: tidemill "))
    #expect(try run("run", "flows/p.yaml", "--dev", input: "{\"x\":1}\n").output == "{\"x\":1.0,\"r\":11.0}\n")
  }

  @Test func `a library beside it that comes along is a part of what is allowed`() throws {
    func part(_ number: Int) throws { try compile("libpart", "double part(void) { return \(number); }") }
    try part(1)
    try story.file("whole.c", "double part(void);\ndouble whole(double x) { return x + part(); }\n")
    let compiler = try Child(
      "cc", ["-shared", "-fPIC", "whole.c", "-L.", "-l:libpart.so", "-Wl,-rpath,$ORIGIN", "-o", "whole.so"],
      in: story.directory.path)
    try #require(try compiler.finish() == .exit(0), "\(compiler.errorText)")
    try story.file("p.yaml", Self.manifest("./whole.so", "whole", "f64(f64)", in: "x", fields: "x: double"))
    #expect(try run("function", "allow", "./whole.so", "whole").exitCode == 0)
    #expect(try run("run", "p.yaml", input: "{\"x\":1}\n").output == "{\"x\":1.0,\"r\":2.0}\n")
    try part(5)
    let refused = try run("run", "p.yaml", input: "")
    #expect(refused.exitCode == 78 && refused.errors.contains("has changed since 'whole' was allowed"), "\(refused.errors)")
    #expect(try run("function", "list").output.contains("changed"))
    #expect(try run("function", "allow", "./whole.so", "whole").exitCode == 0)
    #expect(try run("run", "p.yaml", input: "{\"x\":1}\n").output == "{\"x\":1.0,\"r\":6.0}\n")
  }

  @Test func `a field that is replaced shows no old value where there is no result`() throws {
    try story.file(
      "p.yaml",
      Self.manifest("libm.so.6", "log1p", "f64(f64)", in: "x", fields: "").replacing(
        "with: { fields: {  } }", with: "with: {}"
      ).replacing("out: r", with: "out: x"))
    #expect(try run("function", "allow", "libm.so.6", "log1p").exitCode == 0)
    let made = try run("run", "p.yaml", input: "{\"x\":0}\n{\"x\":\"a\"}\n{\"n\":1}\n")
    #expect(made.output == "{\"x\":0.0}\n{\"n\":1}\n", "\(made.output)")
    #expect(
      try story.text("dead.jsonl").contains("'x' is \\\"a\\\", which is no f64")
        || story.text("dead.jsonl").contains("is no f64"))
  }

  @Test func `rows that do not fit are counted and kept, with the reason and the record`() throws {
    try compile("own", "#include <stdint.h>\nint32_t twice(int32_t n) { return 2 * n; }")
    try story.file("p.yaml", Self.manifest("./own.so", "twice", "i32(i32)", in: "n", more: ", nulls: reject", fields: "n: int"))
    #expect(try run("function", "allow", "./own.so", "twice").exitCode == 0)
    let made = try run("run", "p.yaml", input: "{\"n\":21}\n{\"n\":2147483648}\n{\"n\":null}\n{\"n\":\"x\"}\n{\"n\":-5}\n")
    #expect(made.output == "{\"n\":21,\"r\":42}\n{\"n\":-5,\"r\":-10}\n")
    #expect(made.errors.contains("made   "))
    let dead = try story.text("dead.jsonl").split(separator: "\n")
    #expect(dead.count == 3)
    #expect(
      dead.contains { $0.contains("\"reason\":\"'n' is 2147483648, which does not fit in i32, the argument 1 of twice\"") })
    #expect(dead.contains { $0.contains("\"reason\":\"'n' is null or of another type, and twice is not called with nulls\"") })
    #expect(made.errors.contains("the books hold to the row"))
  }

  @Test func `a field that is not declared is taken for what its parameter is, and what is replaced is gone from the rest`()
    throws
  {
    try story.file(
      "p.yaml",
      Self.manifest("libm.so.6", "hypot", "f64(f64,f64)", in: "[x, y]", fields: "").replacing(
        "with: { fields: {  } }", with: "with: {}"))
    #expect(try run("function", "allow", "libm.so.6", "hypot").exitCode == 0)
    let made = try run(
      "run", "p.yaml", input: "{\"x\":3,\"y\":4,\"r\":\"old\",\"n\":{\"a\":1}}\n{\"x\":true,\"y\":4,\"r\":7}\n")
    #expect(made.output == "{\"x\":3.0,\"y\":4.0,\"r\":5.0,\"n\":{\"a\":1}}\n{\"y\":4.0,\"x\":true}\n", "\(made.output)")
  }

  @Test func `validate, plan and the list run no code of the library; run does`() throws {
    try compile(
      "loud",
      """
      #include <stdio.h>
      __attribute__((constructor)) static void start(void) { FILE *f = fopen("ran", "w"); if (f) fclose(f); }
      double same(double x) { return x; }
      """)
    try story.file("p.yaml", Self.manifest("./loud.so", "same", "f64(f64)", in: "x", fields: "x: double"))
    #expect(try run("function", "allow", "./loud.so", "same").exitCode == 0)
    #expect(try run("validate", "p.yaml").exitCode == 0)
    #expect(try run("plan", "p.yaml").exitCode == 0)
    #expect(try run("function", "list").exitCode == 0)
    #expect(!Files.exists(story.directory.file("ran")))
    #expect(try run("run", "p.yaml", input: "").exitCode == 0)
    #expect(Files.exists(story.directory.file("ran")))
  }

  @Test func `plan tells what is called, how, and what a null leads to`() throws {
    #expect(try run("function", "allow", "libm.so.6", "hypot", "ldexp").exitCode == 0)
    try story.file("p.yaml", Self.hypot)
    let plan = try run("plan", "p.yaml").output
    #expect(plan.contains("\n  operator made: function hypot of /"))
    #expect(
      plan.contains(
        "\n    double hypot(double, double); called for each row\n    r = hypot(x, y); a null argument gives null\n"))
    try story.file(
      "p.yaml",
      Self.manifest("libm.so.6", "ldexp", "f64(f64; i32)", in: "x", more: ", args: 3, nulls: reject", fields: "x: double"))
    let other = try run("plan", "p.yaml").output
    #expect(other.contains("    r = ldexp(x, 3); a null argument rejects the row\n"))
    #expect(try run("run", "p.yaml", input: "{\"x\":1.5}\n").output == "{\"x\":1.5,\"r\":12.0}\n")
    #expect(try run("graph", "p.yaml").output.contains("operator  made  libm.so.6/ldexp\n"))
  }

  @Test func `a function that crashes takes the process with it`() throws {
    try compile("crash", "double crash(double x) { return *(volatile double *)0 + x; }")
    try story.file("p.yaml", Self.manifest("./crash.so", "crash", "f64(f64)", in: "x", fields: "x: double"))
    #expect(try run("function", "allow", "./crash.so", "crash").exitCode == 0)
    let made = try run("run", "p.yaml", input: "{\"x\":1}\n", environment: ["SWIFT_BACKTRACE": "enable=no"])
    #expect(made.end == .signal(SIGSEGV))
  }
}
