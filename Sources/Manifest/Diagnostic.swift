import PluginManifest

/// A place in a manifest; both numbers from 1, columns in Unicode scalars.
public struct SourceLocation: Sendable, Hashable, Comparable {
  public var line: Int
  public var column: Int

  public init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }

  /// The first character of the file.
  public static let start = SourceLocation(line: 1, column: 1)

  public static func < (left: SourceLocation, right: SourceLocation) -> Bool {
    (left.line, left.column) < (right.line, right.column)
  }
}

/// Something to say about a place in a manifest.
public struct Diagnostic: Sendable, Equatable {
  public enum Severity: String, Sendable, CaseIterable {
    /// The pipeline cannot run.
    case error
    /// The pipeline runs, and probably not as meant.
    case warning
    case note
  }

  public var file: String
  public var location: SourceLocation
  /// Characters from there on that it is about; at least one, all on that line.
  public var length: Int
  public var severity: Severity
  /// What is the case, one sentence without its full stop.
  public var message: String
  /// What to do about it, in the same form.
  public var fix: String?

  public var line: Int { location.line }
  public var column: Int { location.column }

  public init(
    file: String, location: SourceLocation, length: Int = 1, severity: Severity = .error, message: String, fix: String? = nil
  ) {
    self.file = file
    self.location = location
    self.length = length
    self.severity = severity
    self.message = message
    self.fix = fix
  }

  /// By place; those of one place stay in the order they came in.
  public static func inOrderOfText(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
    diagnostics.enumerated().sorted { ($0.element.location, $0.offset) < ($1.element.location, $1.offset) }.map(\.element)
  }
}

extension Diagnostic: CustomStringConvertible {
  /// `file:line:column: message; fix`, warnings and notes with their severity before the message.
  public var description: String {
    let label = severity == .error ? "" : "\(severity.rawValue): "
    return "\(file):\(line):\(column): \(label)\(message)" + (fix.map { "; \($0)" } ?? "")
  }

  /// The description, then the line it speaks of, a caret below the column and a line below what follows of the place.
  public func rendered(source: String) -> String {
    guard !source.isEmpty, let scalars = SourceText.line(line, of: source), (1...scalars.count + 1).contains(column) else {
      return description
    }
    let first = max(0, column - 1 - Self.excerptScalars / 2)
    let shown = scalars[first..<min(scalars.count, first + Self.excerptScalars)]
    var excerpt = String.UnicodeScalarView()
    for scalar in shown { excerpt.append(TerminalText.isControl(scalar) ? " " : scalar) }
    let gutter = "  \(line) | "
    let blank = String(repeating: " ", count: gutter.count + column - 1 - first)
    let line = String(repeating: "~", count: max(0, min(length, first + shown.count - column + 1) - 1))
    return "\(description)\n\(gutter)\(String(excerpt))\n\(blank)^\(line)"
  }

  /// Longest excerpt, in Unicode scalars.
  static let excerptScalars = 120
}
