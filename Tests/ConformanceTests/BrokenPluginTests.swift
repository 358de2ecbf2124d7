import Conformance
import PluginHost
import TestSupport
import Testing

/// Plugins that break one promise each: caught, and named by the case of that promise.
@Suite struct BrokenPluginTests {
  private static let worker = ProjectPaths.release + "/tidemill-worker"
  /// Long for a call that works, short for one that never ends.
  private static let limitMilliseconds = 3000

  @Test(arguments: BrokenPlugin.all) func `a broken plugin is caught by the case of the promise that it breaks`(
    _ plugin: BrokenPlugin
  ) throws {
    let test = try #require(CaseRegistry.find(plugin.test), "\(plugin.name) names the case '\(plugin.test)', which is none")
    var check = try Check(file: try plugin.build(), worker: Self.worker)
    check.level = test.level
    check.only = [test.id]
    check.limitMilliseconds = Self.limitMilliseconds
    let report = try check.run()
    let found = report.results.map(\.line)
    #expect(report.results.contains { $0.verdict.word == plugin.verdict }, "seed \(report.seed): \(found)")
    #expect(report.reached < test.level.rawValue)
  }

  /// All levels at once: the case stands among the findings.
  @Test(arguments: ["snapshot-counts", "copied-batch", "retry-late"]) func `a whole check names the promise too`(
    _ name: String
  ) throws {
    let plugin = try #require(BrokenPlugin.all.first { $0.name == name })
    let report = try Check(file: try plugin.build(), worker: Self.worker).run()
    #expect(report.findings.contains { $0.id == plugin.test }, "\(report.text)")
  }

  @Test func `there are more than twenty of them`() { #expect(BrokenPlugin.all.count > 20) }
}
