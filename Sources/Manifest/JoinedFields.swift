import Formats
import PluginManifest

/// The fields of rows that an operator puts together of the rows of several input ports.
struct JoinedFields {
  struct Side {
    /// Number of the input port.
    var port: Int
    /// The fields that rows are joined by, and where they are written.
    var keys: [(name: String, path: String)]
    /// The option that gives `prefix`.
    var prefixOption: String?
    var prefix: String
  }

  private let draft: NodeDraft
  private let sides: [Side]
  private let own: [ComponentManifest.OutputField]

  /// Nil when the component joins nothing.
  init?(_ draft: NodeDraft) {
    guard let outputs = draft.manifest?.outputs, let joined = outputs.joined, let ports = draft.inputPorts else { return nil }
    self.draft = draft
    own = outputs.fields ?? []
    sides = joined.compactMap { input in
      guard let port = ports.firstIndex(of: input.port) else { return nil }
      let option = input.key.first { draft.config[$0].map { $0 != .null } ?? false }
      let schema = draft.manifest?.options?.first { $0.name == option }
      var prefix = ""
      if let name = input.prefix, case .string(let text)? = draft.config[name] { prefix = text }
      return Side(
        port: port, keys: schema.map { draft.names(draft.config[$0.name], $0, path: $0.name) } ?? [],
        prefixOption: input.prefix, prefix: prefix)
    }
  }

  /// What comes out, of what comes in at the ports. Two fields of one name are reported.
  func shape(_ inputs: [RowShape], _ diagnostics: DiagnosticList) -> RowShape {
    var shape = RowShape(isOpen: sides.contains { inputs[$0.port].isOpen })
    for (place, key) in (sides.first?.keys ?? []).enumerated() {
      let types = sides.compactMap { $0.keys.indices.contains(place) ? inputs[$0.port].types[$0.keys[place].name] ?? nil : nil }
      shape.set(key.name, Set(types).count == 1 ? types[0] : nil)
    }
    for field in own { shape.set(field.name, RecordPlan.ColumnType(rawValue: field.type)) }
    var taken = Set(shape.names)
    for side in sides {
      let input = inputs[side.port]
      for name in input.names where !side.keys.contains(where: { $0.name == name }) {
        let made = side.prefix + name
        guard taken.insert(made).inserted else {
          report(made, of: side, diagnostics)
          continue
        }
        shape.set(made, input.types[name] ?? nil)
      }
    }
    return shape
  }

  private func report(_ name: String, of side: Side, _ diagnostics: DiagnosticList) {
    let port = draft.inputPorts?[side.port] ?? ""
    diagnostics.error(
      side.prefixOption.map { draft.place(of: $0) } ?? draft.usePlace,
      "two fields of the rows that come out would be named '\(SourceValue.shortened(name))', one of them from \(port)",
      side.prefixOption.map { "write another \($0)" })
  }

  /// Reports fields of keys that are not there, and keys that can never be equal.
  func check(_ inputs: [RowShape], _ diagnostics: DiagnosticList) {
    guard let first = sides.first else { return }
    for side in sides {
      for key in side.keys { check(key, of: side, inputs[side.port], diagnostics) }
      for (one, other) in zip(first.keys, side.keys) {
        guard let type = inputs[first.port].types[one.name] ?? nil, let otherType = inputs[side.port].types[other.name] ?? nil,
          !Self.canBeEqual(type, otherType)
        else { continue }
        let ports = draft.inputPorts ?? []
        diagnostics.error(
          draft.place(of: other.path),
          "'\(SourceValue.shortened(one.name))' is \(type.rawValue) in \(ports[first.port]), and "
            + "'\(SourceValue.shortened(other.name))' \(otherType.rawValue) in \(ports[side.port]): they are never equal",
          "give them one type where they are made")
      }
    }
  }

  private func check(_ key: (name: String, path: String), of side: Side, _ input: RowShape, _ diagnostics: DiagnosticList) {
    guard !input.isOpen, input.types[key.name] == nil else { return }
    diagnostics.error(
      draft.place(of: key.path),
      "no field '\(SourceValue.shortened(key.name))' comes in at \(draft.inputPorts?[side.port] ?? "")",
      Spelling.nearest(to: key.name, in: input.names).map { "did you mean '\($0)'?" }
        ?? (input.names.isEmpty ? nil : "there are: \(DiagnosticList.first(of: input.names))"))
  }

  private static func canBeEqual(_ one: RecordPlan.ColumnType, _ other: RecordPlan.ColumnType) -> Bool {
    one == other || (one == .int && other == .double) || (one == .double && other == .int)
  }

  /// The types that the key's fields have where they are known, and so should have everywhere: a value of another one has no
  /// partner, and is better found where it is read.
  func keyTypes(_ inputs: [RowShape]) -> [RecordPlan.ColumnType?] {
    (sides.first?.keys ?? []).indices.map { place in
      sides.lazy.compactMap { side in
        side.keys.indices.contains(place) ? inputs[side.port].types[side.keys[place].name] ?? nil : nil
      }.first
    }
  }

  // MARK: Upwards

  var ports: [Int] { sides.map(\.port) }

  /// The fields that a port's rows are joined by.
  func keys(ofPort port: Int) -> [String] { sides.first { $0.port == port }?.keys.map(\.name) ?? [] }

  /// The field of a port's rows that comes out under a name; nil when none does.
  func origin(of name: String, port: Int) -> String? {
    guard let first = sides.first, let side = sides.first(where: { $0.port == port }) else { return nil }
    if let place = first.keys.firstIndex(where: { $0.name == name }) {
      return side.keys.indices.contains(place) ? side.keys[place].name : nil
    }
    if own.contains(where: { $0.name == name }) { return nil }
    // Of the names that begin with several prefixes those of the longest one are meant.
    guard name.hasPrefix(side.prefix),
      !sides.contains(where: { $0.prefix.utf8.count > side.prefix.utf8.count && name.hasPrefix($0.prefix) })
    else { return nil }
    let origin = String(name.dropFirst(side.prefix.count))
    return origin.isEmpty || side.keys.contains { $0.name == origin } ? nil : origin
  }
}
