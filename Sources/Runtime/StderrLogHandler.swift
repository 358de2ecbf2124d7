import CHost
import Glibc
import Logging
import PluginManifest
import Synchronization

/// Writes log lines to standard error as text, JSON or logfmt, one line a message; secrets must not reach it.
public struct StderrLogHandler: LogHandler {
  public var logLevel: Logger.Level
  public var metadata: Logger.Metadata = [:]
  private let format: LogFormat
  private let colored: Bool
  private let repeats: RepeatFilter

  public init(format: LogFormat, level: Logger.Level, colored: Bool) {
    self.format = format
    self.colored = colored && format == .text
    logLevel = level
    repeats = RepeatFilter()
  }

  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  public func log(event: LogEvent) {
    var fields = metadata
    if let more = event.metadata { fields.merge(more) { _, new in new } }
    let node = fields["node"].map { "\($0)" }
    guard let suppressed = repeats.admit("\(node ?? "")\u{0}\(event.message)", now: tide_steady_ns()) else { return }
    var message = "\(event.message)"
    if suppressed > 0 { message += " (\(suppressed) more of these were left out)" }
    emit(line(level: event.level, message: message, node: node))
  }

  private func line(level: Logger.Level, message: String, node: String?) -> String {
    let time = UtcTime.text(nanoseconds: tide_clock_ns())
    switch format {
    case .text:
      let name = node.map { "[\($0)] " } ?? ""
      let (on, off) = colored ? (color(level), "\u{1b}[0m") : ("", "")
      return "\(on)\(level.rawValue)\(off): \(name)\(TerminalText.line(message))\n"
    case .json:
      let name = node.map { ",\"node\":" + ConfigValue.quoted($0) } ?? ""
      return "{\"time\":\"\(time)\",\"level\":\"\(level.rawValue)\"\(name),\"message\":\(ConfigValue.quoted(message))}\n"
    case .logfmt:
      let name = node.map { " node=" + ConfigValue.quoted($0) } ?? ""
      return "time=\(time) level=\(level.rawValue)\(name) msg=\(ConfigValue.quoted(message))\n"
    }
  }

  private func color(_ level: Logger.Level) -> String {
    switch level {
    case .error, .critical: "\u{1b}[31m"
    case .warning: "\u{1b}[33m"
    default: "\u{1b}[2m"
    }
  }

  private func emit(_ line: String) { StandardError.write(line) }
}

/// Lets the first messages of a kind through and counts the rest of each period.
final class RepeatFilter: Sendable {
  /// Messages of the same text that pass in one period.
  static let admitted = 10
  static let periodNanoseconds: Int64 = 10_000_000_000
  /// Different texts that are remembered.
  static let remembered = 1024

  private struct Seen {
    var since: Int64
    var count: Int
  }
  private let seen = Mutex<[String: Seen]>([:])

  /// How many were left out before this one, nil when this one is to be left out too.
  func admit(_ key: String, now: Int64) -> Int? {
    seen.withLock { seen in
      guard var entry = seen[key] else {
        if seen.count >= Self.remembered { seen.removeAll() }
        seen[key] = Seen(since: now, count: 1)
        return 0
      }
      if now - entry.since >= Self.periodNanoseconds {
        let left = max(0, entry.count - Self.admitted)
        seen[key] = Seen(since: now, count: 1)
        return left
      }
      entry.count += 1
      seen[key] = entry
      return entry.count <= Self.admitted ? 0 : nil
    }
  }
}
