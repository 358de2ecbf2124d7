/// Why a pipeline cannot start or had to stop: the node, what happened, and the option at fault where there is one.
public struct PipelineError: Error, Sendable, Equatable, CustomStringConvertible {
  public var node: String
  public var message: String
  /// Path of the option that the component named ("to[0]"), or empty.
  public var configPath: String
  /// The configuration cannot work, as opposed to something outside failing.
  public var isConfiguration: Bool

  public init(node: String, message: String, configPath: String = "", isConfiguration: Bool = false) {
    self.node = node
    self.message = message
    self.configPath = configPath
    self.isConfiguration = isConfiguration
  }

  public var description: String {
    "node '\(node)'" + (configPath.isEmpty ? "" : ", option '\(configPath)'") + ": " + message
  }
}

/// Severity of what the engine and its plugins have to say.
public enum LogLevel: Int, Sendable, Comparable, CaseIterable {
  case error = 0
  case warning, info, debug
  public static func < (a: LogLevel, b: LogLevel) -> Bool { a.rawValue < b.rawValue }
}

/// One line for the log.
public struct LogRecord: Sendable {
  public var level: LogLevel
  public var node: String
  public var message: String
}

/// How a run ended.
public enum Outcome: Sendable, Equatable {
  /// Every source ended, or was told to, and all that was read went through.
  case completed
  /// A node failed; the rest was drained.
  case failed([PipelineError])
  /// Stopped without draining; what was queued is counted as dropped.
  case forced
}
