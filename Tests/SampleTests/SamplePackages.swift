import Synchronization
import TestSupport

/// Plugins of samples that are Swift packages: built once for all tests, in a folder that later runs find again.
final class SamplePackages: Sendable {
  static let shared = SamplePackages()

  private let built = Mutex<[String: String]>([:])

  /// The sealed library of the package in `folder/package`, whose product bears the sample's name.
  func library(of name: String, in folder: String) throws -> String {
    try built.withLock { built in
      if let library = built[name] { return library }
      let scratch = ProjectPaths.path(".build/package-\(name)")
      let build = try Child(
        "swift",
        [
          "build", "-c", "release", "--package-path", "\(folder)/package", "--scratch-path", scratch, "--product", name,
        ])
      guard try build.finish(limitSeconds: 900) == .exit(0) else {
        throw PipelineSample.Failure(description: build.errorText + build.outputText)
      }
      let library = "\(scratch)/release/lib\(name).so"
      let sealed = try Tidemill.run(["plugin", "seal", library])
      guard sealed.exitCode == 0 else { throw PipelineSample.Failure(description: sealed.errors) }
      built[name] = library
      return library
    }
  }
}
