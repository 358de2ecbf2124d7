import PluginKit

/// Source `file`: reads files from front to end, one after the other, each as one partition.
struct FileSource: Source, Stateful {
  static let path = Option(
    optional: "path", .path,
    doc: "A file, or a pattern such as `logs/*.jsonl`. The files that it names are read in sorted order.")
  static let paths = Option(optional: "paths", .list(.path), doc: "Several files or patterns, instead of `path`.", minimum: 1)

  static let follow = Option(
    "follow", .bool,
    doc: "Wait for more at the end of each file, also for files that are not there yet, across rotation and truncation.",
    default: false)
  static let start = Option(
    "start", .choice(Start.self),
    doc: "With `follow`: read a file that is there at the start from its beginning, or only what comes to it.",
    default: .beginning)

  static let component = Component(
    "file", doc: "Read events from files, from front to end; several files in sorted order, each as one partition.",
    concurrency: .single, codec: .decode, options: [path, paths, follow, start], pollEvery: FileFollower.safetyInterval,
    example: """
      name: copy
      sources:
        memory: { use: file, with: { path: /proc/meminfo, format: text } }
      sinks:
        out: { use: stdout, from: memory }

      """)

  /// What has to be known of a format to begin in the middle of a file.
  struct Format {
    let hasHeader: Bool
    let isLines: Bool
  }

  /// Where the reading of a followed file begins.
  enum Start: String, CaseIterable {
    case beginning, end
  }

  /// 1 had no identity of the files.
  static let stateVersion: UInt32 = 2
  /// Up to so many files are held open from the start, so that no output can be written over them.
  static let heldFiles = 256

  private struct Input {
    let path: String
    let partition: UInt32
    var position: UInt64
    var identity: FileIdentity?
    var file: Descriptor?

    var saved: SavedPosition { SavedPosition(path: path, position: position, identity: identity) }
  }

  private let host: Host
  private let names: [String]
  private let follows: Bool
  private let start: Start
  private let format: Format
  private var codec: Codec?
  /// From a checkpoint; `open` adds the files that it does not know.
  private var inputs: [Input] = []
  private var order: [Int] = []
  private var current: (input: Int, reader: FileReader)?
  private var isAnnounced = false
  private var follower: FileFollower?

  init(_ config: Config) throws {
    host = config.host
    follows = try config[Self.follow]
    start = try config[Self.start]
    format = Format(hasHeader: config.hasHeaderRow, isLines: config.format != "frame")
    if start == .end, !follows {
      throw PluginError.config("`start: end` leaves out all that is there, so it needs `follow: true`", at: "start")
    }
    switch (try config[Self.path], try config[Self.paths]) {
    case (let path?, nil): names = [path]
    case (nil, let paths?): names = paths
    case (nil, nil): throw PluginError.config("give the file to read as `path`, or several as `paths`", at: "path")
    case (.some, .some): throw PluginError.config("give `path` or `paths`, not both", at: "paths")
    }
    if let empty = names.firstIndex(of: "") {
      throw PluginError.config("a path is empty", at: names.count == 1 ? "path" : "paths[\(empty)]")
    }
  }

  mutating func open() throws {
    let codec = try host.codec()
    self.codec = codec
    if follows {
      let follower = FileFollower(host, codec, names, start: start, format: format, saved: inputs.map(\.saved))
      try follower.open()
      self.follower = follower
      return
    }
    let known = Dictionary(inputs.indices.map { (inputs[$0].path, $0) }, uniquingKeysWith: { first, _ in first })
    let paths = try FileNames.expand(names)
    for path in paths {
      let file = try Descriptor.reading(path)
      if try OpenFiles.holdAnother(of: file, .writing) { throw FileFailure.written(path) }
      let input = known[path] ?? inputs.count
      if input == inputs.count { inputs.append(Input(path: path, partition: UInt32(inputs.count), position: 0)) }
      inputs[input].identity = FileIdentity(try file.status())
      let length = try file.status().st_size
      if UInt64(clamping: length) < inputs[input].position {
        throw FileFailure.shrunk(path, Int64(length), inputs[input].position)
      }
      codec.origin(path, partition: inputs[input].partition)
      if order.count < Self.heldFiles { inputs[input].file = file }
      order.append(input)
    }
    order.reverse()
  }

  mutating func poll(deadline: Int64, _ out: inout Output) throws -> PollResult {
    guard let codec else { throw PluginError.fatal("poll before open") }
    if let follower { return try follower.poll(deadline: deadline, &out) }
    try announce(&out)
    repeat {
      if current == nil {
        guard let next = order.popLast() else { return .end }
        let file = try inputs[next].file ?? Descriptor.reading(inputs[next].path)
        inputs[next].file = nil
        current = (
          next,
          FileReader(file, codec, partition: inputs[next].partition, from: inputs[next].position, hasHeader: format.hasHeader)
        )
      }
      guard let (input, reader) = current else { return .end }
      let unfinished = try reader.step(codec, &out)
      inputs[input].position = reader.position
      // Room is waited for between polls, where the host can stop the pipeline.
      if reader.hasRecords { return .ready }
      if !unfinished {
        current = nil
        guard !order.isEmpty else { return .end }
        try announce(&out)
        try out.watermark(.max, partition: inputs[input].partition)
      }
    } while host.now < deadline
    return .ready
  }

  /// Holds the watermark for the files that are still to come, so that none of their rows finds its window gone: all are known
  /// before the first row, and the next one is never taken for idle.
  private mutating func announce(_ out: inout Output) throws {
    let waiting = isAnnounced ? order.suffix(1) : order.count > 1 ? order[...] : []
    isAnnounced = true
    for input in waiting.reversed() { try out.watermark(.min, partition: inputs[input].partition) }
  }

  mutating func close() {
    follower?.close()
    follower = nil
    current = nil
    inputs = []
    order = []
  }

  mutating func snapshot(_ writer: StateWriter) throws {
    let positions = follower?.positions ?? inputs.map(\.saved)
    try writer.write(UInt32(clamping: positions.count))
    for saved in positions {
      try writer.write(saved.path)
      try writer.write(saved.position)
      try writer.write(saved.identity?.device ?? 0)
      try writer.write(saved.identity?.inode ?? 0)
    }
  }

  mutating func restore(group: UInt32, _ reader: StateReader) throws {
    guard (1...Self.stateVersion).contains(reader.version) else {
      throw PluginError(.state, "the positions were saved by version \(reader.version) of this source")
    }
    let count = try reader.read(UInt32.self)
    inputs = []
    for partition in 0..<count {
      var input = Input(path: try reader.readText(), partition: partition, position: try reader.read())
      if reader.version > 1 {
        let (device, inode): (UInt64, UInt64) = (try reader.read(), try reader.read())
        if inode != 0 { input.identity = FileIdentity(device: device, inode: inode) }
      }
      inputs.append(input)
    }
  }
}
