import PluginManifest

/// Why something about a plugin failed: a sentence that names the file or plugin, and what to do about it.
public struct PluginError: Error, Sendable, Equatable, CustomStringConvertible {
  public var sentence: String
  /// A command or an action that puts it right, nil when there is none to suggest.
  public var fix: String?

  public init(_ sentence: String, fix: String? = nil) {
    self.sentence = TerminalText.lines(sentence)
    self.fix = fix.map(TerminalText.lines)
  }

  public var description: String { fix.map { "\(sentence) (\($0))" } ?? sentence }
}
