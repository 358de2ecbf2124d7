import Manifest
import Runtime

/// Prints diagnostics of a manifest, each with the line that it speaks of.
enum DiagnosticOutput {
  static func print(_ manifest: LoadedManifest) { print(manifest.diagnostics, text: manifest.text) }

  static func print(_ diagnostics: [Diagnostic], text: String) {
    for diagnostic in diagnostics { StandardError.write(diagnostic.rendered(source: text) + "\n") }
  }
}
