import PluginKit
import PluginManifest
import TestSupport
import Testing

/// Logs what a batch is as an array of Arrow, and moves out what it is told to.
private struct ArrowLook: Sink {
  static let plain = Option("plain", .bool, doc: "Write dictionaries out.", default: false)
  static let takes = Option("takes", .bool, doc: "Take the array over.", default: false)
  static let component = Component("arrow-look", doc: "Looks at arrays.", options: [plain, takes])

  private let host: Host
  private let plain, takes: Bool
  private var taken: [ArrowArray] = []

  init(_ config: Config) throws {
    host = config.host
    plain = try config[Self.plain]
    takes = try config[Self.takes]
  }

  mutating func process(_ batch: Batch, _ out: inout Output) throws {
    var exported = try batch.arrow(host, plain: plain)
    let count = exported.count
    let (format, moved) = exported.withPointers { array, schema in
      let column = schema.pointee.children[0]!.pointee
      var format = String(cString: column.format)
      if let dictionary = column.dictionary { format += " of \(String(cString: dictionary.pointee.format))" }
      var moved: ArrowArray?
      if takes {
        moved = array.pointee
        array.pointee.release = nil
      }
      return (format, moved)
    }
    if let moved { taken.append(moved) }
    host.log(.info, "\(count) rows of \(format)")
  }

  mutating func close() {
    for index in taken.indices { taken[index].release(&taken[index]) }
    taken = []
  }
}

private let arrowPlugin = Plugin(name: "arrow-look", version: "1.0.0", doc: "For tests.") { ArrowLook.self }

@Suite struct ArrowBatches {
  private func bench() throws -> PluginBench { try PluginBench(arrowPlugin.table(0)) }

  private func sink(_ bench: PluginBench, plain: Bool = false, takes: Bool = false) throws -> PluginBenchInstance {
    let options = ConfigValue.map([.init("plain", .bool(plain)), .init("takes", .bool(takes))])
    let sink = try bench.create(.sink, "arrow-look", with: options)
    try sink.open()
    return sink
  }

  @Test func `an export that goes out of scope lets go of its frame`() throws {
    let bench = try bench()
    let sink = try sink(bench)
    try sink.process(try frame("text", ["a", "b", "a", "b"]).pointer)
    #expect(bench.logs == ["4 rows of S of u"] && bench.exported == 0)
    sink.close()
  }

  @Test func `what was moved out is the taker's, and plain texts have no dictionary`() throws {
    let bench = try bench()
    let sink = try sink(bench, plain: true, takes: true)
    for _ in 0..<2 { try sink.process(try frame("text", ["a", "b", "a"]).pointer) }
    #expect(bench.logs == ["3 rows of u", "3 rows of u"] && bench.exported == 2)
    sink.close()
    #expect(bench.exported == 0)
  }

  @Test func `a host without the extension is named`() throws {
    let bench = try bench()
    bench.offersArrow = false
    let sink = try sink(bench)
    #expect(throws: PluginBench.Failure.self) { try sink.process(try frame("text", ["a"]).pointer) }
    #expect(bench.failures.last?.text == "this host exports no batches (tide.arrow/1)")
    #expect(bench.failures.last?.code == TIDE_E_UNSUPPORTED)
    sink.close()
  }
}
