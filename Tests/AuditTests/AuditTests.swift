import Glibc
import TestSupport
import Testing

/// The audit library counts what a thread does, of a program in C that it is put in front of.
struct AuditTests {
  /// What the program prints of one of its bodies.
  struct Audit: Equatable {
    var seesAll: Bool
    var allocations, frees, bytes, locks, calls: Int
    var firstAllocation, firstLock, firstCall: String
  }

  private static let library = ProjectPaths.release + "/libtidemill-audit.so"

  /// Built once for all tests: `Tests/Programs/audited.c`, without optimisation, which would leave allocations out.
  private static let program = Result {
    let place = try TemporaryDirectory()
    let path = place.file("audited")
    let arguments = ["-std=c11", "-Wall", "-Wextra", "-pedantic", "-Werror", "-pthread"]
    let include = "-I" + ProjectPaths.path("Sources/CAudit/include")
    let compiler = try Child("cc", arguments + [include, ProjectPaths.path("Tests/Programs/audited.c"), "-o", path])
    let end = try compiler.finish()
    try #require(end == .exit(0), "\(compiler.errorText)")
    return (place, path)
  }

  private func audit(_ body: String, onlyWrapped: Bool = false) throws -> Audit {
    let variables = ["LD_PRELOAD": Self.library, "TIDEMILL_AUDIT_WRAPPERS": onlyWrapped ? "1" : nil]
    let child = try Child(try Self.program.get().1, [body], environment: variables)
    let end = try child.finish()
    try #require(end == .exit(0), "\(body): \(end) \(child.errorText)")
    let lines = child.outputText.split(separator: "\n", omittingEmptySubsequences: false)
    let counts = lines[0].split(separator: " ").compactMap { Int($0) }
    try #require(counts.count == 6 && lines.count == 5, "\(child.outputText)")
    return Audit(
      seesAll: counts[0] == 1, allocations: counts[1], frees: counts[2], bytes: counts[3], locks: counts[4], calls: counts[5],
      firstAllocation: String(lines[1]), firstLock: String(lines[2]), firstCall: String(lines[3]))
  }

  /// A window in which nothing happened, of the kind that this kernel allows.
  private func quiet() throws -> Audit { try audit("nothing") }

  @Test(arguments: ["nothing", "clocks"])
  func `nothing counts when nothing happens, and the clock is no system call`(body: String) throws {
    for onlyWrapped in [false, true] {
      let audit = try audit(body, onlyWrapped: onlyWrapped)
      #expect(audit.allocations + audit.frees + audit.bytes + audit.locks + audit.calls == 0)
      #expect(audit.firstAllocation + audit.firstLock + audit.firstCall == "")
    }
  }

  @Test func `allocations count with their bytes, also in the C library's own functions`() throws {
    let audit = try audit("memory")
    #expect(audit.allocations == 8 && audit.frees == 6 && audit.bytes == 460)
    #expect(audit.firstAllocation.hasPrefix("malloc at audited+0x"))
    #expect(audit.locks == 0 && audit.firstLock == "")
  }

  @Test func `the place of the first allocation is one in the function that made it`() throws {
    let place = try #require(try audit("memory").firstAllocation.split(separator: "+").last)
    let lines = try Child("addr2line", ["-f", "-e", try Self.program.get().1, String(place)])
    #expect(try lines.finish() == .exit(0))
    #expect(lines.outputText.hasPrefix("memory\n"), "\(place): \(lines.outputText)")
  }

  @Test func `locks of every kind count, and taking one that is free is no system call`() throws {
    let audit = try audit("locks")
    #expect(audit.locks == 5 && audit.calls == 0)
    #expect(audit.firstLock.hasPrefix("pthread_mutex_lock at audited+0x"))
  }

  @Test func `waiting is a lock and a system call`() throws {
    let audit = try audit("waiting")
    #expect(audit.locks == 2)
    if audit.seesAll { #expect(audit.calls == 1 && audit.firstCall.hasPrefix("futex at libc.so.6+0x")) }
  }

  @Test func `system calls count whoever makes them, and do what they always do`() throws {
    let seesAll = try quiet().seesAll
    let calls = try audit("calls")
    #expect(calls.calls == (seesAll ? 6 : 5))
    #expect(calls.firstCall.hasPrefix(seesAll ? "pipe2 at libc" : "write at audited+0x"))
    #expect(try audit("raw").calls == 2)
    let six = try audit("six_arguments")
    #expect(six.calls == 2 && six.firstCall.hasPrefix("mmap"))
  }

  @Test func `without the kernel's help the wrapped functions count`() throws {
    let audit = try audit("calls", onlyWrapped: true)
    #expect(!audit.seesAll)
    #expect(audit.calls == 5 && audit.firstCall.hasPrefix("write at audited+0x"))
    #expect(try self.audit("memory", onlyWrapped: true).bytes == 460)
  }

  @Test func `signals, their masks and their handlers work while calls are watched`() throws {
    let audit = try audit("handlers")
    #expect(audit.calls >= (audit.seesAll ? 10 : 3))
  }

  @Test func `another thread's doings are its own, and starting one counts`() throws {
    let audit = try audit("thread")
    #expect(audit.allocations <= 2 && audit.locks == 0)
    if audit.seesAll { #expect((1..<20).contains(audit.calls)) }
  }

  @Test func `processes can be started and waited for`() throws {
    #expect(try audit("process").calls >= 3)
  }

  @Test func `programs in Swift run behind it as ever`() throws {
    let child = try Child(
      ProjectPaths.tidemill, ["generate", "--count", "2000", "--seed", "7"],
      environment: Tidemill.environment(["LD_PRELOAD": Self.library]))
    #expect(try child.finish() == .exit(0))
    #expect(child.outputText.split(separator: "\n").count == 2000)
  }

  @Test func `the library defines what it counts and no names of its own beside its two functions`() throws {
    let child = try Child("nm", ["-D", "-g", "--defined-only", Self.library])
    #expect(try child.finish() == .exit(0))
    let names = Set(child.outputText.split(separator: "\n").compactMap { $0.split(separator: " ").last.map(String.init) })
    #expect(
      names.isSuperset(of: ["malloc", "free", "pthread_mutex_lock", "sem_wait", "tidemill_audit_begin", "tidemill_audit_end"]))
    #expect(names.filter { $0.contains("audit") }.count == 2, "\(names.filter { $0.contains("audit") })")
  }
}
