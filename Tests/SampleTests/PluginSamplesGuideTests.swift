import TestSupport
import Testing

/// The guides of `docs/plugins/` work for a reader who does what they say, from an empty directory and a new home.
struct PluginSamplesGuideTests {
  @Test(arguments: ["c.md", "abi.md", "checking.md", "swift.md", "README.md"])
  func `a guide's commands succeed and show what stands below them`(page: String) throws {
    let place = try TemporaryDirectory()
    let home = try place.directory("home")
    let directory = try place.directory("work")
    let steps = try PluginGuide("docs/plugins/\(page)").steps
    #expect(steps.count > 3)
    for step in steps {
      switch step {
      case .save(let name, let text):
        if let slash = name.lastIndex(of: "/") { try Files.makeDirectory("\(directory)/\(name[..<slash])") }
        try Files.write("\(directory)/\(name)", text)
      case .run(let command, let shown):
        let result = try Shell.run(command, in: directory, home: home)
        try #require(result.exitCode == 0, "\(command)\(result.errors)")
        Self.expect(shown ?? "", in: result.output + result.errors, of: command)
      }
    }
  }

  /// A page leaves out lines, but shows none that does not come, and keeps their order.
  private static func expect(_ shown: String, in all: String, of command: String) {
    var rest = all.split(separator: "\n")[...]
    for line in shown.split(separator: "\n") {
      guard let found = rest.firstIndex(of: line) else {
        Issue.record("'\(line)' is not what follows in\n\(all)of\n\(command)")
        return
      }
      rest = rest[(found + 1)...]
    }
  }

  /// What stands around a fragment: the names that the guide uses.
  private static let surroundings = """
    #include <tidemill/nested.h>
    #include <tidemill/table.h>
    #include <tidemill/variant.h>
    struct tide_instance { const tide_host *host; tide_table table; };
    tide_status fragment(tide_instance *, const tide_batch *, tide_output *, const tide_frame *, int32_t, uint32_t);
    tide_status fragment(
        tide_instance *me, const tide_batch *in, tide_output *out, const tide_frame *frame, int32_t column, uint32_t row) {
      double sum = 0;

    """

  @Test func `every fragment of C in the guides compiles without a warning`() throws {
    let place = try TemporaryDirectory()
    var count = 0
    for page in ["c.md", "abi.md"] {
      for fragment in try PluginGuide("docs/plugins/\(page)").fragments {
        try place.write(
          "fragment.c", Self.surroundings + fragment + "\nreturn me && in && out && frame && sum > column + row;\n}\n")
        let include = "-I" + ProjectPaths.path("include")
        let compiler = try Child(
          "cc", ["-std=c11", "-Wall", "-Wextra", "-pedantic", "-Werror", "-fsyntax-only", include, place.file("fragment.c")])
        #expect(try compiler.finish() == .exit(0), "\(page): \(fragment)\(compiler.errorText)")
        count += 1
      }
    }
    #expect(count >= 4)
  }

  @Test func `the steps of a page are its files, its commands and their answers`() throws {
    let steps = try PluginGuide("docs/plugins/c.md").steps
    guard case .save("has.c", let source) = steps[1], case .run(let build, let shown?) = steps[2] else {
      Issue.record("\(steps.prefix(3))")
      return
    }
    #expect(
      source.hasPrefix("/* Operator `has`") && source.hasSuffix("TIDE_SIMPLE(\"has\", setup, NULL, .process = process);\n"))
    #expect(build.hasPrefix("cc -O2 -shared"))
    #expect(shown.hasPrefix("NAME "))
  }
}
