import ProofBench
import TestSupport
import Testing

/// The pipelines that the window is measured with, run as they are written by the command itself.
@Suite(.serialized) struct WindowCommandTests {
  /// A reading of a sensor; `time` is milliseconds.
  private struct Reading {
    var time: Int64
    var source: String
    var value: Double
    var isGood: Bool
  }

  /// Readings of a hundred sensors, one a millisecond, in disorder of up to two seconds.
  private static let readings: [Reading] = {
    var random = SplitMix(seed: 0x0DD5)
    return (0..<200_000).map { index in
      let back = random.below(4) == 0 ? random.below(2000) : random.below(40)
      return Reading(
        time: 1_750_000_000_000 + Int64(index) - Int64(back), source: "s\(random.below(100))",
        value: Double(random.below(1_000_000) - 300_000) / 1000, isGood: random.below(10) > 0)
    }
  }()

  private static func line(_ reading: Reading) -> String {
    let quality = reading.isGood ? "good" : "uncertain"
    return "{\"ts\":\(reading.time),\"source\":\"\(reading.source)\",\"value\":\(reading.value),\"quality\":\"\(quality)\"}\n"
  }

  private static func manifest(_ window: String) -> String {
    """
    name: w1
    sources: { ev: { use: file, with: { path: ev.jsonl, format: json, time: ts, key: source }, watermark: { delay: 2s } } }
    operators:
      good: { use: filter, from: ev, with: { where: 'quality == "good"' } }
      win: { use: window, from: good, with: { \(window), key: source, aggregate: { count: count(), sum: sum(value), avg: avg(value), min: min(value), max: max(value) } } }
    sinks: { out: { use: file, from: win, with: { path: w1.out, format: json, time_format: ms } } }

    """
  }

  private struct Place: Hashable {
    var end: Int64
    var start: Int64
    var source: String
  }

  /// Runs the command over all readings and compares every field of every line, in order.
  ///
  /// - Parameter exactSums: sums are added in the order of the rows, so that their last place is known.
  private func run(_ window: String, size: Int64, every: Int64, exactSums: Bool) throws {
    let directory = try TemporaryDirectory()
    try directory.write("ev.jsonl", Self.readings.map(Self.line).joined())
    try directory.write("w.yaml", Self.manifest(window))
    let result = try Tidemill.run(["run", "w.yaml", "--books", "books.json"], in: directory.path)
    #expect(result.exitCode == 0, "\(result.errors)")
    #expect(directory.read("books.json")?.contains("\"balanced\":true") == true)
    var windows: [Place: [Double]] = [:]
    for reading in Self.readings where reading.isGood {
      var start = reading.time / every * every
      while start > reading.time - size {
        windows[Place(end: start + size, start: start, source: reading.source), default: []].append(reading.value)
        start -= every
      }
    }
    let places = windows.keys.sorted { a, b in
      (a.end, a.start) == (b.end, b.start)
        ? a.source.utf8.lexicographicallyPrecedes(b.source.utf8) : (a.end, a.start) < (b.end, b.start)
    }
    let lines = (directory.read("w1.out") ?? "").split(separator: "\n")
    #expect(lines.count == places.count)
    for (line, place) in zip(lines, places) {
      let values = windows[place]!
      let sum = ModelSums.neumaier(values), bound = exactSums ? 0 : ModelSums.bound(values)
      let fields = Self.fields(line)
      func number(_ name: String) -> Double { fields[name].flatMap { Double($0) } ?? .nan }
      let same =
        fields["source"] == "\"\(place.source)\"" && fields["window_start"] == "\(place.start)"
        && fields["window_end"] == "\(place.end)" && fields["count"] == "\(values.count)"
        && abs(number("sum") - sum) <= bound && number("min") == values.min() && number("max") == values.max()
        && abs(number("avg") - sum / Double(values.count)) <= bound + (sum / Double(values.count)).ulp
      guard same else {
        Issue.record("got \(line) for \(place): count \(values.count), sum \(sum)")
        return
      }
    }
  }

  /// The fields of a line without nested values and without commas in texts.
  private static func fields(_ line: Substring) -> [String: String] {
    var fields: [String: String] = [:]
    for part in line.dropFirst().dropLast().split(separator: ",") {
      let pair = part.split(separator: ":", maxSplits: 1)
      fields[String(pair[0].dropFirst().dropLast())] = String(pair[1])
    }
    return fields
  }

  @Test func `tumbling windows over two hundred thousand lines`() throws {
    try run("tumbling: 10s", size: 10_000, every: 10_000, exactSums: true)
  }

  @Test func `sliding windows over two hundred thousand lines`() throws {
    try run("sliding: { size: 60s, every: 5s }", size: 60_000, every: 5_000, exactSums: false)
  }
}
