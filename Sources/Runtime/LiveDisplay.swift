import CHost
import Engine
import PluginHost
import Synchronization

/// The progress of a run on a terminal: rates, lag and books of every node, redrawn in place. Control thread only, but for being
/// cleared.
final class LiveDisplay {
  /// Lines on the screen now.
  private let shown = LineCount()
  private var lastTime: Int64
  private var lastBooks = Books()
  private let started: Int64
  private let colored: Bool

  init(colored: Bool) {
    self.colored = colored
    started = tide_steady_ns()
    lastTime = started
    let shown = shown
    StandardError.onWrite { shown.clearing() }
  }

  func draw(_ pipeline: Pipeline) {
    let now = tide_steady_ns()
    let books = pipeline.books
    let text = lines(pipeline, books, now: now)
    let size = StandardError.size
    let fitting = text.prefix(max(1, size.rows - 1)).map { String($0.prefix(size.columns)) }
    StandardError.writeDirectly(shown.clearing() + fitting.map { $0 + "\n" }.joined())
    shown.set(fitting.count)
    lastTime = now
    lastBooks = books
  }

  /// Removes the display.
  func close() {
    StandardError.onWrite(nil)
    StandardError.writeDirectly(shown.clearing())
  }

  private func lines(_ pipeline: Pipeline, _ books: Books, now: Int64) -> [String] {
    let seconds = max(Double(now - lastTime) / 1e9, 0.001)
    var table = TextTable(
      ["node", "rows", "rows/s", "late", "rejected", "error %", "queued", "dropped", "lag"], right: [1, 2, 3, 4, 5, 6, 7, 8])
    let into = Dictionary(grouping: books.edges, by: \.to)
    for (index, node) in books.nodes.enumerated() {
      let rows = Self.rows(node)
      let before = index < lastBooks.nodes.count ? Self.rows(lastBooks.nodes[index]) : 0
      let edges = into[index] ?? []
      table.add([
        node.name, Quantities.grouped(rows), Quantities.short(Double(rows &- before) / seconds),
        Quantities.grouped(node.late), Quantities.grouped(node.rejected),
        errors(node, since: index < lastBooks.nodes.count ? lastBooks.nodes[index] : nil),
        Quantities.grouped(edges.reduce(0) { $0 + $1.queued }), Self.dropped(edges), lag(pipeline, index),
      ])
    }
    let dim = colored ? "\u{1b}[2m" : "", plain = colored ? "\u{1b}[0m" : ""
    let title = "\(pipeline.name)  \(Quantities.duration(nanoseconds: now - started))"
    let why = TimeReport(pipeline.times).why.map { ["why  \($0)"] } ?? []
    return [title] + table.lines.enumerated().map { $0.offset == 0 ? dim + $0.element + plain : $0.element } + why
  }

  /// Share of the rows since the last drawing that were rejected, in percent.
  private func errors(_ node: Books.Node, since before: Books.Node?) -> String {
    var recent = node
    if let before {
      recent.rowsIn &-= before.rowsIn
      recent.rejected &-= before.rejected
      for port in zip(recent.out.indices, before.out) { recent.out[port.0].rows &-= port.1.rows }
    }
    return Quantities.fixed(recent.errorPercent, 2)
  }

  private static func rows(_ node: Books.Node) -> UInt64 { node.rowsIn > 0 ? node.rowsIn : node.out.first?.rows ?? 0 }

  /// Rows that the edges into a node dropped, with their share.
  private static func dropped(_ edges: [Books.Edge]) -> String {
    let dropped = edges.reduce(0) { $0 + $1.dropped }, pushed = edges.reduce(0) { $0 + $1.pushed }
    guard dropped > 0 else { return "0" }
    return "\(Quantities.grouped(dropped)) (\(Quantities.fixed(Double(dropped) * 100 / Double(max(pushed, 1)), 1)) %)"
  }

  /// How far the last event is behind the clock; blank for what is plainly history.
  private func lag(_ pipeline: Pipeline, _ index: Int) -> String {
    guard let time = pipeline.lastEventTime(ofNode: index) else { return "" }
    let lag = pipeline.clock.now - time
    guard lag >= 0, lag < 86_400_000_000_000 else { return "" }
    return Quantities.duration(nanoseconds: lag)
  }

  /// Lines of the display, as the clearing thread sees them.
  private final class LineCount: Sendable {
    private let count = Mutex(0)
    func set(_ lines: Int) { count.withLock { $0 = lines } }
    func clearing() -> String {
      count.withLock { lines in
        defer { lines = 0 }
        return lines == 0 ? "" : "\u{1b}[\(lines)A\u{1b}[J"
      }
    }
  }
}
