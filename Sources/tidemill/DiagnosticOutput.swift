import Manifest
import Runtime

/// Prints diagnostics of a manifest, each with the line that it speaks of.
enum DiagnosticOutput {
  /// `notes`: also what is only good to know, which `validate` is asked for and other commands are not.
  static func print(_ manifest: LoadedManifest, notes: Bool = false) {
    print(manifest.diagnostics.filter { notes || $0.severity != .note }, text: manifest.text)
  }

  static func print(_ diagnostics: [Diagnostic], text: String) {
    for diagnostic in diagnostics { StandardError.write(diagnostic.rendered(source: text) + "\n") }
  }
}
