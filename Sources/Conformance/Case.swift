import PluginManifest

/// One promise of the contract, held against a plugin in a process of its own.
public struct Case: Sendable {
  /// What a case is held against, and so how often it runs.
  enum Body: Sendable {
    /// The file, once a plugin.
    case file(@Sendable (FileBench) throws -> Void)
    /// A component.
    case component(@Sendable (Bench) throws -> Void)
    /// A component that does all it can while the host watches for breaches of this one promise.
    case promise
    /// A component in a process where allocations, locks and system calls are counted.
    case audit(@Sendable (Bench) throws -> Void)
  }

  /// Kebab case, unique, and never changed: reports and scripts name it.
  public let id: String
  public let level: Level
  /// The promise, as a sentence.
  public let sentence: String
  /// Kinds of components that it speaks of.
  public let kinds: Set<ComponentManifest.Kind>
  /// Fresh processes that may try: what is measured by the clock can fail on a busy machine.
  let attempts: Int
  let body: Body

  init(
    _ id: String, _ level: Level, _ sentence: String, kinds: Set<ComponentManifest.Kind> = Set(ComponentManifest.Kind.allCases),
    attempts: Int = 1, _ body: Body
  ) {
    self.id = id
    self.level = level
    self.sentence = sentence
    self.kinds = kinds
    self.attempts = attempts
    self.body = body
  }

  /// True when it is held against the file and not against each of its components.
  public var isOfFile: Bool { if case .file = body { true } else { false } }
  var isAudit: Bool { if case .audit = body { true } else { false } }
}

/// Why a case ended before its end.
enum CaseEnd: Error {
  case failed(String)
  case skipped(String)
}

/// Fails the case with a reason unless the condition holds.
func expect(_ condition: Bool, _ reason: @autoclosure () -> String) throws {
  if !condition { throw CaseEnd.failed(reason()) }
}

/// A call of the plugin's that breaks a promise.
struct Breach: Error, Sendable, Equatable {
  /// The case whose promise it breaks.
  var promise: String
  /// A sentence: what was done.
  var text: String
}
