import ProofBench
import TestSupport

/// An operator that keeps state by key, as a test draws it, and what it has to make of rows.
protocol KeyedModel {
  associatedtype Stream: KeyedStream

  static var use: String { get }
  /// Output ports beside `out`, each with a sink of its name.
  static var ports: [String] { get }
  /// Rows that the operator is tried on.
  static func stream(_ count: Int, partitions: Int, _ random: inout SplitMix) -> Stream

  /// - Parameter unit: a time that the stream is measured by.
  init(_ unit: Int64, _ random: inout SplitMix)

  /// Fields of the key; none: all rows belong together.
  var keys: [String] { get set }
  var options: [String] { get }

  /// Holds what one lane gave against the model, row by row.
  ///
  /// - Parameter rows: in the order in which the operator takes them.
  func hold(_ run: ManifestRun, _ rows: [Stream.Row], _ replay: String)
}

extension KeyedModel {
  static var sinks: [String] { ["out"] + ports }
}
