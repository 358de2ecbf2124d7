/// Finds what was probably meant by a name that is unknown.
enum Suggestion {
  /// The nearest of some names, if it is near: a third of the letters may differ, and capitals do not count.
  static func nearest(to name: String, among names: some Sequence<String>) -> String? {
    let letters = Array(name.lowercased().utf8)
    guard letters.count <= 64 else { return nil }
    let most = max(1, letters.count / 3)
    var best: (distance: Int, name: String)?
    for candidate in names where candidate != name {
      let other = Array(candidate.lowercased().utf8)
      guard abs(other.count - letters.count) <= most else { continue }
      let distance = distance(letters, other)
      guard distance <= most, distance < letters.count else { continue }
      if let best, (best.distance, best.name) <= (distance, candidate) { continue }
      best = (distance, candidate)
    }
    return best?.name
  }

  /// How many letters must be put in, left out, changed or swapped with their neighbour.
  private static func distance(_ one: [UInt8], _ other: [UInt8]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...other.count)
    for i in one.indices {
      var row = [i + 1]
      for j in other.indices {
        var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (one[i] == other[j] ? 0 : 1))
        if i > 0, j > 0, one[i] == other[j - 1], one[i - 1] == other[j] { cost = min(cost, beforeLast[j - 1] + 1) }
        row.append(cost)
      }
      (beforeLast, last) = (last, row)
    }
    return last[other.count]
  }
}
