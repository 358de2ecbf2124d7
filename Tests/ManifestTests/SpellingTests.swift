import PluginManifest
import TestSupport
import Testing

@Suite struct SpellingTests {
  @Test func `the nearest word is the one with the fewest edits`() {
    #expect(Spelling.nearest(to: "windo", in: ["winter", "window", "wind"]) == "window")
    #expect(Spelling.nearest(to: "frmo", in: ["form", "from"]) == "from")
    #expect(Spelling.nearest(to: "USE", in: ["used", "use"]) == "use")
    #expect(Spelling.nearest(to: "sensors", in: ["stats", "sink"]) == nil)
    #expect(Spelling.nearest(to: "q", in: ["s", "p"]) == nil)
    #expect(Spelling.nearest(to: "", in: ["a"]) == nil)
    #expect(Spelling.nearest(to: String(repeating: "a", count: 65), in: [String(repeating: "a", count: 64)]) == nil)
  }

  @Test func `a swap of neighbours is one edit, and the bound holds`() {
    #expect(Spelling.distance("ab", "ba", limit: 3) == 1)
    #expect(Spelling.distance("kitten", "sitting", limit: 3) == 3)
    #expect(Spelling.distance("kitten", "sitting", limit: 2) == nil)
    #expect(Spelling.distance("", "abc", limit: 3) == 3)
    #expect(Spelling.distance("same", "same", limit: 0) == 0)
  }

  /// The textbook's recursion without any bound, as the model.
  private func model(_ one: ArraySlice<Unicode.Scalar>, _ other: ArraySlice<Unicode.Scalar>) -> Int {
    guard let a = one.last, let b = other.last else { return one.count + other.count }
    var edits = min(
      model(one.dropLast(), other) + 1, model(one, other.dropLast()) + 1,
      model(one.dropLast(), other.dropLast()) + (a == b ? 0 : 1))
    if one.count > 1, other.count > 1, one.dropLast().last == b, a == other.dropLast().last {
      edits = min(edits, model(one.dropLast(2), other.dropLast(2)) + 1)
    }
    return edits
  }

  @Test func `the distance is that of the definition`() {
    var random = SplitMix(seed: 7)
    for _ in 0..<300 {
      let words = (0..<2).map { _ in (0..<random.below(6)).map { _ in Unicode.Scalar(UInt8(97 + random.below(3))) } }
      let expected = model(words[0][...], words[1][...])
      var text = [String.UnicodeScalarView(), String.UnicodeScalarView()]
      for index in 0..<2 { text[index].append(contentsOf: words[index]) }
      #expect(Spelling.distance(String(text[0]), String(text[1]), limit: 10) == expected)
      #expect(Spelling.distance(String(text[0]), String(text[1]), limit: 2) == (expected <= 2 ? expected : nil))
    }
  }
}
