import PluginManifest

extension SourceReader {
  /// The entries of a map that may be read on; the others are reported.
  mutating func known(
    _ entries: [SourceEntry], in keys: [Grammar.Key], of owner: String, kind: ComponentManifest.Kind? = nil
  ) -> [SourceEntry] {
    entries.filter { entry in
      guard let key = keys.first(where: { $0.name == entry.name }) else {
        diagnostics.error(
          entry.location, "'\(SourceValue.shortened(entry.name))' is not a key of \(owner)",
          Self.suggestion(
            entry.name,
            among: keys.filter { key in key.status == .built && (kind.map { key.kinds.contains($0) } ?? true) }.map(\.name)))
        return false
      }
      if let kind, !key.kinds.contains(kind) {
        diagnostics.error(entry.location, Self.misplaced(key.name, kind), "remove it")
        return false
      }
      if key.status == .planned {
        diagnostics.error(entry.location, "'\(key.name)' is not built yet in this version of tidemill", "remove it")
        return false
      }
      return true
    }
  }

  private static func misplaced(_ key: String, _ kind: ComponentManifest.Kind) -> String {
    switch (key, kind) {
    case ("from", .source): "a source reads nothing from the pipeline, so it has no 'from'"
    case ("buffer", .source): "'buffer' bounds what waits in front of a node, and nothing does in front of a source"
    case ("order", .source): "'order' is the order in which a node takes its input, and a source has none"
    case ("watermark", _): "'watermark' belongs to sources, not to \(kind.article)"
    default: "'\(key)' does not belong to \(kind.article)"
    }
  }

  static func suggestion(_ word: String, among words: [String]) -> String {
    if let meant = meant(word, among: words) { return "did you mean '\(meant)'?" }
    return "one of: \(words.joined(separator: ", "))"
  }

  /// The word that was probably meant.
  static func meant(_ word: String, among words: [String]) -> String? {
    if let synonym = Grammar.synonyms[word.lowercased()], words.contains(synonym) { return synonym }
    return Spelling.nearest(to: word, in: words)
  }

  /// Characters of a name: [A-Za-z0-9_-]+.
  static func isName(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= ManifestLimits.nameLength
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }

  @discardableResult
  mutating func checkName(_ text: String, at location: SourceLocation, of owner: String) -> Bool {
    if Self.isName(text) { return true }
    let suggestion = String(
      text.unicodeScalars.prefix(ManifestLimits.nameLength).map { Self.isName(String($0)) ? Character($0) : "_" })
    diagnostics.error(
      location,
      text.isEmpty
        ? "the name of \(owner) is empty"
        : "'\(SourceValue.shortened(text))' cannot be the name of \(owner): "
          + (text.utf8.count > ManifestLimits.nameLength
            ? "it is longer than \(ManifestLimits.nameLength) characters" : "names hold letters, digits, '_' and '-'"),
      // Of a name in another script nothing is left that says what it named.
      suggestion.allSatisfy { $0 == "_" || $0 == "-" } ? nil : "write \(SourceValue.shortened(suggestion))")
    return false
  }

  /// A scalar's text; nil, and reported, for everything else.
  mutating func word(_ value: SourceValue, _ expected: String) -> String? {
    switch value.content {
    case .null, .list, .map:
      diagnostics.error(value.location, "\(expected), not \(value.described)")
      return nil
    default: return value.text
    }
  }

  mutating func name(_ value: SourceValue, of owner: String) -> Located<String>? {
    guard let text = word(value, "the name of \(owner) is a word"), checkName(text, at: value.location, of: owner) else {
      return nil
    }
    return Located(text, at: value.location)
  }

  /// One of a key's words that is built.
  mutating func choice(_ entry: SourceEntry, _ words: [Grammar.Word]) -> String? {
    let built = words.filter { $0.status == .built }.map(\.name)
    guard let text = word(entry.value, "'\(entry.name)' takes one of \(built.joined(separator: ", "))") else { return nil }
    guard let word = words.first(where: { $0.name == text }) else {
      diagnostics.error(
        entry.value.location, "'\(SourceValue.shortened(text))' is no value of '\(entry.name)'",
        Self.suggestion(text, among: built))
      return nil
    }
    guard word.status == .built else {
      diagnostics.error(
        entry.value.location, "'\(entry.name): \(text)' is not built yet in this version of tidemill",
        "write \(entry.name): \(built.first ?? "")")
      return nil
    }
    return text
  }

  mutating func delivery(_ entry: SourceEntry) -> Located<Delivery>? {
    // A word that is not built yet is reported, and still held against what the edges do.
    let word = choice(entry, Grammar.delivery) ?? entry.value.text
    return Delivery(rawValue: word).map { Located($0, at: entry.value.location) }
  }

  mutating func isolation(_ entry: SourceEntry) {
    _ = choice(entry, Grammar.isolation)
  }

  mutating func size(_ entry: SourceEntry, range: ClosedRange<Int64>) -> Located<Int64>? {
    guard let text = word(entry.value, "'\(entry.name)' takes a size") else { return nil }
    guard let bytes = Quantity.bytes(text) else {
      diagnostics.error(
        entry.value.location, "'\(entry.name)' takes a size, not \(entry.value.described)",
        "write a number and B, KiB, MiB, GiB, kB, MB or GB: 64MiB")
      return nil
    }
    guard range.contains(bytes) else {
      diagnostics.error(
        entry.value.location,
        "'\(entry.name)' is \(text); it must be from \(Quantity.text(bytes: range.lowerBound)) to "
          + Quantity.text(bytes: range.upperBound))
      return nil
    }
    return Located(bytes, at: entry.value.location)
  }
}

extension ComponentManifest.Kind {
  /// "a source", "an operator", "a sink".
  var article: String { self == .operator ? "an operator" : "a \(rawValue)" }
}
