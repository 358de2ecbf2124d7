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

  @Test func `what a case has started is gone when it was late`() throws {
    let place = try TemporaryDirectory()
    try place.write(
      "late.c",
      """
      #include <unistd.h>
      #include <stdlib.h>
      #include <tidemill/plugin.h>
      TIDE_MANIFEST("{\\"abi\\":0,\\"name\\":\\"late\\",\\"version\\":\\"1\\",\\"components\\":[{\\"id\\":\\"late\\",\\"kind\\":\\"operator\\",\\"doc\\":\\"x\\"}]}");
      static tide_status create(const tide_component *c, const tide_host *h, tide_instance **out) {
        char *argv[] = {"sleep", "3197", NULL};
        (void)c; (void)h; (void)out;
        if (fork() == 0) { setsid(); if (fork() == 0) execv("/bin/sleep", argv); _exit(0); }
        for (;;) pause();
      }
      static void destroy(tide_instance *me) { (void)me; }
      static tide_status process(tide_instance *me, const tide_batch *in, tide_output *out) {
        (void)me; (void)in; (void)out; return TIDE_OK;
      }
      static const tide_component late = {.size = sizeof late, .id = "late", .create = create, .destroy = destroy, .process = process};
      TIDE_PLUGIN(&late);
      """)
    let compiler = try Child(
      "cc", ["-shared", "-fPIC", "-w", "-I", ProjectPaths.path("include"), "late.c", "-o", "late.so"], in: place.path)
    try #require(try compiler.finish() == .exit(0), "\(compiler.errorText)")
    let report = try check(place.file("late.so")) {
      $0.only = ["create-destroy"]
      $0.limitMilliseconds = 500
    }
    #expect(report.findings.map(\.verdict.word) == ["timeout"] && report.findings[0].verdict.reason.contains("in create"))
    #expect(!Self.commandLines().contains { $0.contains("3197") }, "a process that the plugin started is alive")
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
  }

  @Test func `a report for programs says the same as the one for people`() throws {
    let report = try check(try broken("silent-failure"))
    for finding in report.findings {
      #expect(report.json.contains("\"case\":\"\(finding.id)\"") && report.text.contains(finding.id))
    }
    #expect(report.json.contains("\"seed\":\"\(report.seed)\"") && report.text.contains("--reproduce \(report.seed)"))
  }
}
