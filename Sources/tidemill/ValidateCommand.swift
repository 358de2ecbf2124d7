import ArgumentParser
import FoundationEssentials
import Manifest
import PluginHost
import Runtime

struct ValidateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate", abstract: "Check manifests and print every problem with its place and fix.",
    discussion: "Plugins are loaded and read their options, without any I/O. Exit code 78 when there is a problem.")

  @Argument(help: "Pipeline manifests.", completion: .file(extensions: ["yaml", "yml"])) var files: [String]
  @OptionGroup var plugins: PluginOptions
  @Option(help: "A file of records to hold the manifest against: fields, types, rejected records.", completion: .file())
  var sample: String?
  @Flag(help: "Warnings count as problems.") var denyWarnings = false

  func run() throws {
    let loader = try plugins.loader()
    let denies = try denyWarnings || EnvironmentTwin.flag("TIDEMILL_DENY_WARNINGS")
    let sampleData = try sample.map { try InputFile.read($0, limit: SchemaCommand.maxBytes) }
    var failed = false
    for file in files {
      var manifest = loader.load(file)
      if let plan = manifest.plan {
        manifest.diagnostics += loader.dryRun(plan)
        if let sampleData, let sample {
          manifest.diagnostics += sampleData.withUnsafeBytes { SampleCheck.check(plan, sample: $0, name: sample) }
        }
      }
      DiagnosticOutput.print(manifest, notes: true)
      let errors = manifest.diagnostics.filter { $0.severity == .error }.count
      let warnings = manifest.diagnostics.filter { $0.severity == .warning }.count
      if errors > 0 || manifest.plan == nil || (denies && warnings > 0) {
        failed = true
        StandardError.write(
          "\(manifest.file): \(Quantities.count(errors, "error")), \(Quantities.count(warnings, "warning"))\n")
      } else {
        print("\(manifest.file): ok\(warnings > 0 ? ", " + Quantities.count(warnings, "warning") : "")")
      }
    }
    if failed { throw ExitCode(ExitStatus.badConfiguration) }
  }
}

/// Reading an input given on the command line.
enum InputFile {
  /// The first `limit` bytes of a file; `-` is standard input.
  static func read(_ path: String, limit: Int) throws -> Data {
    do {
      if path == "-" { return StandardInput.readAll(limit: limit) }
      let handle = try Data(contentsOf: URL(filePath: path), options: .mappedIfSafe)
      return handle.prefix(limit)
    } catch {
      StandardError.write("\(path): cannot be read: \(ManifestLoader.reason(error))\n")
      throw ExitCode(ExitStatus.failed)
    }
  }
}
