import Conformance
import Glibc
import PluginHost
import PluginManifest
import TestSupport
import Testing

/// What a check does around its cases: processes, seeds, levels.
@Suite struct CheckTests {
  private static let worker = ProjectPaths.release + "/tidemill-worker"
  private static let threshold = ProjectPaths.release + "/libtidemill-threshold.so"

  private func check(_ file: String, _ change: (inout Check) -> Void = { _ in }) throws -> CheckReport {
    var check = try Check(file: file, worker: Self.worker)
    change(&check)
    return try check.run()
  }

  private func broken(_ name: String) throws -> String {
    try #require(BrokenPlugin.all.first { $0.name == name }).build()
  }

  @Test func `the same seed gives the same report`() throws {
    let first = try check(Self.threshold) { $0.level = .rules }
    let second = try check(Self.threshold) {
      $0.level = .rules
      $0.seed = first.seed
    }
    #expect(first.results.map(\.verdict) == second.results.map(\.verdict))
    #expect(second.seed == first.seed)
  }

  @Test func `a level ends a check, and is reached when nothing is bad`() throws {
    let report = try check(Self.threshold) { $0.level = .frames }
    #expect(report.results.map(\.level.rawValue).max() == 3)
    #expect(report.reached == 3 && report.isGood)
  }

  @Test func `after a crash the higher levels are skipped and say so`() throws {
    let report = try check(try broken("segfault"))
    let crash = try #require(report.results.first { $0.verdict.word == "crash" })
    #expect(crash.verdict.reason.contains("Segmentation fault") && crash.verdict.reason.contains("in process"))
    #expect(report.reached == crash.level.rawValue - 1)
    for result in report.results where result.level > crash.level {
      #expect(result.verdict == .skip("after the crash in \(crash.id)"))
    }
  }

  /// A check of one case of an operator whose `create` starts a process that leaves its family, and then does this.
  private func checkStarter(_ then: String, sleeping: String) throws -> CheckReport {
    let place = try TemporaryDirectory()
    try place.write(
      "starter.c",
      """
      #include <signal.h>
      #include <stdlib.h>
      #include <unistd.h>
      #include <tidemill/plugin.h>
      TIDE_MANIFEST("{\\"abi\\":0,\\"name\\":\\"starter\\",\\"version\\":\\"1\\",\\"components\\":[{\\"id\\":\\"starter\\",\\"kind\\":\\"operator\\",\\"doc\\":\\"x\\"}]}");
      static tide_status create(const tide_component *c, const tide_host *h, tide_instance **out) {
        char *argv[] = {"sleep", "\(sleeping)", NULL};
        (void)c; (void)h; (void)out;
        if (fork() == 0) { setsid(); if (fork() == 0) execv("/bin/sleep", argv); _exit(0); }
        \(then)
      }
      static void destroy(tide_instance *me) { (void)me; }
      static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
        (void)me; (void)in; (void)out; return TIDE_OK;
      }
      static const tide_component starter = {.size = sizeof starter, .id = "starter", .create = create, .destroy = destroy, .process = process};
      TIDE_PLUGIN(&starter);
      """)
    let compiler = try Child(
      "cc", ["-shared", "-fPIC", "-w", "-I", ProjectPaths.path("include"), "starter.c", "-o", "starter.so"], in: place.path)
    try #require(try compiler.finish() == .exit(0), "\(compiler.errorText)")
    return try check(place.file("starter.so")) {
      $0.only = ["create-destroy"]
      $0.limitMilliseconds = 500
    }
  }

  @Test func `what a case has started is gone when it was late`() throws {
    let report = try checkStarter("for (;;) pause();", sleeping: "3197")
    #expect(report.findings.map(\.verdict.word) == ["timeout"] && report.findings[0].verdict.reason.contains("in create"))
    #expect(!Self.commandLines().contains { $0.contains("3197") }, "a process that the plugin started is alive")
  }

  @Test func `it is gone as well when the plugin kills the process that watches over the case`() throws {
    let report = try checkStarter("kill(getppid(), SIGKILL); for (;;) pause();", sleeping: "3198")
    #expect(report.findings.map(\.verdict.word) == ["crash"])
    #expect(!Self.commandLines().contains { $0.contains("3198") }, "a process that the plugin started is alive")
  }

  private static func commandLines() -> [String] {
    let names = (try? Files.names("/proc")) ?? []
    return names.filter { $0.allSatisfy(\.isNumber) }.compactMap { try? Files.read("/proc/\($0)/cmdline") }
      .map { String(decoding: $0, as: UTF8.self) }
  }

  @Test func `a file that is no plugin fails the first level, and nothing else is tried`() throws {
    let place = try TemporaryDirectory()
    let report = try check(try place.write("text.so", "no library"))
    #expect(report.reached == 0 && report.findings.contains { $0.id == "manifest-right" })
  }

  @Test func `without the library of audits the hot path is skipped with the reason`() throws {
    let report = try check(Self.threshold) {
      $0.audit = nil
      $0.only = ["hot-locks"]
    }
    #expect(report.results.map(\.verdict) == [.skip("libtidemill-audit.so is not there")])
    #expect(report.isGood && report.reached == Level.hotPath.rawValue - 1)
  }

  @Test func `a report for programs says the same as the one for people`() throws {
    let report = try check(try broken("silent-failure"))
    for finding in report.findings {
      #expect(report.json.contains("\"case\":\"\(finding.id)\"") && report.text.contains(finding.id))
    }
    #expect(report.json.contains("\"seed\":\"\(report.seed)\"") && report.text.contains("--reproduce \(report.seed)"))
  }
}
