/// Small cases with their answers, worked out by hand: the model and the operator are both held against them.
struct WindowTable {
  var name: String
  var kind: WindowKind
  /// Event times; the rows are numbered from 0 on.
  var times: [Int64]
  var delay: Int64 = 0
  var allowed: Int64 = 0
  var mode: WindowCase.Late?
  /// Results in their order: window, numbers of the rows by time, a plus for each result that went before.
  var out: [String]
  /// Numbers of the late rows and how late they are.
  var late: [String] = []

  var test: WindowCase {
    var test = WindowCase(
      kind: kind, keys: [], aggregates: [.init(name: "l", function: .list, argument: .n)], delay: delay)
    test.allowedLateness = allowed
    test.late = mode
    return test
  }

  var rows: [ModelRow] {
    times.enumerated().map { index, time in
      ModelRow(number: index, partition: 0, id: Int64(index), time: time, fields: [("n", .int(Int64(index)))])
    }
  }

  static func text(_ span: Span, _ list: String, _ corrections: Int64) -> String {
    "\(span.start)..\(span.end) \(list)" + String(repeating: "+", count: Int(corrections))
  }

  static let cases: [WindowTable] = windows + sessions + watermarks + lateness

  static let windows: [WindowTable] = [
    .init(
      name: "a tumbling window has its first instant and not its end", kind: .tumbling(10, offset: 0), times: [0, 9, 10, 25],
      out: ["0..10 [0,1]", "10..20 [2]", "20..30 [3]"]),
    .init(
      name: "before 1970 too", kind: .tumbling(10, offset: 0), times: [-11, -10, -1, 0],
      out: ["-20..-10 [0]", "-10..0 [1,2]", "0..10 [3]"]),
    .init(
      name: "an offset moves all windows", kind: .tumbling(10, offset: 3), times: [0, 2, 3, 13],
      out: ["-7..3 [0,1]", "3..13 [2]", "13..23 [3]"]),
    .init(
      name: "a row is in every sliding window over it", kind: .sliding(size: 10, every: 5, offset: 0), times: [7, 12],
      out: ["0..10 [0]", "5..15 [0,1]", "10..20 [1]"]),
    .init(
      name: "sliding windows whose size is no multiple of their distance", kind: .sliding(size: 10, every: 4, offset: 1),
      times: [1, 4, 5], out: ["-7..3 [0]", "-3..7 [0,1,2]", "1..11 [0,1,2]", "5..15 [2]"]),
    .init(
      name: "cumulating windows end step by step", kind: .cumulate(size: 9, step: 3, offset: 0), times: [0, 4, 8],
      out: ["0..3 [0]", "0..6 [0,1]", "0..9 [0,1,2]"]),
    .init(
      name: "a cumulating window without a row of its last step leaves all the same",
      kind: .cumulate(size: 9, step: 3, offset: 0), times: [4], out: ["0..6 [0]", "0..9 [0]"]),
    .init(
      name: "equal times are in one window, in the order in which they came", kind: .tumbling(10, offset: 0),
      times: [5, 5, 5], out: ["0..10 [0,1,2]"]),
    .init(name: "no row, no result", kind: .tumbling(10, offset: 0), times: [], out: []),
  ]

  static let sessions: [WindowTable] = [
    .init(
      name: "a row at exactly the gap joins the session", kind: .session(gap: 10), times: [0, 10, 20],
      out: ["0..30 [0,1,2]"]),
    .init(
      name: "a row one beyond the gap begins another", kind: .session(gap: 10), times: [0, 11],
      out: ["0..10 [0]", "11..21 [1]"]),
    .init(
      name: "a row between two sessions joins them", kind: .session(gap: 10), times: [0, 20, 10], delay: 20,
      out: ["0..30 [0,2,1]"]),
    .init(
      name: "a row before a session begins it earlier", kind: .session(gap: 10), times: [10, 0], delay: 20,
      out: ["0..20 [1,0]"]),
    // At a watermark of 10 the first session may still grow; the row at 10 shows it.
    .init(
      name: "a watermark at the end of a session does not complete it", kind: .session(gap: 10), times: [0, 10],
      out: ["0..20 [0,1]"]),
    .init(
      name: "a session that has left grows when a row comes that is not late for it", kind: .session(gap: 10),
      times: [0, 15, 9], out: ["0..10 [0]", "0..25 [0,2,1]+"]),
    .init(
      name: "a row alone in its session is late one beyond the gap", kind: .session(gap: 10), times: [0, 40, 29, 30],
      out: ["0..10 [0]", "30..50 [3,1]"], late: ["2 by 1"]),
  ]

  static let watermarks: [WindowTable] = [
    .init(
      name: "a row at exactly the watermark is not behind it", kind: .tumbling(10, offset: 0), times: [20, 10, 9], delay: 10,
      out: ["10..20 [1]", "20..30 [0]"], late: ["2 by 0"]),
    // The row at 20 moves the watermark to 10: the window that ends there leaves before the row at 12, which joins the next.
    .init(
      name: "a watermark at a window's end completes it", kind: .tumbling(10, offset: 0), times: [5, 20, 9, 12], delay: 10,
      out: ["0..10 [0]", "10..20 [3]", "20..30 [1]"], late: ["2 by 0"]),
    .init(
      name: "a watermark one before a window's end does not", kind: .tumbling(10, offset: 0), times: [5, 19, 9], delay: 10,
      out: ["0..10 [0,2]", "10..20 [1]"]),
    .init(
      name: "a late row takes nothing along", kind: .tumbling(10, offset: 0), times: [5, 100, 50, 5, 101],
      out: ["0..10 [0]", "100..110 [1,4]"], late: ["2 by 40", "3 by 90"]),
  ]

  static let lateness: [WindowTable] = [
    .init(
      name: "a row whose watermark is the end and what is allowed is late", kind: .tumbling(10, offset: 0),
      times: [5, 15, 9], allowed: 5, out: ["0..10 [0]", "10..20 [1]"], late: ["2 by 0"]),
    .init(
      name: "one before it is not", kind: .tumbling(10, offset: 0), times: [5, 14, 9], allowed: 5,
      out: ["0..10 [0]", "0..10 [0,2]+", "10..20 [1]"]),
    .init(
      name: "each late row corrects by itself", kind: .tumbling(10, offset: 0), times: [5, 12, 6, 7], allowed: 5,
      out: ["0..10 [0]", "0..10 [0,2]+", "0..10 [0,2,3]++", "10..20 [1]"]),
    .init(
      name: "the first row of a window may come late", kind: .tumbling(10, offset: 0), times: [12, 6, 7], allowed: 5,
      out: ["0..10 [1]", "0..10 [1,2]+", "10..20 [0]"]),
    .init(
      name: "a row may be late for some of its windows", kind: .sliding(size: 10, every: 5, offset: 0),
      times: [7, 11, 8], out: ["0..10 [0]", "5..15 [0,2,1]", "10..20 [1]"]),
    .init(
      name: "and correct others", kind: .sliding(size: 10, every: 5, offset: 0), times: [7, 16, 8], allowed: 2,
      out: ["0..10 [0]", "5..15 [0]", "5..15 [0,2]+", "10..20 [1]", "15..25 [1]"]),
    .init(
      name: "what is dropped goes to late as if nothing were allowed", kind: .tumbling(10, offset: 0), times: [5, 12, 6],
      allowed: 5, mode: .drop, out: ["0..10 [0]", "10..20 [1]"], late: ["2 by 2"]),
    .init(
      name: "recomputed windows count as corrections", kind: .tumbling(10, offset: 0), times: [5, 12, 6], allowed: 5,
      mode: .recompute, out: ["0..10 [0]", "0..10 [0,2]+", "10..20 [1]"]),
  ]
}
