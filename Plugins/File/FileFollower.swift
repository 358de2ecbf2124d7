import Glibc
import PluginKit

/// Reads files as they grow, across rotation, truncation, deletion and return, until the pipeline stops.
///
/// A file is known by its inode and read once, whatever it is called. When a name leads to another file, the old one is read to its
/// end first, and it ends when nobody writes it any more. Changes are told by the kernel; a look once a second makes up for
/// what it does not tell.
final class FileFollower {
  /// How often everything is looked at that nothing was told of.
  static let safetyInterval: Duration = .seconds(1)
  /// Files that keep their memory while they wait for more.
  private static let bufferedFiles = 32
  /// An old file that is still open for writing ends when nothing was written for this long and a new one waits.
  private static let quietNanoseconds: Int64 = 5_000_000_000
  /// The same where it cannot be known whether somebody writes.
  private static let unknownQuietNanoseconds: Int64 = 1_000_000_000
  /// A new file waits no longer than this for the old one.
  private static let longestWaitNanoseconds: Int64 = 60_000_000_000

  let host: Host
  let codec: Codec
  let given: [String]
  let start: FileSource.Start
  private let format: FileSource.Format
  let changes = FileChanges()
  private var watch: DescriptorWatch?

  var names: [String: FollowedName] = [:]
  /// In the order in which they came.
  var order: [FollowedName] = []
  var files: [FileIdentity: FollowedFile] = [:]
  var watched: [Int32: FollowedFile] = [:]
  /// Files that were read to their end, as they were then: word of their coming may arrive after that.
  private var ended: [FileIdentity: FileMark] = [:]
  private var endedInOrder: [FileIdentity] = []
  private static let mostEnded = 1024
  /// What the names in a watched directory begin with.
  var directories: [Int32: Set<String>] = [:]
  var arrivals: [Arrival] = []
  var saved: [String: SavedPosition]
  var nextPartition: UInt32 = 0
  /// A pattern may fit more files than are known.
  var needsScan = true
  private var nextLook = Int64.min
  private var turnStart = 0
  private var lingering = false
  /// Partitions that have to be known before the first row of another one, that they hold its watermark back.
  private var unannounced: [UInt32] = []
  private var truncations = 0
  var lostFiles = 0
  var limit = LogLimit()

  init(
    _ host: Host, _ codec: Codec, _ given: [String], start: FileSource.Start, format: FileSource.Format, saved: [SavedPosition]
  ) {
    self.host = host
    self.codec = codec
    self.given = given
    self.start = start
    self.format = format
    self.saved = Dictionary(saved.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
  }

  func open() throws {
    if changes == nil {
      host.log(.warning, "changes of files are not told by this system (inotify); they are looked for once a second")
    }
    for path in given where !FileNames.isPattern(path) { add(path, isListed: true) }
    scan()
    for name in order {
      guard let file = try openFile(name, at: name.path, isAtStart: true) else { continue }
      adopt(file, name)
      unannounced.append(file.partition)
    }
    watch = try DescriptorWatch(host)
  }

  func close() {
    watch?.stop()
    if truncations > 0 || lostFiles > 0 {
      host.log(.info, "followed files: \(truncations) truncated, \(lostFiles) gone before they were read")
    }
  }

  /// What a checkpoint keeps.
  var positions: [SavedPosition] {
    order.compactMap { name in
      guard let file = name.current else { return name.saved }
      return SavedPosition(path: name.path, position: file.savedPosition, identity: file.identity)
    }
  }

  // MARK: Reading

  func poll(deadline: Int64, _ out: inout Output) throws -> PollResult {
    for partition in unannounced { try out.watermark(.min, partition: partition) }
    unannounced = []
    try listen()
    lookAround()
    if lingering { for name in order where name.lostAt != nil { name.isStirred = true } }
    lingering = false
    var isBusy = true
    while isBusy {
      isBusy = false
      for offset in order.indices {
        let index = (turnStart + offset) % order.count
        let name = order[index]
        guard name.needsTurn else { continue }
        switch try turn(name, &out) {
        case .more: isBusy = true
        case .rest: name.settle()
        case .full:
          // It goes on here; the others had their turn.
          turnStart = index
          return .ready
        }
        if host.now >= deadline {
          turnStart = (index + 1) % order.count
          return .ready
        }
      }
    }
    dropGone(&out)
    let interests = changes.map { [DescriptorWatch.Interest($0.descriptor, POLLIN)] } ?? []
    watch?.wake(on: interests, after: lingering ? .milliseconds(100) : nil)
    return .idle
  }

  private enum Turn {
    case more, full, rest
  }

  private func turn(_ name: FollowedName, _ out: inout Output) throws -> Turn {
    if name.current == nil {
      try bring(name)
      guard !name.next.isEmpty else { return .rest }
      let file = name.next.removeFirst()
      name.current = file
      file.path = name.path
      codec.origin(name.path, partition: file.partition)
    }
    guard let file = name.current else { return .rest }
    do {
      switch try file.step(codec, &out) {
      case .more: return .more
      case .full: return .full
      case .atEnd: return try atEnd(name, file, &out)
      case .truncated(let lost):
        truncations += 1
        try codec.end(file.partition, &out)
        let note = lost > 0 ? "; \(lost) bytes of an unfinished record are gone" : ""
        limit.log(.warning, "\(name.path): was truncated, reading it from its start\(note)", host)
        return .more
      }
    } catch let error as PluginError where !name.isListed {
      // One file of many that cannot be read is no reason to stop reading the others.
      host.log(.error, error.text)
      file.isRefused = true
      return .more
    }
  }

  private func atEnd(_ name: FollowedName, _ file: FollowedFile, _ out: inout Output) throws -> Turn {
    let leads = FileIdentity.of(name.path)
    if leads == file.identity {
      (name.lostAt, name.isClosing) = (nil, false)
      if !name.next.isEmpty {
        // It is back in the place of others, which end first.
        name.current = name.next.removeFirst()
        name.next.append(file)
        return .more
      }
      if file.isBuffered, files.values.count(where: \.isBuffered) > Self.bufferedFiles { file.rest() }
      return .rest
    }
    if leads != nil { try bring(name) }
    if file.names > 1 {
      // It goes on under another name that is followed, and keeps its partition there.
      release(name)
      name.partition = nextPartition
      nextPartition += 1
      return .more
    }
    if name.isClosing {
      guard try file.finish(codec, &out) else { return .full }
      try out.idle(partition: file.partition)
      release(name)
      return .more
    }
    name.isClosing = isDone(name, file)
    if !name.isClosing { lingering = true }
    return name.isClosing ? .more : .rest
  }

  /// Sees to the file that comes next, if there is one. What was told meanwhile comes first: the file that the name leads to now may
  /// have taken the place of others that were not read yet.
  private func bring(_ name: FollowedName) throws {
    if name.next.isEmpty { try listen() }
    if name.next.isEmpty, let file = try openFile(name, at: name.path) { adopt(file, name) }
  }

  /// True when nothing more is expected of a file that has lost its name.
  private func isDone(_ name: FollowedName, _ file: FollowedFile) -> Bool {
    let now = host.now
    let lostAt = name.lostAt ?? now
    name.lostAt = lostAt
    let quiet = now - max(file.lastGrowth, lostAt)
    let isAwaited = !name.next.isEmpty
    switch file.isBeingWritten() {
    case false: return true
    case nil: return quiet >= (isAwaited ? Self.unknownQuietNanoseconds : Self.longestWaitNanoseconds)
    case true:
      guard isAwaited else { return false }
      if quiet < Self.quietNanoseconds && now - lostAt < Self.longestWaitNanoseconds { return false }
      limit.log(
        .warning, "\(name.path): the file that had this name is still open for writing; what comes to it is not read any more",
        host)
      return true
    }
  }

  // MARK: Names and files

  /// A path to follow from now on.
  @discardableResult
  func add(_ path: String, isListed: Bool) -> FollowedName? {
    guard names[path] == nil else { return nil }
    guard order.count < Self.mostNames else {
      limit.log(.error, "\(path): is not followed: \(Self.mostNames) files are, the most that this process may open", host)
      return nil
    }
    let name = FollowedName(path, isListed: isListed, partition: nextPartition)
    nextPartition += 1
    name.saved = saved.removeValue(forKey: path)
    names[path] = name
    order.append(name)
    watchDirectory(of: path)
    return name
  }

  /// Half of the files that this process may open.
  static let mostNames: Int = {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 512 }
    return Int(min(limit.rlim_cur / 2, 4096))
  }()

  /// The file at a place, nil when there is none that can be followed.
  func openFile(_ name: FollowedName, at place: String, isAtStart: Bool = false) throws -> FollowedFile? {
    do {
      guard let file = try Descriptor.readingIfPresent(place) else { return nil }
      let status = try file.status()
      let identity = FileIdentity(status)
      if let known = files[identity] { return known }
      if try OpenFiles.holdAnother(of: file, .writing) { throw FileFailure.written(place) }
      let isRead = ended[identity] == FileMark(status)
      let position = isRead ? UInt64(clamping: status.st_size) : try position(name, file, status, identity, isAtStart)
      name.trouble = ""
      return try FollowedFile(
        file, identity: identity, partition: name.partition, from: position, hasHeader: format.hasHeader,
        now: host.now)
    } catch let error as PluginError {
      if isAtStart && name.isListed || error.code == .state { throw error }
      if name.trouble != error.text { host.log(.error, error.text) }
      name.trouble = error.text
      return nil
    }
  }

  private func position(
    _ name: FollowedName, _ file: Descriptor, _ status: stat, _ identity: FileIdentity, _ isAtStart: Bool
  ) throws -> UInt64 {
    if let saved = name.saved {
      name.saved = nil
      if saved.identity == nil || saved.identity == identity {
        guard UInt64(clamping: status.st_size) < saved.position else { return saved.position }
        host.log(.warning, "\(name.path): was truncated since the checkpoint, reading it from its start")
      } else {
        host.log(.warning, "\(name.path): is another file than at the checkpoint, reading it from its start")
      }
      return 0
    }
    guard isAtStart, start == .end else { return 0 }
    let length = UInt64(clamping: status.st_size)
    return format.isLines ? try LastLine.start(in: file, length: length) : length
  }

  /// Makes a file the last of those that a name leads to; nothing when it is one of them.
  func adopt(_ file: FollowedFile, _ name: FollowedName) {
    guard name.current !== file, !name.next.contains(where: { $0 === file }) else { return }
    if file.names == 0 {
      files[file.identity] = file
      file.watch(by: changes)
      if let watch = file.watch { watched[watch] = file }
    }
    file.names += 1
    file.isStirred = true
    name.next.append(file)
    name.isStirred = true
  }

  /// Lets go of the file that a name led to.
  private func release(_ name: FollowedName) {
    guard let file = name.current else { return }
    name.current = nil
    (name.lostAt, name.isClosing, name.isStirred) = (nil, false, true)
    file.names -= 1
    guard file.names == 0 else { return }
    files[file.identity] = nil
    noteEnd(of: file)
    guard let number = file.watch else { return }
    changes?.unwatch(number)
    watched[number] = nil
  }

  private func noteEnd(of file: FollowedFile) {
    guard let mark = file.mark else { return }
    if ended.updateValue(mark, forKey: file.identity) == nil { endedInOrder.append(file.identity) }
    if endedInOrder.count > Self.mostEnded { ended[endedInOrder.removeFirst()] = nil }
  }

  /// Names that a pattern once fitted and that lead nowhere now are forgotten.
  private func dropGone(_ out: inout Output) {
    guard order.contains(where: { !$0.isListed && $0.current == nil && $0.next.isEmpty }) else { return }
    order.removeAll { name in
      guard !name.isListed, name.current == nil, name.next.isEmpty, FileIdentity.of(name.path) == nil else { return false }
      names[name.path] = nil
      return true
    }
    turnStart = 0
  }

  /// Looks at everything once in a while, and at patterns when they may fit more.
  private func lookAround() {
    let now = host.now
    if now >= nextLook {
      nextLook = now &+ Self.safetyInterval.wholeNanoseconds
      for name in order { name.isStirred = true }
      watchDirectories()
      needsScan = true
    }
    if needsScan { scan() }
  }
}
