import ProofBench

/// What a window operator has to answer, worked out in the slowest and plainest way: every window keeps the list of its rows.
struct WindowModel {
  /// A result, as the operator sends it.
  struct Result: CustomStringConvertible {
    var key: [Cell]
    var span: Span
    var values: [Expectation]
    /// How often the result was corrected before.
    var corrections: Int64

    var description: String { "\(key) \(span) \(values) corrections \(corrections)" }
  }

  /// A row that no window took.
  struct Late: Hashable {
    var number: Int
    /// How far the watermark had passed the end of the row's last window and what was allowed.
    var lateness: Int64
  }

  /// A window of a key with its rows in the order in which they came.
  struct Window {
    var key: [Cell]
    var span: Span
    var rows: [ModelRow]
    /// Results so far, those aside that were sent again as they were.
    var fired: Int64 = 0
    /// No result has all of its rows.
    var isStale = true
  }

  let test: WindowCase

  /// The last result of every window, and the late rows: a function of each partition's rows in their order.
  func last(of partitions: [[ModelRow]]) -> (results: [Result], late: Set<Late>) {
    var late: Set<Late> = []
    var windows: [Window] = []
    for rows in partitions {
      var watermark = ModelWatermark(delay: test.delay)
      for row in rows {
        let behind = watermark.see(row.time)
        if let lateness = lateness(of: row, behind: behind) {
          late.insert(Late(number: row.number, lateness: lateness))
        } else if case .session(let gap) = test.kind {
          joinSession(row, gap, &windows)
        } else {
          for span in test.kind.spans(at: row.time) where !isClosed(span, behind) { add(row, to: span, &windows) }
        }
      }
    }
    return (inOrder(windows).map { result($0, isParts: partitions.count > 1) }, late)
  }

  /// Every result in its order, and the late rows, of one partition.
  func story(of rows: [ModelRow]) -> (results: [Result], late: Set<Late>) {
    var late: Set<Late> = []
    var windows: [Window] = []
    var results: [Result] = []
    var watermark = ModelWatermark(delay: test.delay)
    for row in rows {
      fire(&windows, at: watermark.value, &results)
      let now = watermark.value
      let behind = watermark.see(row.time)
      if let lateness = lateness(of: row, behind: behind) {
        late.insert(Late(number: row.number, lateness: lateness))
        continue
      }
      if case .session(let gap) = test.kind {
        joinSession(row, gap, &windows)
      } else {
        for span in test.kind.spans(at: row.time) where !isClosed(span, behind) { add(row, to: span, &windows) }
      }
      // What the row belongs to and has left already leaves again with it.
      fire(&windows, at: now, &results)
    }
    fire(&windows, at: .max, &results)
    return (results, late)
  }

  // MARK: Lateness

  private var allowed: Int64 { test.late == .drop ? 0 : test.allowedLateness }

  /// How late a row is that no window takes; nil when one does. A row alone in its session would still be joined at its end.
  private func lateness(of row: ModelRow, behind: Int64?) -> Int64? {
    guard let behind else { return nil }
    switch test.kind {
    case .count: return nil
    case .session(let gap):
      let lateness = Int128(behind) - Int128(row.time) - Int128(gap) - Int128(allowed)
      return lateness > 0 ? Int64(lateness) : nil
    default:
      let spans = test.kind.spans(at: row.time)
      guard spans.allSatisfy({ isClosed($0, behind) }) else { return nil }
      return Int64(Int128(behind) - Int128(spans.last!.end) - Int128(allowed))
    }
  }

  private func isClosed(_ span: Span, _ behind: Int64?) -> Bool {
    behind.map { Int128($0) >= Int128(span.end) + Int128(allowed) } ?? false
  }

  // MARK: Windows

  private func key(of row: ModelRow) -> [Cell] { test.keys.map { row[$0] ?? .null } }

  private func add(_ row: ModelRow, to span: Span, _ windows: inout [Window]) {
    let key = key(of: row)
    if let index = windows.firstIndex(where: { $0.span == span && $0.key == key }) {
      windows[index].rows.append(row)
      windows[index].isStale = true
    } else {
      windows.append(Window(key: key, span: span, rows: [row]))
    }
  }

  /// Rows of a key with no more than the gap between one and the next are one session. Its end is the last instant at which a
  /// row would still join it.
  private func joinSession(_ row: ModelRow, _ gap: Int64, _ windows: inout [Window]) {
    let key = key(of: row)
    let touched = windows.indices.filter {
      windows[$0].key == key && row.time <= windows[$0].span.end && row.time >= windows[$0].span.start - gap
    }
    var session = Window(key: key, span: Span(start: row.time, end: row.time + gap), rows: [])
    for index in touched {
      let other = windows[index]
      session.span = Span(start: min(session.span.start, other.span.start), end: max(session.span.end, other.span.end))
      session.rows += other.rows
      session.fired = max(session.fired, other.fired)
    }
    session.rows.append(row)
    for index in touched.reversed() { windows.remove(at: index) }
    windows.append(session)
  }

  // MARK: Results

  /// The watermark from which on a window is complete: one row at the end of a session would still belong to it.
  private func completion(of window: Window) -> Int64 {
    if case .session = test.kind { return window.span.end + 1 }
    return window.span.end
  }

  /// Windows that are complete at a watermark, in the order in which they leave.
  private func due(_ windows: [Window], at watermark: Int64) -> [Int] {
    windows.indices.filter { completion(of: windows[$0]) <= watermark }.sorted { isBefore(windows[$0], windows[$1]) }
  }

  private func inOrder(_ windows: [Window]) -> [Window] { windows.sorted(by: isBefore) }

  private func isBefore(_ a: Window, _ b: Window) -> Bool {
    a.span == b.span ? Cell.keyBytes(a.key).lexicographicallyPrecedes(Cell.keyBytes(b.key)) : a.span < b.span
  }

  private func fire(_ windows: inout [Window], at watermark: Int64, _ results: inout [Result]) {
    let due = due(windows, at: watermark)
    let changed = Set(due.filter { windows[$0].isStale }.map { windows[$0].span })
    let leaving = due.filter { windows[$0].isStale || (recomputes && changed.contains(windows[$0].span)) }
    for index in leaving {
      if windows[index].isStale { windows[index].fired += 1 }
      windows[index].isStale = false
      var one = result(windows[index], isParts: false)
      one.corrections = windows[index].fired - 1
      results.append(one)
    }
  }

  /// One late row has all keys of its window leave again.
  private var recomputes: Bool {
    if case .session = test.kind { return false }
    return test.late == .recompute
  }

  private func result(_ window: Window, isParts: Bool) -> Result {
    let inOrder = !isParts && !test.kind.mergesParts
    return Result(
      key: window.key, span: window.span, values: test.aggregates.map { $0.expected(over: window.rows, inOrder: inOrder) },
      corrections: window.fired)
  }
}
