import ProofBench
import TestSupport

/// How the records of several partitions come: each partition's in their order, in frames of any size, one beside the other.
enum Dealing {
  /// Rows of the largest frame, for tests to choose from.
  static let frames = [1, 2, 3, 7, 16, 64, 300, 4096]

  /// - Parameters:
  ///   - partitions: for each, its records as lines without an end.
  ///   - most: records of the largest frame.
  static func steps(_ partitions: [[String]], most: Int, _ random: inout SplitMix) -> [LineSource.Step] {
    var places = [Int](repeating: 0, count: partitions.count)
    var steps: [LineSource.Step] = []
    while true {
      let open = partitions.indices.filter { places[$0] < partitions[$0].count }
      guard !open.isEmpty else { return steps }
      let partition = open[random.below(open.count)]
      let start = places[partition]
      let end = min(start + 1 + random.below(most), partitions[partition].count)
      places[partition] = end
      steps.append(.lines(partition: partition, partitions[partition][start..<end].map { $0 + "\n" }.joined()))
    }
  }

  /// Steps of one partition in frames of exactly so many records.
  static func steps(_ lines: [String], frame: Int) -> [LineSource.Step] {
    LineSource.steps(lines.map { $0 + "\n" }, frame: frame)
  }

  /// The rows whose lines such steps have, in the order in which they come.
  static func rows<Row>(of partitions: [[Row]], in steps: [LineSource.Step]) -> [Row] {
    var places = [Int](repeating: 0, count: partitions.count)
    var rows: [Row] = []
    for step in steps {
      guard case .lines(let partition, let text) = step else { continue }
      let end = places[partition] + text.utf8.count(where: { $0 == UInt8(ascii: "\n") })
      rows += partitions[partition][places[partition]..<end]
      places[partition] = end
    }
    return rows
  }
}
