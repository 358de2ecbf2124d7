import CTidemill
import Frames
import Glibc
import Kernels

/// Expressions over one frame of 1024 rows, without plugins and pipelines: nanoseconds of CPU time a row, one line each.
@main enum Benchmark {
  static let rows = 1024
  static let passes = 100_000

  static func main() throws {
    let frame = try columns()
    let jobs: [(name: String, text: String, condition: Bool)] = [
      ("condition", "value > 60.0 && quality == \"good\"", true), ("number", "value > 60.0", true),
      ("text", "quality.startsWith(\"go\")", true), ("map", "value * 1.8 + 32.0", false), ("integers", "count * 3 + 1", false),
      ("choice", "value > 60.0 ? value : 0.0", false), ("rows", "[value, 1.0].exists(x, x > 60.0)", true),
    ]
    for job in jobs {
      let expression = try ColumnExpression(job.text, wanted: job.condition ? UInt32(TIDE_BOOL) : 0)
      let count = job.name == "rows" ? passes / 500 : passes
      var best = Double.infinity
      for _ in 0..<5 { best = min(best, measure(expression, frame, job.condition, count)) }
      print(job.name, best)
    }
  }

  /// Nanoseconds a row.
  private static func measure(
    _ expression: ColumnExpression, _ frame: UnsafePointer<tide_frame>, _ isCondition: Bool, _ count: Int
  ) -> Double {
    var passed = [UInt16](repeating: 0, count: rows)
    var sum = 0
    let start = cpuSeconds()
    for _ in 0..<count {
      if isCondition {
        sum &+= expression.filter(frame, nil, rows, into: &passed, erring: nil).rows
      } else {
        sum &+= Int(expression.values(frame, nil, rows).count)
      }
    }
    let seconds = cpuSeconds() - start
    precondition(sum > 0, "something passes")
    return seconds * 1e9 / Double(count) / Double(rows)
  }

  private static func cpuSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// A double, an integer, and a text of three values in a dictionary.
  private static func columns() throws -> UnsafePointer<tide_frame> {
    let builder = FrameBuilder()
    builder.maxRows = FrameLimits.maxRows
    let value = try builder.addColumn("value", .double)
    let count = try builder.addColumn("count", .int)
    let quality = try builder.addColumn("quality", .string)
    var state: UInt64 = 7
    for row in 0..<rows {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      builder.put(value, Double(state >> 40) / Double(1 << 24) * 100)
      builder.put(count, Int64(row))
      builder.put(quality, ["good", "good", "fair", "bad"][Int(state >> 61) % 4])
      builder.endRow()
    }
    // Kept for as long as the program runs.
    let bytes = UnsafeMutableRawPointer.allocate(byteCount: builder.byteCount, alignment: 64)
    _ = builder.write(into: bytes, capacity: builder.byteCount)
    let frame = bytes.assumingMemoryBound(to: tide_frame.self)
    frame.pointee.schema_id = 1
    return UnsafePointer(frame)
  }
}
