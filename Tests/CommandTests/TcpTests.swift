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
}
