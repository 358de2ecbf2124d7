import PluginKit

/// What the kernel tells of names, and what becomes of it.
extension FileFollower {
  /// A file that came to a name and was not opened yet. Before it is, it may get other names, and another file this one.
  struct Arrival {
    let name: FollowedName
    /// Where it is now.
    var place: String
    /// Of the move that it is in the middle of, else 0.
    var cookie: UInt32 = 0
    var file: FollowedFile?
  }

  /// The most files of one name that wait for their turn.
  private static let mostWaiting = 64
  /// Rounds after which names that change without end are left to the next call.
  private static let mostRounds = 100

  /// Takes in all that was told, and opens what arrived before its name changes again.
  func listen() throws {
    guard let changes else { return }
    var told = changes.take()
    for _ in 0..<Self.mostRounds where !told.isEmpty {
      for change in told { take(change) }
      try openArrivals()
      told = changes.take()
    }
    for change in told { take(change) }
    settleArrivals()
  }

  private func take(_ change: FileChanges.Change) {
    let places = directories[change.watch].map { prefixes in prefixes.map { $0 + change.name } } ?? []
    switch change.kind {
    case .written: watched[change.watch]?.isStirred = true
    case .overflow:
      for name in order { name.isStirred = true }
      needsScan = true
    case .ended: directories[change.watch] = nil
    case .appeared: for place in places { appeared(at: place, cookie: change.cookie) }
    case .movedAway:
      for place in places {
        names[place]?.isStirred = true
        for index in arrivals.indices where arrivals[index].place == place {
          arrivals[index].cookie = change.cookie
          arrivals[index].file = nil
        }
      }
    case .deleted:
      for place in places {
        names[place]?.isStirred = true
        // An open file without a name is the one that was meant; any other came after it.
        for index in arrivals.indices where arrivals[index].place == place {
          if let file = arrivals[index].file, (try? file.status().st_nlink) == 0 { continue }
          arrivals[index].file = nil
          arrivals[index].place = ""
        }
      }
    }
  }

  private func appeared(at place: String, cookie: UInt32) {
    if cookie != 0 {
      for index in arrivals.indices where arrivals[index].cookie == cookie {
        arrivals[index].place = place
        arrivals[index].cookie = 0
      }
    }
    guard let name = names[place] else {
      needsScan = true
      return
    }
    name.isStirred = true
    arrivals.append(Arrival(name: name, place: place))
  }

  private func openArrivals() throws {
    for index in arrivals.indices
    where arrivals[index].file == nil && arrivals[index].cookie == 0 && arrivals[index].place != "" {
      arrivals[index].file = try openFile(arrivals[index].name, at: arrivals[index].place)
    }
  }

  private func settleArrivals() {
    for arrival in arrivals {
      let name = arrival.name
      guard let file = arrival.file else {
        if arrival.cookie != 0 || arrival.place != name.path || FileIdentity.of(name.path) == nil {
          lose(name, "was gone before it could be read")
        }
        continue
      }
      guard name.next.count < Self.mostWaiting else {
        lose(name, "was replaced more than \(Self.mostWaiting) times while it waited to be read")
        continue
      }
      adopt(files[file.identity] ?? file, name)
    }
    arrivals = []
  }

  private func lose(_ name: FollowedName, _ why: String) {
    lostFiles += 1
    limit.log(.warning, "\(name.path): a file of this name \(why)", host)
  }

  // MARK: Directories and patterns

  /// Adds the files that patterns fit now.
  func scan() {
    needsScan = false
    for pattern in given where FileNames.isPattern(pattern) {
      watchDirectory(of: pattern)
      for path in FileNames.present(pattern) { add(path, isListed: false) }
    }
  }

  /// Asks for what happens in the directory of a path. One that is missing is asked for again with the next look.
  func watchDirectory(of path: String) { watchDirectory(Self.prefix(of: path)) }

  private static func prefix(of path: String) -> String { path.lastIndex(of: "/").map { String(path[...$0]) } ?? "" }

  private func watchDirectory(_ prefix: String) {
    guard let number = changes?.watch(directory: prefix.isEmpty ? "." : prefix) else { return }
    directories[number, default: []].insert(prefix)
  }

  /// The same for all paths: a directory may have come to be, or another one have taken its place.
  func watchDirectories() {
    let old = directories
    directories = [:]
    for prefix in Set((given + order.map(\.path)).map(Self.prefix)) { watchDirectory(prefix) }
    for number in old.keys where directories[number] == nil { changes?.unwatch(number) }
  }
}
