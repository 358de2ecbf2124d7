import CWorker
import Glibc
import PluginHost
import PluginManifest

/// What `tidemill-worker check FILE SEED` does: waits for the names of cases, and runs each in a child of its own.
///
/// It speaks over descriptor 3, in lines: `CASE COMPONENT MILLISECONDS` comes, the verdict's word, a tab and the reason go. It ends
/// when the other end is closed.
public enum WorkerProgram {
  private static let control: Int32 = 3

  /// Returns the exit code. The program has done nothing before, and above all started no thread.
  public static func main(_ arguments: [String]) -> Int32 {
    guard arguments.count == 4, arguments[1] == "check", let seed = UInt64(arguments[3]), fcntl(control, F_GETFD) >= 0 else {
      let advice = "tidemill-worker is started by tidemill plugin check\n"
      _ = advice.withCString { write(STDERR_FILENO, $0, strlen($0)) }
      return 2
    }
    tide_worker_prepare()
    guard let page = tide_worker_page_make() else { return 1 }
    var worker = CaseWorker(file: arguments[2], seed: seed, page: page)
    while let line = ControlSocket.readLine(control) {
      let words = line.split(separator: " ").map(String.init)
      guard words.count == 3, let test = CaseRegistry.find(words[0]), let component = Int(words[1]),
        let limit = Int32(words[2])
      else { return 2 }
      let verdict = worker.run(test, component: component, limitMilliseconds: limit, control: control)
      guard ControlSocket.write("\(verdict.word)\t\(ControlSocket.oneLine(verdict.reason))\n", to: control) else { break }
    }
    leaveDirectory()
    return 0
  }

  /// Removes what the cases have written: whoever started this program may be gone.
  private static func leaveDirectory() {
    guard let place = getcwd(nil, 0) else { return }
    defer { free(place) }
    let path = String(cString: place)
    guard path.contains(WorkerCrew.directoryPrefix), chdir("/") == 0 else { return }
    PluginCopies.removeTree(path)
    rmdir(FilePaths.directory(of: path))
  }
}

/// Runs cases of one file, each in a child, and tells what came of them.
struct CaseWorker {
  let file: String
  let seed: UInt64
  let page: UnsafeMutablePointer<tide_worker_page>
  /// Prepared once, before the child is made: reading manifests and resolving takes longer than a case.
  private var subjects: [Int: Subject] = [:]
  private lazy var entry = PluginCatalog.examine(file)
  private var runs = 0

  init(file: String, seed: UInt64, page: UnsafeMutablePointer<tide_worker_page>) {
    self.file = file
    self.seed = seed
    self.page = page
  }

  /// - Parameter component: its place in the plugin's table; ignored for a case of the file.
  mutating func run(_ test: Case, component: Int, limitMilliseconds: Int32, control: Int32) -> Verdict {
    var subject: Subject?
    if !test.isOfFile {
      guard let made = self.subject(component) else { return .skip("the manifest cannot be read") }
      subject = made
    }
    runs += 1
    var end = tide_worker_end()
    if tide_worker_fork(page, control, limitMilliseconds, &end) == 0 {
      Self.enterDirectory("case-\(runs)", subject)
      let verdict = Self.verdict(test, file, subject, page)
      Self.note(verdict, page)
      tide_worker_leave(0)
    }
    return Self.verdict(test, page, end)
  }

  private mutating func subject(_ index: Int) -> Subject? {
    if let known = subjects[index] { return known }
    guard let manifest = entry.manifest, manifest.components.indices.contains(index) else { return nil }
    let made = Subject(file: file, plugin: manifest, index: index, seed: seed)
    subjects[index] = made
    return made
  }

  // MARK: In the child

  private static func enterDirectory(_ name: String, _ subject: Subject?) {
    mkdir(name, 0o700)
    chdir(name)
    if let subject, subject.component.kind == .source, case .success(let node) = subject.node {
      RecordText.write(node.config, to: CaseFiles.input)
    }
  }

  static func verdict(
    _ test: Case, _ file: String, _ subject: Subject?, _ page: UnsafeMutablePointer<tide_worker_page>?
  ) -> Verdict {
    var bench: Bench?
    var ending: Verdict = .pass
    do {
      if case .file(let body) = test.body {
        try body(FileBench(file))
      } else if let subject {
        let made = Bench(subject, caseID: test.id, page: page)
        bench = made
        switch test.body {
        case .component(let body), .audit(let body): try body(made)
        default: try FrameCases.promise(made)
        }
      }
    } catch CaseEnd.failed(let why) {
      ending = .fail(why)
    } catch CaseEnd.skipped(let why) {
      ending = .skip(why)
    } catch let breach as Breach {
      // What a workout cannot go on after; the case of that promise says so.
      ending = breach.promise == test.id ? .fail(breach.text) : .skip(breach.text)
    } catch {
      ending = .fail("\(error)")
    }
    let breach = bench?.breach(of: test.level == .chaos ? nil : test.id)
    guard let breach else { return ending }
    return .fail(test.level == .chaos ? "\(breach.promise): \(breach.text)" : breach.text)
  }

  private static func note(_ verdict: Verdict, _ page: UnsafeMutablePointer<tide_worker_page>) {
    let place = UnsafeMutableRawBufferPointer(start: tide_worker_page_text(page), count: Int(TIDE_WORKER_TEXT_BYTES))
    let bytes = Array("\(verdict.word)\t\(verdict.reason)".utf8.prefix(place.count - 1))
    place.copyBytes(from: bytes)
    place[bytes.count] = 0
    page.pointee.is_done = 1
  }

  // MARK: In the parent

  private static func text<T>(of place: T) -> String {
    withUnsafeBytes(of: place) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }

  private static func verdict(_ test: Case, _ page: UnsafeMutablePointer<tide_worker_page>, _ end: tide_worker_end) -> Verdict {
    let call = text(of: page.pointee.call)
    let step = text(of: page.pointee.step)
    let place = (call.isEmpty ? "outside of the plugin's functions" : "in \(call)") + (step.isEmpty ? "" : " (\(step))")
    switch end.how {
    case TIDE_WORKER_EXITED where page.pointee.is_done != 0:
      let parts = String(cString: tide_worker_page_text(page)).split(
        separator: "\t", maxSplits: 1, omittingEmptySubsequences: false
      ).map(
        String.init)
      let verdict = Verdict(word: parts[0], reason: parts.count > 1 ? parts[1] : "")
      if test.id == "quiet-after-destroy", verdict == .pass, end.strays > 0 {
        return .fail("\(end.strays) processes were left that it had started")
      }
      return verdict
    case TIDE_WORKER_EXITED: return .crash("the plugin ended the process \(place), with exit code \(end.code)")
    case TIDE_WORKER_LATE: return .timeout("it was still busy \(place) when the time was up")
    case TIDE_WORKER_ABANDONED: return .fail("the check was given up")
    case TIDE_WORKER_FAILED: return .fail("no process could be started: \(String(cString: strerror(end.code)))")
    default: break
    }
    let signal = "signal \(end.code) (\(String(cString: strsignal(end.code)))) \(place)"
    let address = page.pointee.address
    if page.pointee.signal != 0, address >= page.pointee.arena, address < page.pointee.arena_end {
      return .crash(
        (test.id == "input-not-kept" ? "it read a batch after its call" : "it wrote into its input") + ": \(signal)")
    }
    let said = withUnsafePointer(to: end) { String(cString: tide_worker_end_output($0)) }.split(separator: "\n").last {
      $0.contains("atal error") || $0.contains("Assertion") || $0.contains("what()")
    }
    return .crash(signal + (said.map { ": \($0.prefix(200))" } ?? ""))
  }
}

/// Lines over a socket.
enum ControlSocket {
  static func oneLine(_ text: String) -> String { String(text.map { $0.isNewline ? " " : $0 }) }

  /// False when the other end is gone.
  static func write(_ line: String, to descriptor: Int32) -> Bool {
    let bytes = Array(line.utf8)
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }

  /// nil at the end.
  static func readLine(_ descriptor: Int32) -> String? {
    var line: [UInt8] = []
    var byte: UInt8 = 0
    while true {
      let count = read(descriptor, &byte, 1)
      if count < 0, errno == EINTR { continue }
      guard count == 1 else { return nil }
      if byte == 10 { return String(decoding: line, as: UTF8.self) }
      line.append(byte)
      if line.count > 1 << 16 { return nil }
    }
  }
}
