import ProofBench
import TestSupport

/// How the records of several partitions come: each partition's in their order, in frames of any size, one beside the other.
enum Dealing {
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
}
