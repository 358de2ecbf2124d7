import Glibc
import TestSupport
import Testing

/// A file system without room, in a mount namespace of its own, on which somebody makes room after a while, or does not.
struct FullDiskTests {
  /// Programs that run a shell as root of a mount namespace.
  private static let ways = [["/usr/bin/unshare", "--mount"], ["/usr/bin/unshare", "--map-root-user", "--mount"]]

  private static func pipeline(_ options: String, _ policy: String) -> String {
    """
    name: save
    sources:
      readings: { use: generate, with: { kind: sensors, count: 20000, paced: false, seed: 3 } }
    sinks:
      out: { use: file, from: readings, with: { path: disk/out.jsonl, \(options) }\(policy) }
      all: { use: file, from: readings, with: { path: all.jsonl } }

    """
  }

  /// Runs a script with the command as `$TIDEMILL`, on a `disk` of one MiB, most of which `disk/ballast` takes.
  private func run(_ story: Story, _ script: String) throws -> Child {
    let way = try #require(
      Self.ways.first { way in (try? Child(way[0], way.dropFirst() + ["true"]).finish()) == .exit(0) },
      "needs root with CAP_SYS_ADMIN, or user namespaces, to mount a small file system")
    let prepared = """
      set -e
      mkdir disk
      mount -t tmpfs -o size=1m tidemill disk
      head -c 800000 /dev/zero > disk/ballast
      : > errors
      \(script)
      """
    var environment = Tidemill.environment()
    environment["TIDEMILL"] = ProjectPaths.tidemill
    let child = try Child(
      way[0], way.dropFirst() + ["/bin/sh", "-c", prepared], in: story.directory.path, environment: environment)
    return child
  }

  @Test(arguments: ["delay: 50ms", "delay: 0s", "delay: 0s, fsync: batch", "rotate_size: 100KiB"])
  func `with retry the sink waits for room, and every row is written once`(options: String) throws {
    let story = try Story()
    try story.file(
      "pipeline.yaml", Self.pipeline(options, ", on_error: { retry: { limit: 1000, max_backoff: 20ms } }"))
    let child = try run(
      story,
      """
      "$TIDEMILL" run pipeline.yaml 2> errors &
      until grep -q 'the disk is full' errors; do kill -0 $!; sleep 0.01; done
      mount -o remount,size=64m disk
      wait $!
      cat $(ls disk/out.jsonl.* 2> /dev/null) disk/out.jsonl > out.jsonl
      """)
    let end = try child.finish()
    let errors = try story.text("errors")
    #expect(end == .exit(0), "\(child.errorText)\(errors)")
    #expect(errors.contains("disk/out.jsonl: the disk is full (No space left on device); attempt 1 of 1000"))
    #expect(try story.text("out.jsonl") == story.text("all.jsonl"), "\(errors)")
  }

  @Test func `a disk that stays full ends the run with clear words, and every row is accounted for`() throws {
    let story = try Story()
    try story.file(
      "pipeline.yaml",
      Self.pipeline("delay: 50ms", ", on_error: { retry: { limit: 2, backoff: 1ms, max_backoff: 2ms }, then: stop }"))
    let child = try run(
      story,
      """
      "$TIDEMILL" run pipeline.yaml 2> errors && exit 9
      cp disk/out.jsonl out.jsonl
      """)
    #expect(try child.finish() == .exit(0), "\(child.errorText)")
    let errors = try story.text("errors")
    #expect(errors.contains("disk/out.jsonl: the disk is full (No space left on device)"))
    #expect(errors.contains("attempt 1 of 2"))
    let text = try story.text("out.jsonl")
    #expect(text.hasSuffix("}\n"))
    let lines = text.utf8.count { $0 == UInt8(ascii: "\n") }
    let missing = errors.split(separator: " rows that were taken before").first?.split(separator: " ").last.flatMap { Int($0) }
    let isTold = errors.contains("rows that were taken before are not in the file")
    #expect(lines > 0 && BooksText.taken(errors, by: "out") == lines + (isTold ? missing ?? -1 : 0), "\(errors)")
  }
}
