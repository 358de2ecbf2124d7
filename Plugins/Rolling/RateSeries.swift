import PluginKit

/// What `rate` remembers by the numbers of keys: the time of the latest row, and for each track the latest value.
final class RateSeries {
  private let tracks: Int
  let latest = ValueBuffer<Int64>()
  /// Keys that have had a row which still counts.
  let isAlive = ValueBuffer<Bool>()
  /// The tracks of one key behind those of another.
  let samples = ValueBuffer<RateInput.Sample>()

  init(tracks: Int) { self.tracks = tracks }

  var byteCount: Int { isAlive.count * (9 + tracks * MemoryLayout<RateInput.Sample>.stride) }

  func isKnown(_ key: Int) -> Bool { key < isAlive.count && isAlive[key] }

  /// Room for all keys below a number.
  func reserve(_ limit: Int) {
    let missing = limit - isAlive.count
    guard missing > 0 else { return }
    latest.append(repeating: .min, count: missing)
    isAlive.append(repeating: false, count: missing)
    samples.append(repeating: RateInput.Sample(), count: missing * tracks)
  }

  /// The key has had no row.
  func begin(_ key: Int, _ keys: KeyTable) {
    keys.uses[key] = 1
    isAlive[key] = true
    latest[key] = .min
    for track in 0..<tracks { samples[key * tracks + track] = RateInput.Sample() }
  }

  /// Lets go of keys that the watermark has passed.
  func release(_ keys: KeyTable, _ life: KeyLife) {
    for key in 0..<isAlive.count where isAlive[key] && life.isPast(latest[key]) {
      isAlive[key] = false
      keys.uses[key] = 0
    }
    keys.sweep()
  }
}
