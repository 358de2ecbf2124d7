import PluginManifest

/// Why a file in a plugin directory is not used.
public struct PluginRefusal: Sendable, Equatable {
  /// The kinds of reasons; the raw value stands in JSON.
  public enum Reason: String, Sendable, CaseIterable {
    case unreadable
    case tooLarge = "too_large"
    case notPlugin = "not_a_plugin"
    case damaged
    case architecture
    case noEntry = "no_entry"
    case unsealed
    case brokenManifest = "broken_manifest"
    case newerAbi = "newer_abi"
    case missingLibrary = "missing_library"
    case brokenLock = "broken_lock"
    case changed
    case shadowed
  }

  public var reason: Reason
  /// What is the matter; names the library, the revision, the place in the manifest.
  public var sentence: String
  /// A command or an action that puts it right.
  public var fix: String?

  public init(_ reason: Reason, _ sentence: String, fix: String? = nil) {
    self.reason = reason
    self.sentence = TerminalText.line(sentence)
    self.fix = fix.map(TerminalText.line)
  }
}

/// Whether a plugin may be used.
public enum PluginStatus: Sendable, Equatable {
  /// Its content is the host's own, or was accepted or checked.
  case enabled
  /// Nobody has looked at it; it is used.
  case unchecked
  case disabled
  case refused(PluginRefusal)

  public var isUsable: Bool { self == .enabled || self == .unchecked }

  /// One word; it stands in JSON.
  public var word: String {
    switch self {
    case .enabled: "enabled"
    case .unchecked: "unchecked"
    case .disabled: "disabled"
    case .refused: "refused"
    }
  }
}

/// One file in a plugin directory, as far as it can be known without running it.
public struct PluginEntry: Sendable, Equatable {
  /// An id of a component that another usable plugin has, too.
  public struct Clash: Sendable, Equatable {
    public var kind: ComponentManifest.Kind
    public var id: String
    /// Names of the other plugins.
    public var others: [String]
  }

  /// The manifest's name; the file's when there is no manifest.
  public var name: String
  /// Absolute path.
  public var file: String
  public var directory: PluginDirectory
  /// True for the plugins that come with the host.
  public var isBuiltIn: Bool
  /// Present when it could be read, also when the plugin is refused for another reason.
  public var manifest: PluginManifest?
  /// The manifest as written.
  public var document: ConfigValue?
  /// What is wrong in the manifest; when there is any, the plugin is refused.
  public var problems: [ManifestProblem] = []
  /// Names in the manifest that this version does not know.
  public var unknown: [ManifestProblem] = []
  public var status: PluginStatus
  /// Of the file; known when a lock names the file, else computed by `PluginLibrary.load`.
  public var sha256: String?
  /// The level of `plugin check` that this content passed, 0 = never checked.
  public var level = 0
  public var trust: PluginLock.Trust?
  /// Ids that need the qualified form `plugin/id` in a pipeline.
  public var clashes: [Clash] = []

  /// Why the plugin is not used, or how it must be named: the sentences that a listing shows.
  public var notes: [String] {
    if case .refused(let refusal) = status { return [refusal.sentence] + remarks }
    return remarks
  }

  /// The notes without the reason of a refusal.
  var remarks: [String] {
    var notes: [String] = []
    for clash in clashes {
      let others = clash.others.map { "\($0)/\(clash.id)" }.joined(separator: " and ")
      notes.append("\(clash.kind.rawValue) '\(clash.id)' clashes with \(others): write \(name)/\(clash.id)")
    }
    notes += unknown.map { "its manifest has the name \($0.path), which this version does not know" }
    return notes
  }
}
