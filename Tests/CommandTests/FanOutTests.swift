import Glibc
import TestSupport
import Testing

/// Three sources of different kind and speed into five named pipes that are read at different speeds, by the real command.
struct FanOutTests {
  /// Two readers lose nothing, three have a policy for each source.
  private static let pipeline = """
    name: fan
    sources:
      flood: { use: file, with: { path: flood.jsonl, time: t, time_unit: ms }, watermark: { delay: 0s } }
      stream: { use: tcp, with: { listen: "127.0.0.1:0", time: t, time_unit: ms }, watermark: { delay: 0s } }
      trickle: { use: file, with: { path: "trickle/*.jsonl", follow: true, time: t, time_unit: ms }, watermark: { delay: 0s } }
    sinks:
      pipe0: { use: file, from: [flood, stream, trickle], with: { path: pipe0 } }
      pipe1:
        use: file
        from: [flood, stream, trickle]
        with: { path: pipe1 }
        buffer: { frames: 8, inputs: { flood: { when_full: adaptive, target: 20ms, then: block } } }
      pipe2:
        use: file
        from: [flood, stream, trickle]
        with: { path: pipe2 }
        buffer:
          frames: 4
          inputs: { flood: { when_full: drop_oldest }, trickle: { when_full: adaptive, target: 5ms, then: drop_newest } }
      pipe3:
        use: file
        from: [flood, stream, trickle]
        with: { path: pipe3 }
        buffer: { frames: 2, when_full: drop_newest, inputs: { trickle: { when_full: block } } }
      pipe4:
        use: file
        from: [flood, stream, trickle]
        with: { path: pipe4 }
        buffer: { frames: 4, when_full: sample, inputs: { stream: { when_full: drop_oldest }, trickle: { when_full: block } } }

    """
  /// Edges that may lose rows.
  private static let drops = ["flood 2", "trickle 2", "flood 3", "stream 3", "flood 4", "stream 4"]

  private static let floodRows = 60_000, streamRows = 6000, trickleRows = 300

  @Test func `each pipe gets what the books say, and every row where edges block`() throws {
    let story = try Story()
    try story.file("pipeline.yaml", Self.pipeline)
    try story.file("flood.jsonl", (0..<Self.floodRows).map { Line.text("a", $0) }.joined())
    _ = try story.directory.directory("trickle")
    // Bytes that each pipe is read by for 64 of the first one.
    let pipes = [64, 64, 16, 4, 2].enumerated().map { number, share in
      NamedPipe(story.directory.file("pipe\(number)"), share: share)
    }
    let child = try story.start("run", "pipeline.yaml", "--books", "books.json")
    try child.waitForErrors { $0.contains("listening at 127.0.0.1:") && $0.hasSuffix("\n") }
    let port = child.errorText.split(separator: "listening at 127.0.0.1:").last!.prefix { $0.isNumber }
    var peers = PeerSchedule(port: try #require(UInt16(port)), letters: ["p", "q", "r", "s"], rows: Self.streamRows)
    var trickle = 0
    var turns = 0
    let isWhole = try repeats(
      limitSeconds: 40,
      {
        turns += 1
        try peers.turn()
        // Two files, of which the second comes to be while the first one grows.
        if turns % 4 == 0, trickle < Self.trickleRows {
          let letter = trickle < 100 || trickle % 2 == 0 ? "x" : "y"
          try Files.append(story.directory.file("trickle/\(letter).jsonl"), Line.text(letter, trickle))
          trickle += 1
        }
        pipes[0].read(most: 64 << 10)
        for pipe in pipes.dropFirst() {
          // Slow readers read on when the flood is over, or what waits for them would wait for ever.
          let allowed = pipes[0].total / 64 * pipe.share + (pipes[0].rows["a"]?.count == Self.floodRows ? turns * 256 : 0)
          pipe.read(most: min(64 << 10, allowed - pipe.total))
        }
      },
      until: {
        pipes[0].rowCount == Self.floodRows + Self.streamRows + Self.trickleRows && pipes[1].rowCount == pipes[0].rowCount
      })
    #expect(isWhole, "pipes have \(pipes.map(\.rowCount)) rows\n\(child.errorText)")
    child.signal(SIGINT)
    let isOver = repeats({ for pipe in pipes { pipe.read(most: 64 << 10) } }, until: { pipes.allSatisfy(\.hasEnded) })
    #expect(isOver)
    #expect(try child.finish() == .exit(0), "\(child.errorText)")

    let books = try story.text("books.json")
    #expect(books.contains("\"balanced\":true"))
    let sources = [
      ("flood", ["a"], Self.floodRows), ("stream", peers.letters, Self.streamRows), ("trickle", ["x", "y"], Self.trickleRows),
    ]
    for (number, pipe) in pipes.enumerated() {
      #expect(pipe.damaged == [])
      for (source, letters, sent) in sources {
        let edge = "\(source).out -> pipe\(number)"
        func counter(_ name: String) throws -> Int { try #require(BooksText.counter(name, ofEdge: edge, books)) }
        // Rows of one file or peer keep their order, and none comes twice.
        for letter in letters { #expect(zip(pipe.of(letter), pipe.of(letter).dropFirst()).allSatisfy { $0 < $1 }) }
        let (popped, dropped) = (try counter("popped"), try counter("dropped"))
        #expect(try counter("pushed") == sent && counter("queued") == 0, "\(edge)")
        #expect(popped == letters.reduce(0) { $0 + pipe.of($1).count } && popped + dropped == sent, "\(edge)")
        if !Self.drops.contains("\(source) \(number)") { #expect(dropped == 0, "\(edge)") }
      }
    }
    for number in 2...4 { #expect(pipes[number].of("a").count < Self.floodRows) }
  }
}

/// Rows that say who sent them and how many came before, all of one length.
private enum Line {
  private static let base = 1_000_000

  static func text(_ letter: String, _ number: Int) -> String {
    "{\"s\":\"\(letter)\",\"n\":\(base + number),\"t\":\(1_700_000_000_000 + number)}\n"
  }

  static func read(_ line: ArraySlice<UInt8>) -> (letter: String, number: Int)? {
    let bytes = Array(line)
    guard bytes.count == 39, let number = Int(String(decoding: bytes[13..<20], as: UTF8.self)) else { return nil }
    let letter = String(decoding: bytes[6..<7], as: UTF8.self)
    return bytes + [0x0A] == Array(text(letter, number - base).utf8) ? (letter, number - base) : nil
  }
}

/// A named pipe and what was read from it.
private final class NamedPipe {
  let share: Int
  private let descriptor: Int32
  private(set) var total = 0
  private(set) var rows: [String: [Int]] = [:]
  private(set) var rowCount = 0
  /// Lines that nobody sent.
  private(set) var damaged: [String] = []
  private(set) var hasEnded = false
  private var rest: [UInt8] = []

  init(_ path: String, share: Int) {
    self.share = share
    #expect(mkfifo(path, 0o600) == 0)
    descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
  }

  deinit { close(descriptor) }

  func of(_ letter: String) -> [Int] { rows[letter] ?? [] }

  func read(most: Int) {
    guard most > 0, !hasEnded else { return }
    var chunk = [UInt8](repeating: 0, count: most)
    let count = Glibc.read(descriptor, &chunk, most)
    // Before the writer has come there is an end, too.
    if count == 0 { hasEnded = total > 0 }
    guard count > 0 else { return }
    total += count
    rest += chunk[..<count]
    var start = 0
    while let end = rest[start...].firstIndex(of: 0x0A) {
      if let (letter, number) = Line.read(rest[start..<end]) {
        rows[letter, default: []].append(number)
        rowCount += 1
      } else {
        damaged.append(String(decoding: rest[start..<end], as: UTF8.self))
      }
      start = end + 1
    }
    rest.removeFirst(start)
  }
}

/// Peers that connect one after the other, two at a time, each of which sends its part of the rows and leaves.
private struct PeerSchedule {
  let port: UInt16
  let letters: [String]
  /// Rows of all.
  let rows: Int
  private var open: [(end: TcpEnd, letter: String, rest: [UInt8])] = []
  private var next = 0

  init(port: UInt16, letters: [String], rows: Int) {
    (self.port, self.letters, self.rows) = (port, letters, rows)
  }

  /// Each peer sends a part of what it has.
  mutating func turn() throws {
    if open.count < 2, next < letters.count {
      let letter = letters[next]
      let text = (0..<rows / letters.count).map { Line.text(letter, $0) }.joined()
      open.append((try TcpEnd(port: port), letter, Array(text.utf8)))
      next += 1
    }
    for place in open.indices {
      // Parts of rows, too.
      let part = Array(open[place].rest.prefix(500 + 700 * place))
      open[place].rest.removeFirst(open[place].end.offer(part))
    }
    open.removeAll { peer in
      if peer.rest.isEmpty { peer.end.close() }
      return peer.rest.isEmpty
    }
  }
}
