import TestSupport

/// Two operators as their authors would write them, and pipelines of them.
enum InstallPlugins {
  /// A C file: passes rows 1, 3, 5, …
  static let half = #"""
    #include <stdlib.h>
    #include <tidemill/plugin.h>

    TIDE_MANIFEST("{\"abi\":0,\"name\":\"half\",\"version\":\"1.0\",\"components\":["
                  "{\"id\":\"half\",\"kind\":\"operator\",\"doc\":\"Passes every second row.\"}]}");

    struct tide_instance {
      const tide_host *host;
      uint64_t seen;
      uint16_t kept[TIDE_MAX_ROWS];
    };

    static tide_status create(const tide_component *component, const tide_host *host, tide_instance **out) {
      (void)component;
      *out = calloc(1, sizeof **out);
      if (*out == NULL) return TIDE_E_FATAL;
      (*out)->host = host;
      return TIDE_OK;
    }

    static void destroy(tide_instance *self) { free(self); }

    static tide_status process(tide_instance *self, const tide_batch *in, tide_output *out) {
      uint32_t count = 0;
      for (uint32_t k = 0; k < in->count; k++)
        if (self->seen++ % 2 == 0) self->kept[count++] = (uint16_t)tide_row(in->selection, k);
      return count == 0 ? TIDE_OK : self->host->forward(out, 0, in, self->kept, count);
    }

    static const tide_component half = {
        .size = sizeof half, .id = "half", .create = create, .destroy = destroy, .process = process};
    static const tide_component *const components[] = {&half};
    static const tide_plugin plugin = {sizeof plugin, 1, components};

    const tide_plugin *tidemill_plugin_1(uint32_t host_minor) {
      (void)host_minor;
      return &plugin;
    }

    """#

  /// A Swift file: passes rows 1, 4, 7, …
  static let third = """
    import PluginKit

    struct Third: Operator {
      static let component = Component("third", doc: "Passes every third row.")

      private var seen = 0

      init(_ config: Config) throws {}

      mutating func process(_ batch: Batch, _ out: inout Output) throws {
        try out.forward(batch) { _ in
          seen += 1
          return seen % 3 == 1
        }
      }
    }

    private let plugin = Plugin(name: "third", version: "1.0", doc: "Passes every third row.") { Third.self }

    @c public func tidemill_plugin_1(_ hostMinor: UInt32) -> UnsafePointer<tide_plugin>? { plugin.table(hostMinor) }

    """

  /// Makes the folder `third` of a plugin in Swift.
  static func writeThird(_ directory: String) throws {
    try Files.makeDirectory(directory + "/third")
    try Files.write(directory + "/third/Third.swift", third)
  }

  /// Lines through operators one after the other.
  static func pipeline(of operators: [String]) -> String {
    var text = "name: chosen\nsources:\n  lines: { use: stdin, with: { format: text } }\noperators:\n"
    var last = "lines"
    for name in operators {
      text += "  \(name): { use: \(name), from: \(last) }\n"
      last = name
    }
    return text + "sinks:\n  out: { use: stdout, from: \(last), with: { format: text } }\n"
  }
}
