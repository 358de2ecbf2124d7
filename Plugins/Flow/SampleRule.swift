import PluginKit

/// Keeps a share of all hashes: those below a limit.
///
/// One hash is always judged alike, and what a share keeps, a larger one keeps too.
struct HashShare: Equatable {
  /// The least hash that is not kept; nil keeps all.
  let limit: UInt64?

  /// - Parameter rate: from 0, nothing, to 1, everything.
  init(_ rate: Double) {
    // The greatest double below 1 gives 2^64 - 2^11.
    limit = rate >= 1 ? nil : rate > 0 ? UInt64(rate * 0x1p64) : 0
  }

  @inline(__always)
  func keeps(_ hash: UInt64) -> Bool {
    guard let limit else { return true }
    return hash < limit
  }
}

/// Keeps one row of so many, beginning with the first.
struct EveryNth: Equatable {
  let interval: Int
  /// Rows until the next one that is kept.
  private(set) var left = 0

  init(_ interval: Int) { self.interval = interval }

  @inline(__always)
  mutating func keepsNext() -> Bool {
    if left == 0 {
      left = interval - 1
      return true
    }
    left &-= 1
    return false
  }

  /// Goes on where another one stood, with the interval of this one.
  mutating func resume(left: Int) { self.left = min(max(left, 0), interval - 1) }
}

/// What was decided about each entry of a frame's dictionary: asked once an entry, not once a row.
struct DictionaryVerdicts {
  private var verdicts: [UInt8] = []

  mutating func begin(entries: Int) {
    if verdicts.count < entries { verdicts = [UInt8](repeating: 0, count: entries) }
    for entry in 0..<entries { verdicts[entry] = 0 }
  }

  @inline(__always)
  mutating func verdict(_ entry: Int, _ decide: () -> Bool) -> Bool {
    if verdicts[entry] == 0 { verdicts[entry] = decide() ? 2 : 1 }
    return verdicts[entry] == 2
  }
}
