/// Collects what is wrong with one file, up to a bound; suggestions are computed only while there is room.
final class DiagnosticList {
  let file: String
  private(set) var diagnostics: [Diagnostic] = []
  private(set) var hasErrors = false
  private(set) var dropped = 0
  /// Places of values that are known to be wrong: what follows from that is not reported.
  private(set) var silenced: Set<SourceLocation> = []

  init(file: String, silenced: Set<SourceLocation> = []) {
    self.file = file
    self.silenced = silenced
  }

  /// Says no more about a value.
  func silence(_ location: SourceLocation) { silenced.insert(location) }

  /// True when nothing more is taken.
  var isFull: Bool { diagnostics.count >= ManifestLimits.diagnostics }

  /// The beginning of a list of names that may be long.
  static func first(of names: [String]) -> String {
    names.prefix(12).map(SourceValue.shortened).joined(separator: ", ") + (names.count > 12 ? ", ..." : "")
  }

  func isSilenced(_ location: SourceLocation) -> Bool { silenced.contains(location) }

  func error(
    _ location: SourceLocation, length: Int = 1, _ message: @autoclosure () -> String, _ fix: @autoclosure () -> String? = nil
  ) {
    hasErrors = true
    add(.error, location, length: length, message(), fix())
  }

  func warning(_ location: SourceLocation, _ message: @autoclosure () -> String, _ fix: @autoclosure () -> String? = nil) {
    add(.warning, location, message(), fix())
  }

  func note(_ location: SourceLocation, _ message: @autoclosure () -> String, _ fix: @autoclosure () -> String? = nil) {
    add(.note, location, message(), fix())
  }

  private func add(
    _ severity: Diagnostic.Severity, _ location: SourceLocation, length: Int = 1, _ message: @autoclosure () -> String,
    _ fix: @autoclosure () -> String?
  ) {
    if isSilenced(location) { return }
    guard !isFull else {
      dropped += 1
      return
    }
    diagnostics.append(
      Diagnostic(file: file, location: location, length: length, severity: severity, message: message(), fix: fix()))
  }

  /// All of it in the order of the text, with one last note when some were left out.
  func sorted() -> [Diagnostic] {
    var result = Diagnostic.inOrderOfText(diagnostics)
    if dropped > 0, let last = result.last {
      result.append(
        Diagnostic(file: file, location: last.location, severity: .note, message: "\(dropped) more problems are not shown"))
    }
    return result
  }
}
