/// A manifest and all that is said about it, each line without the file's name.
struct Manifest: Sendable, CustomStringConvertible {
  var title: String
  var text: String
  var says: String
  var hasPlan: Bool

  init(_ title: String, _ text: String, says: String = "", hasPlan: Bool = false) {
    self.title = title
    self.text = text
    self.says = says
    self.hasPlan = hasPlan
  }

  var description: String { title }
}

/// The tables of manifests with their diagnostics.
enum Manifests {
  static let all = structure + nodes + buffers + graph + options + functions + fields + aggregates + times + advice + syntax
}
