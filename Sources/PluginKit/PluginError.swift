/// Why a call failed, as the host shows it: a code, a sentence, and the option at fault when there is one.
///
/// Throw it from any entry of a component. Any other error that is thrown counts as `fatal`, with its description as the text.
public struct PluginError: Error, Sendable, CustomStringConvertible {
  /// What the host does about a failure (`TIDE_E_*` in plugin.h).
  public enum Code: Int32, Sendable {
    /// The configuration cannot work.
    case config = -1
    /// Transient: the host waits and repeats the call. Only before the call's first commit, forward or reject.
    case retry = -2
    /// The instance is unusable.
    case fatal = -3
    /// The host, or the component, cannot do this.
    case unsupported = -4
    /// A snapshot that this version cannot read.
    case state = -5
  }

  public var code: Code
  /// One sentence that names the thing at fault and, where there is one, the fix.
  public var text: String
  /// The option at fault, such as `to[0]`; empty when it is none.
  public var configPath: String

  public init(_ code: Code, _ text: String, configPath: String = "") {
    self.code = code
    self.text = text
    self.configPath = configPath
  }

  /// A configuration that cannot work.
  public static func config(_ text: String, at path: String = "") -> PluginError {
    PluginError(.config, text, configPath: path)
  }

  /// A failure that ends the instance.
  public static func fatal(_ text: String) -> PluginError { PluginError(.fatal, text) }

  /// A failure that a later attempt may not have.
  public static func retry(_ text: String) -> PluginError { PluginError(.retry, text) }

  public var description: String { text }
}

/// A status below zero that a function of the host answered, on its way back to the host unchanged.
///
/// `Output` throws it, most often because the pipeline is stopping. Let it pass.
public struct HostStatus: Error, Sendable, Equatable {
  /// A `TIDE_E_*` code, or what else the host answered.
  public let code: tide_status

  public init(_ code: tide_status) { self.code = code }

  /// The pipeline is stopping.
  public var isCancelled: Bool { code == TIDE_E_CANCELLED }
}

/// Throws what a function of the host answered when that is a failure.
@inlinable
func check(_ status: tide_status) throws {
  if status < 0 { throw HostStatus(status) }
}
