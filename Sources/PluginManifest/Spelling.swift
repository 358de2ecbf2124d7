/// Finds the word that was probably meant.
public enum Spelling {
  /// Words longer than this, in characters, are compared by equality only.
  public static let longestWord = 64

  /// The candidate fewest edits away from `word`, case ignored, at most a third of its length (but one edit from two
  /// characters on) and never more than 3; the first of equals; nil when none is near.
  public static func nearest(to word: String, in candidates: some Sequence<String>) -> String? {
    let wanted = Array(word.lowercased().unicodeScalars)
    guard !wanted.isEmpty, wanted.count <= longestWord else { return nil }
    let limit = wanted.count == 1 ? 0 : min(3, max(1, wanted.count / 3))
    var best: (word: String, edits: Int)?
    for candidate in candidates {
      let scalars = Array(candidate.lowercased().unicodeScalars)
      let room = min(limit, best.map { $0.edits - 1 } ?? limit)
      guard room >= 0, abs(scalars.count - wanted.count) <= room,
        let edits = distance(wanted, scalars, limit: room)
      else { continue }
      best = (candidate, edits)
      if edits == 0 { break }
    }
    return best?.word
  }

  /// Edits between two words: insert, delete, replace, and swap of neighbours (Damerau-Levenshtein, optimal string alignment);
  /// nil when there are more than `limit`.
  public static func distance(_ one: String, _ other: String, limit: Int) -> Int? {
    distance(Array(one.unicodeScalars), Array(other.unicodeScalars), limit: limit)
  }

  private static func distance(_ one: [Unicode.Scalar], _ other: [Unicode.Scalar], limit: Int) -> Int? {
    if abs(one.count - other.count) > limit { return nil }
    var beforeLast = [Int](repeating: 0, count: other.count + 1)
    var last = Array(0...other.count)
    var row = last
    for (i, scalar) in one.enumerated() {
      row[0] = i + 1
      var least = row[0]
      for (j, candidate) in other.enumerated() {
        var edits = min(last[j + 1] + 1, row[j] + 1, last[j] + (scalar == candidate ? 0 : 1))
        if i > 0, j > 0, scalar == other[j - 1], one[i - 1] == candidate { edits = min(edits, beforeLast[j - 1] + 1) }
        row[j + 1] = edits
        least = min(least, edits)
      }
      if least > limit { return nil }
      (beforeLast, last, row) = (last, row, beforeLast)
    }
    return last[other.count] <= limit ? last[other.count] : nil
  }
}
