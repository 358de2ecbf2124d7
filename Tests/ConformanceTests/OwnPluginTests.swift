import Conformance
import PluginHost
import TestSupport
import Testing

/// The plugins that come along keep every promise.
@Suite struct OwnPluginTests {
  private static let plugins: [String] =
    ((try? Files.names(ProjectPaths.release)) ?? []).filter {
      $0.hasPrefix("libtidemill-") && $0.hasSuffix(".so") && $0 != "libtidemill-audit.so"
    }

  @Test(arguments: plugins) func `a plugin of ours passes the deepest level`(_ name: String) throws {
    let check = try Check(file: "\(ProjectPaths.release)/\(name)", worker: ProjectPaths.release + "/tidemill-worker")
    let report = try check.run()
    #expect(report.isGood && report.reached == 10, "\(report.text)")
  }

  @Test func `all of them were looked for`() { #expect(Self.plugins.count >= 7) }
}
