import CWorker
import Glibc
import PluginHost
import PluginManifest

/// Holds a plugin to the contract: every promise of the header is a case, and every case runs in a process of its own.
///
/// ```swift
/// let report = try Check(file: "acme.so").run()
/// precondition(report.reached >= 5, report.text)
/// ```
public struct Check: Sendable {
  /// The plugin.
  public var file: String
  /// How deep to go.
  public var level: Level = .chaos
  /// What all random input follows from; the report names it.
  public var seed: UInt64 = .random(in: 0 ... .max)
  /// Longest that one case may take.
  public var limitMilliseconds = 20_000
  /// Cases that run at the same time.
  public var width = 2
  /// Cases to run, by id; nil = all of the level.
  public var only: Set<String>?
  /// The program `tidemill-worker`.
  public var worker: String
  /// The library that counts allocations, locks and system calls; without it level 9 is skipped.
  public var audit: String?

  /// - Parameter worker: nil looks beside the running program, then where an installation has it, then in `PATH`.
  public init(file: String, worker: String? = nil) throws(PluginError) {
    self.file = FilePaths.absolute(file)
    let environment = HostEnvironment.current()
    guard let found = worker ?? WorkerFiles.worker(environment) else {
      throw PluginError(
        "tidemill-worker, which runs the cases, is not beside this program and not in PATH",
        fix: "build or install all of Tidemill, or name the program")
    }
    self.worker = found
    audit = WorkerFiles.audit(environment, worker: found)
  }

  /// Runs the cases level by level. `progress` is told each result as it comes.
  ///
  /// When a case of a component crashes or is late, higher levels of that component are skipped: they would only say it again.
  public func run(progress: (CaseResult) -> Void = { _ in }) throws(PluginError) -> CheckReport {
    let entry = PluginCatalog.examine(file)
    let components = entry.manifest?.components ?? []
    let sha256 = FilePaths.isFile(file) ? try Sha256.file(file) : nil
    let crew = try WorkerCrew(self)
    defer { crew.end() }
    var results: [CaseResult] = []
    var dead: [Int: String] = [:]
    for level in Level.allCases where level <= self.level {
      // A file without a manifest is no plugin: all that there is to say of it is the first case.
      let isPlugin = entry.manifest != nil
      let cases = CaseRegistry.all.filter {
        $0.level == level && only?.contains($0.id) ?? true && (isPlugin || $0.id == "manifest-right")
      }
      var jobs: [Job] = cases.filter(\.isOfFile).map { Job(test: $0, component: -1, name: nil) }
      for (index, component) in components.enumerated() {
        let name = "\(component.kind.rawValue) \(component.id)"
        jobs += cases.filter { !$0.isOfFile && $0.kinds.contains(component.kind) }
          .map { Job(test: $0, component: index, name: name) }
      }
      var found: [Int: CaseResult] = [:]
      var open: [(Int, Job)] = []
      for (number, job) in jobs.enumerated() {
        if let why = dead[job.component] {
          found[number] = job.result(.skip(why), 0)
          progress(found[number]!)
        } else {
          open.append((number, job))
        }
      }
      try crew.run(open) { number, result in
        found[number] = result
        progress(result)
      }
      for (number, job) in jobs.enumerated() {
        guard let result = found[number] else { continue }
        results.append(result)
        guard dead[job.component] == nil else { continue }
        switch result.verdict {
        case .crash, .timeout: dead[job.component] = "after the \(result.verdict.word) in \(result.id)"
        default: break
        }
      }
    }
    return CheckReport(file: file, sha256: sha256, seed: seed, asked: level, results: results)
  }
}

/// One case to run.
struct Job: Sendable {
  let test: Case
  let component: Int
  let name: String?

  func result(_ verdict: Verdict, _ milliseconds: Int) -> CaseResult {
    CaseResult(id: test.id, level: test.level, component: name, verdict: verdict, milliseconds: milliseconds)
  }
}

/// Where the parts of the checker are.
enum WorkerFiles {
  private static let program = "tidemill-worker"
  private static let library = "libtidemill-audit.so"

  static func worker(_ environment: HostEnvironment) -> String? {
    let here = FilePaths.directory(of: environment.executable)
    let places = [FilePaths.join(here, program), FilePaths.join(here, "../lib/tidemill/\(program)")]
    return places.first { access($0, X_OK) == 0 } ?? ChildProcess.find(program, in: environment)
  }

  static func audit(_ environment: HostEnvironment, worker: String) -> String? {
    let resolved = FilePaths.resolved(worker) ?? worker
    let here = FilePaths.directory(of: resolved)
    return [FilePaths.join(here, library), FilePaths.join(here, "../lib/tidemill/\(library)")]
      .first { FilePaths.isFile($0) }.flatMap { FilePaths.resolved($0) }
  }
}
