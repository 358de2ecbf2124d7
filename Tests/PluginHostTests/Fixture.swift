import FoundationEssentials
import Glibc
import PluginHost
import Synchronization

/// Plugins in C, compiled by the tests.
struct Fixture {
  var name = "sample"
  var abi = 0
  var extra = ""
  var components: [(kind: String, id: String)] = [("operator", "pass")]
  /// What stands in the section, nil = made of the fields above; "" = no section.
  var manifest: String?
  /// What the plugin says of itself through tide.manifest/1, nil = nothing.
  var describes: String?
  /// Lines of C put before everything.
  var prelude = ""
  /// The C expression of each component, nil = made of `components`.
  var table: String?
  var flags: [String] = []

  var json: String {
    if let manifest { return manifest }
    let list = components.map { #"{"id":"\#($0.id)","kind":"\#($0.kind)","doc":"A \#($0.kind)."}"# }.joined(separator: ",")
    return #"{"abi":\#(abi),"name":"\#(name)","version":"1.0"\#(extra),"components":[\#(list)]}"#
  }

  var source: String {
    var text = "#include <tidemill/plugin.h>\n#include <tidemill/ext/manifest.h>\n" + prelude + "\n"
    if !json.isEmpty { text += "TIDE_MANIFEST(\(Self.literal(json)));\n" }
    text += """
      static tide_status create(const tide_component *c, const tide_host *h, tide_instance **out) {
        (void)c; (void)h; *out = NULL; return TIDE_OK;
      }
      static void destroy(tide_instance *self) { (void)self; }
      static tide_status process(tide_instance *self, const tide_batch *in, tide_output *out) {
        (void)self; (void)in; (void)out; return TIDE_OK;
      }
      static tide_status poll(tide_instance *self, int64_t deadline, tide_output *out) {
        (void)self; (void)deadline; (void)out; return TIDE_END;
      }
      """
    if let describes {
      text += """

        static tide_string json(void) { return TIDE_TEXT(\(Self.literal(describes))); }
        static const tide_manifest_source manifest_source = {sizeof(tide_manifest_source), 0, json};
        static const void *extension(tide_instance *self, const char *id) {
          (void)self;
          const char *a = id, *b = TIDE_MANIFEST_EXTENSION;
          while (*a && *a == *b) { a++; b++; }
          return *a == *b ? &manifest_source : NULL;
        }
        """
    }
    let entries = components.enumerated().map { index, component in
      let call = component.kind == "source" ? ".poll = poll" : ".process = process"
      return """
        static const tide_component c\(index) = {.size = sizeof(tide_component), .id = "\(component.id)", .create = create,
          .destroy = destroy, \(call)\(describes == nil ? "" : ", .extension = extension")};
        """
    }
    text += "\n" + entries.joined(separator: "\n")
    let list = table ?? components.indices.map { "&c\($0)" }.joined(separator: ", ")
    text += """

      static const tide_component *const list[] = {\(list)};
      static const tide_plugin plugin = {sizeof plugin, sizeof list / sizeof *list, list};
      const tide_plugin *tidemill_plugin_1(uint32_t minor) {
        (void)minor; (void)create; (void)destroy; (void)process; (void)poll;
        return &plugin;
      }

      """
    return text
  }

  static func literal(_ text: String) -> String {
    var literal = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": literal += "\\\""
      case "\\": literal += "\\\\"
      case "\n": literal += "\\n"
      default: literal.unicodeScalars.append(scalar)
      }
    }
    return literal + "\""
  }

  /// Path of the compiled plugin; the same source is compiled once.
  func build() throws -> String { try Compiler.build(source, flags) }
}

/// The C compiler, with what it made kept for the whole test run.
enum Compiler {
  struct Failure: Error { var text: String }

  static let include: String = {
    let here = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    return "/" + here + "/include"
  }()

  private static let directory: String = {
    let path = "/tmp/tidemill-fixtures-\(getpid())"
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }()

  private static let built = Mutex<[String: String]>([:])

  static func build(_ source: String, _ flags: [String] = [], shared: Bool = true) throws -> String {
    try built.withLock { built in
      let key = source + "\u{0}" + flags.joined(separator: " ") + "\(shared)"
      if let path = built[key] { return path }
      let stem = directory + "/f\(built.count)"
      try Data(source.utf8).write(to: URL(filePath: stem + ".c"))
      let cc = ChildProcess.find("cc", in: .current()) ?? "cc"
      let mode = shared ? ["-shared", "-fPIC"] : []
      let arguments =
        mode + ["-std=gnu11", "-Wall", "-Wextra", "-Wno-unused-function", "-Wno-unused-const-variable", "-I", include]
      let result = try ChildProcess.run(cc, arguments + [stem + ".c", "-o", stem + ".so"] + flags, limitSeconds: 60)
      guard result.status == 0 else { throw Failure(text: result.errors) }
      built[key] = stem + ".so"
      return stem + ".so"
    }
  }
}
