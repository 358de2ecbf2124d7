/// How deep a check goes. A level holds when all cases of it and of those before it hold.
public enum Level: Int, Sendable, CaseIterable, Comparable {
  case file = 1
  case life, frames, rules, input, time, state, instances, hotPath, chaos

  /// From here on the check vouches for the content, and is written into the lock file.
  public static let recorded = Level.input

  /// What the level is about, in two or three words.
  public var title: String {
    switch self {
    case .file: "the file"
    case .life: "a life without data"
    case .frames: "what comes out"
    case .rules: "the host's rules"
    case .input: "any input"
    case .time: "time and stopping"
    case .state: "saved state"
    case .instances: "several instances"
    case .hotPath: "the hot path"
    case .chaos: "chaos"
    }
  }

  public static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
}
