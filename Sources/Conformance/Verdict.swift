import PluginManifest

/// What came of one case.
public enum Verdict: Sendable, Equatable {
  case pass
  /// The promise is broken; a sentence says how.
  case fail(String)
  /// The process that ran the case was ended by a signal; a sentence says where.
  case crash(String)
  /// It did not come to its end in time, and was killed.
  case timeout(String)
  /// It does not apply, or nothing could be found out; why.
  case skip(String)

  /// pass, fail, crash, timeout or skip.
  public var word: String {
    switch self {
    case .pass: "pass"
    case .fail: "fail"
    case .crash: "crash"
    case .timeout: "timeout"
    case .skip: "skip"
    }
  }

  /// Why; empty for what passed.
  public var reason: String {
    switch self {
    case .pass: ""
    case .fail(let why), .crash(let why), .timeout(let why), .skip(let why): why
    }
  }

  /// The plugin does not do what the contract says.
  public var isBad: Bool {
    switch self {
    case .fail, .crash, .timeout: true
    case .pass, .skip: false
    }
  }

  init(word: String, reason: String) {
    switch word {
    case "pass": self = .pass
    case "fail": self = .fail(reason)
    case "crash": self = .crash(reason)
    case "timeout": self = .timeout(reason)
    default: self = .skip(reason)
    }
  }
}

/// One case, held against the plugin or one of its components.
public struct CaseResult: Sendable, Equatable {
  /// id of the case.
  public let id: String
  public let level: Level
  /// `operator every-nth`; nil for a case of the file.
  public let component: String?
  public let verdict: Verdict
  public let milliseconds: Int
}

/// What came of a whole check.
public struct CheckReport: Sendable {
  public let file: String
  /// Of the content that was checked; nil when the file could not be read.
  public let sha256: String?
  /// The seed that repeats the check.
  public let seed: UInt64
  /// How deep it was asked to go.
  public let asked: Level
  /// In order of level, component and registry.
  public let results: [CaseResult]

  /// The level that holds: nothing bad stands in it or in those before it, and nothing that needs the library of audits where
  /// that is missing. 0 when not even the first one does.
  public var reached: Int {
    // What could not be counted is no promise kept.
    let missed = results.filter { $0.verdict.isBad || $0.verdict == .skip(HotPathCases.notCounted) }.map(\.level.rawValue).min()
    return missed.map { $0 - 1 } ?? asked.rawValue
  }

  public var isGood: Bool { !results.contains { $0.verdict.isBad } }

  /// The results that are bad.
  public var findings: [CaseResult] { results.filter(\.verdict.isBad) }

  public func count(_ word: String) -> Int { results.count { $0.verdict.word == word } }
}
