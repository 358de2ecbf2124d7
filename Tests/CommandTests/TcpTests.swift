import Glibc
import TestSupport
import Testing

/// Two runs of the command that talk over TCP.
struct TcpTests {
  private static let receive = """
    name: receive
    sources:
      events: { use: tcp, with: { listen: "127.0.0.1:${PORT:0}" } }
    sinks:
      out: { use: file, from: events, with: { path: received.jsonl } }
      dead: { use: file, from: "*.dead", with: { path: dead.jsonl, delay: 0s } }

    """
  private static let send = """
    name: send
    sources:
      readings: { use: generate, with: { kind: sensors, count: 20000, paced: false, seed: 5 } }
    sinks:
      out: { use: tcp, from: readings, with: { connect: "127.0.0.1:${PORT}", buffer: 64KiB } }
      copy: { use: file, from: readings, with: { path: sent.jsonl } }

    """

  private func port(of child: Child) throws -> String {
    try child.waitForErrors { $0.contains("listening at 127.0.0.1:") && $0.hasSuffix("\n") }
    let rest = child.errorText.split(separator: "listening at 127.0.0.1:").last ?? ""
    return String(rest.prefix { $0.isNumber })
  }

  @Test func `what one run sends is what the other receives, byte for byte`() throws {
    let story = try Story()
    try story.file("receive.yaml", Self.receive)
    try story.file("send.yaml", Self.send)
    let receiver = try story.start("run", "receive.yaml")
    let port = try port(of: receiver)
    let sender = try story.run("run", "send.yaml", environment: ["PORT": port])
    #expect(sender.exitCode == 0, "\(sender.errors)")
    receiver.signal(SIGINT)
    #expect(try receiver.finish() == .exit(0), "\(receiver.errorText)")
    let sent = try story.text("sent.jsonl")
    #expect(sent.split(separator: "\n").count == 20_000)
    #expect(try story.text("received.jsonl") == sent)
    #expect(receiver.errorText.contains("the books hold to the row"))
  }

  @Test func `a sender waits for a receiver that starts later`() throws {
    let story = try Story()
    try story.file("receive.yaml", Self.receive)
    try story.file("send.yaml", Self.send)
    let reserved = try TcpPort()
    let port = "\(reserved.number)"
    let sender = try story.start("run", "send.yaml", environment: ["PORT": port])
    try sender.waitForErrors { $0.contains("the next attempt is in") }
    let receiver = try story.start("run", "receive.yaml", environment: ["PORT": port])
    #expect(try sender.finish() == .exit(0), "\(sender.errorText)")
    receiver.signal(SIGINT)
    #expect(try receiver.finish() == .exit(0), "\(receiver.errorText)")
    #expect(try story.text("received.jsonl") == story.text("sent.jsonl"))
  }

  @Test func `a dead letter names the client that sent it, and the place in what it sent`() throws {
    let story = try Story()
    try story.file("receive.yaml", Self.receive)
    let receiver = try story.start("run", "receive.yaml")
    let client = try TcpEnd(port: try #require(UInt16(try port(of: receiver))))
    try client.send("{\"a\":1}\nnot json\n{\"a\":2}\n")
    let isThere = repeats({}, until: { (try? story.text("dead.jsonl").hasSuffix("\n")) == true })
    #expect(isThere)
    receiver.signal(SIGINT)
    #expect(try receiver.finish() == .exit(0))
    let dead = try story.text("dead.jsonl")
    #expect(dead.contains("\"origin\":\"127.0.0.1:"))
    #expect(dead.contains("\"offset\":8"))
    #expect(try story.text("received.jsonl") == "{\"a\":1}\n{\"a\":2}\n")
  }

  // MARK: Frames

  private static let receiveFrames = """
    name: receive
    sources:
      events: { use: tcp, with: { listen: "127.0.0.1:${PORT:0}", format: frame } }
    sinks:
      out: { use: file, from: events, with: { path: received.jsonl } }
      dead: { use: file, from: "*.dead", with: { path: dead.jsonl } }

    """
  private static let sendFrames = """
    name: send
    sources:
      readings: { use: generate, with: { kind: sensors, count: 20000, paced: false, seed: 5 } }
    sinks:
      out: { use: tcp, from: readings, with: { connect: "127.0.0.1:${PORT}", format: frame, backoff: 1ms } }
      frames: { use: file, from: readings, with: { path: sent.frames, format: frame } }
      copy: { use: file, from: readings, with: { path: sent.jsonl } }

    """

  @Test func `frames arrive as they were sent, and each is acknowledged`() throws {
    let story = try Story()
    try story.file("receive.yaml", Self.receiveFrames)
    try story.file("send.yaml", Self.sendFrames)
    let receiver = try story.start("run", "receive.yaml")
    let port = try port(of: receiver)
    let sender = try story.run("run", "send.yaml", environment: ["PORT": port])
    #expect(sender.exitCode == 0, "\(sender.errors)")
    // A client by hand: the same frames once more, and what is answered.
    let frames = try Files.read(story.directory.file("sent.frames"))
    let client = try TcpEnd(port: try #require(UInt16(port)))
    var sent = 0
    let last = try #require(FrameSizes.numbers(frames).last)
    let answered = repeats(
      {
        sent += client.offer(Array(frames[sent...]))
        client.read()
      }, until: { client.received.suffix(16) == Self.acknowledgement(last)[...] })
    #expect(answered)
    client.endWriting()
    #expect(repeats({ client.read() }, until: { client.hasEnded }))
    receiver.signal(SIGINT)
    #expect(try receiver.finish() == .exit(0), "\(receiver.errorText)")
    let copy = try story.text("sent.jsonl")
    #expect(try story.text("received.jsonl") == copy + copy)
    #expect(try story.text("dead.jsonl") == "")
  }

  @Test func `a header whose checksum does not match is no promise, and frames behind it are acknowledged`() throws {
    let story = try Story()
    try story.file("receive.yaml", Self.receiveFrames)
    let lines = Self.sendFrames.split(separator: "\n", omittingEmptySubsequences: false)
    try story.file("send.yaml", lines.filter { !$0.contains("use: tcp") }.joined(separator: "\n"))
    #expect(try story.run("run", "send.yaml").exitCode == 0)
    let frames = try Files.read(story.directory.file("sent.frames"))
    // A header that says of itself what a frame's says, but for a number and a length that were changed after it was signed.
    var forged = Array(frames[..<128])
    forged[24..<32] = ArraySlice(repeating: 0x7F, count: 8)
    forged[8..<12] = [0, 0, 0, 1]
    let receiver = try story.start("run", "receive.yaml")
    let client = try TcpEnd(port: try #require(UInt16(try port(of: receiver))))
    let bytes = forged + frames
    var sent = 0
    let last = try #require(FrameSizes.numbers(frames).last)
    let answered = repeats(
      {
        sent += client.offer(Array(bytes[sent...]))
        client.read()
      }, until: { client.received.suffix(16) == Self.acknowledgement(last)[...] })
    #expect(answered)
    let numbers = stride(from: 8, to: client.received.count, by: 16).map { client.received[$0..<$0 + 8] }
    #expect(!numbers.contains(forged[24..<32]))
    client.endWriting()
    #expect(repeats({ client.read() }, until: { client.hasEnded }))
    receiver.signal(SIGINT)
    #expect(try receiver.finish() == .exit(0), "\(receiver.errorText)")
    #expect(try story.text("received.jsonl") == story.text("sent.jsonl"))
    #expect(try story.text("dead.jsonl").split(separator: "\n").count == 1)
  }

  @Test func `frames that were not acknowledged are sent again, from the first of them`() throws {
    let story = try Story()
    try story.file("send.yaml", Self.sendFrames)
    let listener = try TcpListener()
    let sender = try story.start("run", "send.yaml", environment: ["PORT": "\(listener.port)"])
    func accept() throws -> TcpEnd {
      var end: TcpEnd?
      #expect(repeats({ end = listener.accept() }, until: { end != nil }))
      return try #require(end)
    }
    let first = try accept()
    #expect(repeats({ first.read() }, until: { FrameSizes.numbers(first.received).count >= 3 }))
    #expect(FrameSizes.numbers(first.received).prefix(3) == [0, 1, 2])
    // Two are taken; then the connection breaks.
    #expect(first.offer(Self.acknowledgement(1)) == 16)
    first.endWriting()
    #expect(repeats({ first.read() }, until: { first.hasEnded }))
    first.close()
    let second = try accept()
    var told: UInt64?
    let isDone = repeats(
      {
        second.read()
        guard let last = FrameSizes.numbers(second.received).last, last != told else { return }
        told = last
        _ = second.offer(Self.acknowledgement(last))
      }, until: { second.hasEnded })
    #expect(isDone)
    second.close()
    #expect(try sender.finish() == .exit(0), "\(sender.errorText)")
    let all = FrameSizes.numbers(try Files.read(story.directory.file("sent.frames")))
    #expect(FrameSizes.numbers(second.received) == Array(all.dropFirst(2)))
  }

  private static func acknowledgement(_ number: UInt64) -> [UInt8] {
    Array("TIDEACK1".utf8) + (0..<8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
  }
}

/// Sealed frames in a stream of bytes, by what their headers say (docs/frames.md).
private enum FrameSizes {
  /// Numbers of the frames that are there whole.
  static func numbers(_ bytes: [UInt8]) -> [UInt64] {
    bytes.withUnsafeBytes { bytes in
      var numbers: [UInt64] = []
      var at = 0
      while at + 128 <= bytes.count {
        let length = Int(bytes.loadUnaligned(fromByteOffset: at + 8, as: UInt32.self))
        guard length >= 128, at + length <= bytes.count else { break }
        numbers.append(bytes.loadUnaligned(fromByteOffset: at + 24, as: UInt64.self))
        at += length
      }
      return numbers
    }
  }
}
