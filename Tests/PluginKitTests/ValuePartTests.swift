import Frames
import PluginManifest
import TestSupport
import Testing

/// Operators whose expressions make more of a batch than there is room for at once: they work on it in parts, so that no row
/// depends on those beside it.
@Suite struct ValuesInParts {
  private static let rowCount = 1200

  /// Numbered rows that share a text: that of all rows takes 72 MB where each has its own.
  private func shared() throws -> OwnedFrame {
    let text = String(repeating: "x", count: 60_000)
    return try TestSupport.frame(rows: Self.rowCount) {
      _ = try $0.addColumn("n", .int)
      _ = try $0.addColumn("text", .string)
    } row: { builder, row in
      builder.put(0, Int64(row))
      builder.put(1, text)
    }
  }

  /// Numbers of the rows that left with a value in a column, in their order.
  private func rows(_ component: String, _ options: [(String, ConfigValue)], column: String, selection: [UInt16]? = nil) throws
    -> [Int]
  {
    let bench = try PluginBench(library: "tidemill-transform")
    let instance = try bench.create(.operator, component, with: .map(options.map { .init($0.0, $0.1) }))
    try instance.open()
    try instance.process(try shared().pointer, rows: selection)
    #expect(bench.rejects.isEmpty)
    return bench.commits.flatMap { commit -> [Int] in
      let view = FrameView(commit.frame.pointer)
      let values = column.isEmpty ? view.column(role: .key) : view.column(named: column)
      guard let numbers = view.column(named: "n"), let values else { return [] }
      return (0..<view.rows).filter { values.isValid($0) }.map { Int(numbers.int($0)) }
    }
  }

  private static let cases: [(component: String, options: [(String, ConfigValue)], column: String)] = [
    ("map", [("set", .map([.init("made", .string("text + string(n)")), .init("half", .string("n / 2"))]))], "made"),
    ("map", [("set", .map([.init("made", .string("[text, n]"))])), ("strict", .bool(true))], "made"),
    ("key_by", [("key", .string("text + string(n)"))], ""),
    ("flat_map", [("explode", .map([.init("made", .string("[text + string(n)]"))]))], "made"),
  ]

  @Test(arguments: 0..<4)
  func `every row gets its value, also where those of all have no room at once`(number: Int) throws {
    let (component, options, column) = Self.cases[number]
    #expect(try rows(component, options, column: column) == Array(0..<Self.rowCount))
    let some = (0..<Self.rowCount).filter { $0 % 37 != 5 }
    #expect(try rows(component, options, column: column, selection: some.map { UInt16($0) }) == some)
  }
}
