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
      name: "a tumbling window has its first instant and not its end", kind: .tumbling(1000, offset: 0),
      times: [0, 999, 1000, 2500], out: ["0..1000 [0,1]", "1000..2000 [2]", "2000..3000 [3]"]),
    .init(
      name: "before 1970 too", kind: .tumbling(1000, offset: 0), times: [-1001, -1000, -1, 0],
      out: ["-2000..-1000 [0]", "-1000..0 [1,2]", "0..1000 [3]"]),
    .init(
      name: "an offset moves all windows", kind: .tumbling(1000, offset: 300), times: [0, 299, 300, 1300],
      out: ["-700..300 [0,1]", "300..1300 [2]", "1300..2300 [3]"]),
    .init(
      name: "a row is in every sliding window over it", kind: .sliding(size: 2000, every: 1000, offset: 0),
      times: [1400, 2400], out: ["0..2000 [0]", "1000..3000 [0,1]", "2000..4000 [1]"]),
    .init(
      name: "sliding windows whose size is no multiple of their distance",
      kind: .sliding(size: 2500, every: 1000, offset: 100), times: [100, 1099, 1100],
      out: ["-1900..600 [0]", "-900..1600 [0,1,2]", "100..2600 [0,1,2]", "1100..3600 [2]"]),
    .init(
      name: "cumulating windows end step by step", kind: .cumulate(size: 3000, step: 1000, offset: 0), times: [0, 1500, 2999],
      out: ["0..1000 [0]", "0..2000 [0,1]", "0..3000 [0,1,2]"]),
    .init(
      name: "a cumulating window without a row of its last step leaves all the same",
      kind: .cumulate(size: 3000, step: 1000, offset: 0), times: [1500], out: ["0..2000 [0]", "0..3000 [0]"]),
    .init(
      name: "equal times are in one window, in the order in which they came", kind: .tumbling(1000, offset: 0),
      times: [5, 5, 5], out: ["0..1000 [0,1,2]"]),
    .init(name: "no row, no result", kind: .tumbling(1000, offset: 0), times: [], out: []),
  ]

  static let sessions: [WindowTable] = [
    .init(
      name: "a row at exactly the gap joins the session", kind: .session(gap: 1000), times: [0, 1000, 2000],
      out: ["0..3000 [0,1,2]"]),
    .init(
      name: "a row one beyond the gap begins another", kind: .session(gap: 1000), times: [0, 1001],
      out: ["0..1000 [0]", "1001..2001 [1]"]),
    .init(
      name: "a row between two sessions joins them", kind: .session(gap: 1000), times: [0, 2000, 1000], delay: 2000,
      out: ["0..3000 [0,2,1]"]),
    .init(
      name: "a row before a session begins it earlier", kind: .session(gap: 1000), times: [1000, 0], delay: 2000,
      out: ["0..2000 [1,0]"]),
    .init(
      name: "a session that has left grows when a row comes that is not late for it", kind: .session(gap: 1000),
      times: [0, 1500, 900], out: ["0..1000 [0]", "0..2500 [0,2,1]+"]),
    .init(
      name: "a row alone in its session is late one beyond the gap", kind: .session(gap: 1000), times: [0, 4001, 3000, 3001],
      out: ["0..1000 [0]", "3001..5001 [3,1]"], late: ["2 by 1"]),
    .init(
      name: "and so much later as is allowed", kind: .session(gap: 1000), times: [0, 4201, 3000, 3001], allowed: 200,
      out: ["0..1000 [0]", "3001..4001 [3]", "4201..5201 [1]"], late: ["2 by 1"]),
  ]

  static let watermarks: [WindowTable] = [
    .init(
      name: "a row at exactly the watermark is not behind it", kind: .tumbling(1000, offset: 0), times: [2000, 1000, 999],
      delay: 1000, out: ["1000..2000 [1]", "2000..3000 [0]"], late: ["2 by 0"]),
    // The row at 2000 moves the watermark to 1000: the window that ends there is complete.
    .init(
      name: "a watermark at a window's end completes it", kind: .tumbling(1000, offset: 0), times: [5, 2000, 999, 1200],
      delay: 1000, out: ["0..1000 [0]", "1000..2000 [3]", "2000..3000 [1]"], late: ["2 by 0"]),
    .init(
      name: "a watermark one before a window's end does not", kind: .tumbling(1000, offset: 0), times: [5, 1999, 9],
      delay: 1000, out: ["0..1000 [0,2]", "1000..2000 [1]"]),
    // At a watermark of 1000 the session may still grow; a row at 1000 would show it.
    .init(
      name: "a watermark at the end of a session does not complete it", kind: .session(gap: 1000), times: [0, 2000, 999],
      delay: 1000, out: ["0..1999 [0,2]", "2000..3000 [1]"]),
    .init(
      name: "a late row takes nothing along", kind: .tumbling(1000, offset: 0), times: [5, 10_000, 5000, 5, 10_001],
      out: ["0..1000 [0]", "10000..11000 [1,4]"], late: ["2 by 4000", "3 by 9000"]),
  ]

  static let lateness: [WindowTable] = [
    .init(
      name: "a row whose watermark is the end and what is allowed is late", kind: .tumbling(1000, offset: 0),
      times: [5, 1500, 9], allowed: 500, out: ["0..1000 [0]", "1000..2000 [1]"], late: ["2 by 0"]),
    .init(
      name: "one before it is not", kind: .tumbling(1000, offset: 0), times: [5, 1499, 9], allowed: 500,
      out: ["0..1000 [0]", "0..1000 [0,2]+", "1000..2000 [1]"]),
    .init(
      name: "each late row corrects by itself", kind: .tumbling(1000, offset: 0), times: [5, 1200, 6, 7], allowed: 500,
      out: ["0..1000 [0]", "0..1000 [0,2]+", "0..1000 [0,2,3]++", "1000..2000 [1]"]),
    .init(
      name: "the first row of a window may come late", kind: .tumbling(1000, offset: 0), times: [1200, 6, 7], allowed: 500,
      out: ["0..1000 [1]", "0..1000 [1,2]+", "1000..2000 [0]"]),
    .init(
      name: "a row may be late for some of its windows", kind: .sliding(size: 2000, every: 1000, offset: 0),
      times: [1400, 2100, 1600], out: ["0..2000 [0]", "1000..3000 [0,2,1]", "2000..4000 [1]"]),
    .init(
      name: "and correct others", kind: .sliding(size: 2000, every: 1000, offset: 0), times: [1400, 3100, 1600], allowed: 500,
      out: ["0..2000 [0]", "1000..3000 [0]", "1000..3000 [0,2]+", "2000..4000 [1]", "3000..5000 [1]"]),
    .init(
      name: "what is dropped goes to late as if nothing were allowed", kind: .tumbling(1000, offset: 0), times: [5, 1200, 6],
      allowed: 500, mode: .drop, out: ["0..1000 [0]", "1000..2000 [1]"], late: ["2 by 200"]),
    .init(
      name: "recomputed windows count as corrections", kind: .tumbling(1000, offset: 0), times: [5, 1200, 6], allowed: 500,
      mode: .recompute, out: ["0..1000 [0]", "0..1000 [0,2]+", "1000..2000 [1]"]),
  ]
}
