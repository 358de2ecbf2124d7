import PluginManifest

/// By which keys the rows of a node with lanes are dealt to them.
struct LanePlanner {
  struct Refusal: Error {
    var message: String
    var fix: String
  }

  /// For each input port the fields of the key, nil for the event's key; or why the node cannot have lanes.
  static func keys(of draft: NodeDraft, _ manifest: ComponentManifest) -> Result<[[String]?], Refusal> {
    if draft.kind == .source { return source(draft, manifest) }
    let ports = draft.inputPorts ?? []
    switch manifest.concurrency {
    case .single, nil:
      return .failure(
        Refusal(message: "\(manifest.id) runs as one instance: what it knows is of all rows together", fix: "remove 'lanes'"))
    case .stateless: return .success(ports.map { _ in nil })
    case .keyed: break
    }
    if let joined = manifest.outputs?.joined { return .success(ports.map { port in joinKey(port, joined, draft) }) }
    // Of several, such as the items that are counted and the keys that they are counted by, the one of that name.
    let options = (manifest.options ?? []).filter(\.isKey)
    guard let option = options.first(where: { $0.name == "key" }) ?? options.first else {
      return .success(ports.map { _ in nil })
    }
    switch draft.config[option.name] {
    case .string(let name)?: return .success(ports.map { _ in [name] })
    case .list(let names)? where !names.isEmpty: return .success(ports.map { _ in names.compactMap(\.text) })
    case .map(let entries)?:
      let byPort = ports.map { port in entries.first { $0.name == port }?.value }
      return .success(byPort.map { $0.map { $0.text.map { [$0] } ?? ($0.items ?? []).compactMap(\.text) } ?? nil })
    default:
      return .failure(
        Refusal(
          message: "rows are dealt to lanes by key, and '\(draft.name)' has none: it takes all rows together",
          fix: "say by '\(option.name)' which rows belong together, or remove 'lanes'"))
    }
  }

  /// The fields by which the rows of a port are joined; rows meet where their lanes do.
  private static func joinKey(
    _ port: String, _ joined: [ComponentManifest.JoinedInput], _ draft: NodeDraft
  ) -> [String]? {
    let options = joined.first { $0.port == port }?.key ?? []
    for option in options {
      switch draft.config[option] {
      case .string(let name)?: return [name]
      case .list(let names)? where !names.isEmpty: return names.compactMap(\.text)
      default: continue
      }
    }
    return nil
  }

  /// The lanes of a source are threads that decode its records, which works where every record is a line.
  private static func source(_ draft: NodeDraft, _ manifest: ComponentManifest) -> Result<[[String]?], Refusal> {
    guard manifest.codec == .decode else {
      return .failure(
        Refusal(
          message: "the lanes of a source decode its records, and \(manifest.id) makes events itself", fix: "remove 'lanes'"))
    }
    let format = draft.config["format"]?.text ?? ""
    guard format == "json" || format == "text" else {
      return .failure(
        Refusal(
          message: "the lanes of a source decode lines of json or text; a record of \(format) may be several lines",
          fix: "remove 'lanes'"))
    }
    return .success([])
  }
}

extension OptionSchema {
  /// True for the fields of a key: one name, a list of them, or one of both for each input port.
  fileprivate var isKey: Bool {
    format == .key || items?.contains { $0.isKey } == true || fields?.contains { $0.isKey } == true
  }
}

extension ConfigValue {
  fileprivate var text: String? { if case .string(let text) = self { text } else { nil } }
  fileprivate var items: [ConfigValue]? { if case .list(let items) = self { items } else { nil } }
}
