import ProofBench

/// The rows that a key lacks, worked out from all rows in their order.
struct FillModel {
  var every: Int64
  var offset: Int64
  var maxGap: Int64
  var maxRows: Int

  struct Made: Hashable {
    var key: Cell
    var time: Int64
    var linear: Cell
    var whole: Cell
    var previous: Cell
  }

  private func step(_ time: Int64) -> Int64 {
    let from = time - offset
    return from >= 0 ? from / every : -((-from + every - 1) / every)
  }

  func made(_ rows: [TimedStream.Row]) -> [Made] {
    var last: [Cell: TimedStream.Row] = [:]
    var made: [Made] = []
    for row in rows where row.behind == nil {
      let key = row["k"]
      guard let before = last[key] else {
        last[key] = row
        continue
      }
      if row.time < before.time { continue }
      let first = step(before.time) + 1
      if row.time - before.time <= maxGap {
        for number in first..<max(first, min(step(row.time), first + Int64(maxRows))) {
          let time = number * every + offset
          made.append(
            Made(
              key: key, time: time, linear: line(before, row, "v", time), whole: line(before, row, "n", time),
              previous: before["s"]))
        }
      }
      last[key] = row
    }
    return made
  }

  private func line(_ one: TimedStream.Row, _ other: TimedStream.Row, _ name: String, _ time: Int64) -> Cell {
    let whole = other.time - one.time, part = time - one.time
    switch (one[name], other[name]) {
    case (.double(let a), .double(let b)):
      let share = Double(part) / Double(whole)
      return .double(a * (1 - share) + b * share)
    case (.int(let a), .int(let b)):
      // Rounded to the nearest, halves away from zero.
      let twice = 2 * (b - a) * part
      let sign: Int64 = twice < 0 ? -1 : 1
      return .int(a + sign * ((abs(twice) + whole) / (2 * whole)))
    default: return .null
    }
  }
}
