/// Collects what is wrong with one file, up to a bound; suggestions are computed only while there is room.
final class DiagnosticList {
  let file: String
  private(set) var diagnostics: [Diagnostic] = []
  private(set) var hasErrors = false
  private(set) var dropped = 0

  init(file: String) {
    self.file = file
  }

  func error(_ location: SourceLocation, _ message: @autoclosure () -> String, _ fix: @autoclosure () -> String? = nil) {
    hasErrors = true
    add(.error, location, message(), fix())
  }

  func warning(_ location: SourceLocation, _ message: @autoclosure () -> String, _ fix: @autoclosure () -> String? = nil) {
    add(.warning, location, message(), fix())
  }

  func note(_ location: SourceLocation, _ message: @autoclosure () -> String, _ fix: @autoclosure () -> String? = nil) {
    add(.note, location, message(), fix())
  }

  private func add(
    _ severity: Diagnostic.Severity, _ location: SourceLocation, _ message: @autoclosure () -> String,
    _ fix: @autoclosure () -> String?
  ) {
    guard diagnostics.count < ManifestLimits.diagnostics else {
      dropped += 1
      return
    }
    diagnostics.append(
      Diagnostic(file: file, location: location, severity: severity, message: message(), fix: fix()))
  }

  /// All of it in the order of the text, with one last note when some were left out.
  func sorted() -> [Diagnostic] {
    var result = diagnostics.enumerated().sorted { ($0.element.location, $0.offset) < ($1.element.location, $1.offset) }.map(\.element)
    if dropped > 0, let last = result.last {
      result.append(
        Diagnostic(file: file, location: last.location, severity: .note, message: "\(dropped) more problems are not shown"))
    }
    return result
  }
}
