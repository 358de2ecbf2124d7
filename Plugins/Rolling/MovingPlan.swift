import PluginKit

/// What is kept of rows for a set of results: the expressions that are evaluated, and the tracks of their values.
struct MovingPlan {
  /// Of the option's aggregates, in their order.
  struct Result: BitwiseCopyable {
    let function: MovingFunction
    /// Number of the track; below 0 for the rows of the window, which are counted anyway.
    let track: Int
  }

  /// Tracks have a bit each in a row's mask.
  static let maxTracks = 64

  private(set) var arguments: [Expression] = []
  private(set) var filters: [Expression] = []
  private(set) var tracks: [Track] = []
  let results = ValueBuffer<Result>()
  /// Of the results.
  let names: [String]
  /// Of what is kept: rows of another plan cannot be read.
  private(set) var fingerprint: UInt64 = 0

  /// - Parameter window: what else the kept rows depend on, in any words.
  init(_ aggregates: [Aggregate], window: String) throws {
    names = aggregates.map(\.name)
    for aggregate in aggregates {
      guard let function = MovingFunction(rawValue: aggregate.function.name) else {
        throw PluginError.config("'\(aggregate.function.name)' is no function of a window", at: aggregate.path)
      }
      let argument = aggregate.arguments.first.map { Self.number(of: $0, in: &arguments) }
      let filter = aggregate.filter.map { Self.number(of: $0, in: &filters) }
      guard argument != nil || filter != nil else {
        results.append(Result(function: function, track: -1))
        continue
      }
      let track: Int
      // Values of any type are counted; whatever is calculated with is a number, and a track of its own.
      let known = tracks.firstIndex {
        $0.argument == argument && $0.filter == filter && $0.parts.isEmpty == function.parts.isEmpty
      }
      if let found = known {
        track = found
        tracks[track].parts.formUnion(function.parts)
      } else {
        guard tracks.count < Self.maxTracks else {
          throw PluginError.config(
            "has more than \(Self.maxTracks) different arguments: divide them between two nodes", at: aggregate.path)
        }
        track = tracks.count
        tracks.append(Track(argument: argument, filter: filter, parts: function.parts))
      }
      results.append(Result(function: function, track: track))
    }
    var text = window
    for track in tracks {
      let (argument, filter) = (track.argument.map { arguments[$0].text }, track.filter.map { filters[$0].text })
      text += "\u{0}\(argument ?? "")\u{0}\(filter ?? "")\u{0}\(track.parts.isEmpty ? "" : "numbers")"
    }
    fingerprint = Array(text.utf8).withUnsafeBytes { tide_xxh64($0.baseAddress, UInt64($0.count), 1) }
  }

  /// Who tells of values that a track's results leave out; nil where all results take any value.
  func leftOut(of track: Int) -> LeftOutValues? {
    guard let argument = tracks[track].argument, !tracks[track].parts.isEmpty else { return nil }
    let own = names.indices.filter { results.base[$0].track == track }
    let finite = own.filter { results.base[$0].function.parts == .extremes }
    return LeftOutValues(of: arguments[argument], results: own.map { names[$0] }, finiteResults: finite.map { names[$0] })
  }

  private static func number(of expression: Expression, in known: inout [Expression]) -> Int {
    if let found = known.firstIndex(where: { $0 === expression }) { return found }
    known.append(expression)
    return known.count - 1
  }
}
