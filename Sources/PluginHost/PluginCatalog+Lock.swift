import PluginManifest

extension PluginCatalog {
  /// What was written down about an entry, and where.
  public struct Decision: Sendable, Equatable {
    /// As it was before.
    public var entry: PluginEntry
    /// The lock file.
    public var lock: String
    /// True when it is the lock of the plugin's directory, which holds for all who use that.
    public var isForAll: Bool
  }

  /// Enables or disables the plugins that a word means (a plugin's name, a file's name or path) and records the content that
  /// they have now: enabling accepts it. Of several files of one plugin name all are meant, so that a shadowed one does not
  /// step in.
  ///
  /// - Returns: what was decided, in search order.
  @discardableResult
  public func setEnabled(_ word: String, _ isEnabled: Bool) throws(PluginError) -> [Decision] {
    let meant = entries(named: word)
    if meant.isEmpty {
      let near = Spelling.nearest(to: word, in: entries.map(\.name)).map { "did you mean '\($0)'?" }
      throw PluginError("no plugin is named '\(word)'", fix: near ?? "tidemill plugin list shows them all")
    }
    if isEnabled { for entry in meant { try Self.checkEnabling(entry) } }
    var decisions: [Decision] = []
    for entry in meant {
      let sha256 = try Sha256.file(entry.file)
      let isKnown = entry.sha256 == sha256
      let written = try PluginLocks.record(
        .init(
          file: "", plugin: entry.name, sha256: sha256, enabled: isEnabled, level: isKnown ? entry.level : 0,
          trust: isKnown && entry.trust != nil ? entry.trust : isEnabled ? .accepted : nil),
        of: entry.file, environment: settings.environment)
      decisions.append(Decision(entry: entry, lock: written.lock, isForAll: written.isDirectorys))
    }
    return decisions
  }

  /// Records that `plugin check` passed at a level for the content with this hash, 0 = that it does not vouch for it.
  public func recordCheck(of entry: PluginEntry, sha256: String, level: Int) throws(PluginError) {
    try PluginLocks.record(
      .init(
        file: "", plugin: entry.name, sha256: sha256, enabled: entry.status != .disabled, level: level,
        trust: level > 0 ? .checked : entry.trust == .accepted ? .accepted : nil),
      of: entry.file, environment: settings.environment)
  }

  /// A file that would be refused all the same is not accepted: the command would say "done" and change nothing.
  private static func checkEnabling(_ entry: PluginEntry) throws(PluginError) {
    guard case .refused(let refusal) = entry.status else { return }
    switch refusal.reason {
    case .changed, .shadowed: return
    default: throw PluginError("\(entry.file) cannot be enabled: \(refusal.sentence)", fix: refusal.fix)
    }
  }
}
