import CTidemill

/// Snapshots and what is made of them.
enum StateCases {
  private static func needsState(_ bench: Bench) throws {
    let table = try bench.table
    guard tide_has_snapshot(table) != 0, tide_has_restore(table) != 0 else {
      throw CaseEnd.skipped("the component keeps no state")
    }
  }

  static func entriesPaired(_ bench: Bench) throws {
    let table = try bench.table
    let (saves, restores) = (tide_has_snapshot(table) != 0, tide_has_restore(table) != 0)
    try expect(saves == restores, saves ? "it has snapshot but no restore" : "it has restore but no snapshot")
    guard saves else { throw CaseEnd.skipped("the component keeps no state") }
    try expect(bench.subject.component.stateVersion != nil, "the manifest names no state_version")
  }

  /// An instance that has seen some input, and how to go on with it.
  private static func used(_ bench: Bench, keepsRows: Bool = false) throws -> ProxyInstance {
    let instance = try bench.opened { $0.keepsRows = keepsRows }
    try WorkerThread.run { try before(bench, instance) }
    return instance
  }

  private static func before(_ bench: Bench, _ instance: ProxyInstance) throws {
    let workout = try Workout(bench)
    if bench.kind == .source {
      for _ in 0..<3 {
        let status = instance.poll()
        if status < 0 { throw CaseEnd.skipped(instance.sentence("poll", status)) }
        if status == TIDE_END { break }
      }
    } else {
      try workout.feed(instance)
    }
  }

  private static func after(_ bench: Bench, _ instance: ProxyInstance) throws {
    var workout = try Workout(bench)
    workout.first = 1000
    try workout.run(instance)
  }

  private static func save(_ instance: ProxyInstance) throws -> SavedState {
    let (status, state) = try WorkerThread.run { instance.snapshot() }
    try expect(status == TIDE_OK, instance.sentence("snapshot", status))
    return state
  }

  private static func end(_ instance: ProxyInstance) {
    instance.close()
    instance.destroy()
  }

  /// A new instance with that state, open.
  private static func restored(
    _ bench: Bench, _ state: SavedState, chunk: Int = .max, prepare: (ProxyHost) -> Void = { _ in }
  ) throws -> ProxyInstance {
    let instance = try bench.created(prepare: prepare)
    let status = instance.restore(state, chunk: chunk)
    try expect(status == TIDE_OK, instance.sentence("restore of what a snapshot wrote", status))
    return try bench.open(instance)
  }

  static func snapshotRestore(_ bench: Bench) throws {
    try needsState(bench)
    for isUsed in [false, true] {
      bench.step(isUsed ? "an instance that has seen rows" : "an instance that has seen nothing")
      let first = isUsed ? try used(bench) : try bench.opened()
      let state = try save(first)
      end(first)
      let second = try restored(bench, state)
      let again = try save(second)
      end(second)
      if let difference = state.difference(to: again) {
        throw CaseEnd.failed("of \(isUsed ? "an instance that has seen rows" : "a new instance"), \(difference)")
      }
    }
  }

  static func restoreShortReads(_ bench: Bench) throws {
    try needsState(bench)
    let first = try used(bench)
    let state = try save(first)
    end(first)
    for chunk in [1, 3] {
      let second = try restored(bench, state, chunk: chunk)
      let again = try save(second)
      end(second)
      if let difference = state.difference(to: again) {
        throw CaseEnd.failed("read \(chunk) \(chunk == 1 ? "byte" : "bytes") at a time, \(difference)")
      }
    }
  }

  static func restoreContinues(_ bench: Bench) throws {
    try needsState(bench)
    guard bench.kind == .operator else { throw CaseEnd.skipped("only an operator's rows follow from its input alone") }
    let whole = try used(bench, keepsRows: true)
    let before = whole.proxy.rows.lines.count
    let (state, clock) = (try save(whole), whole.proxy.now)
    try WorkerThread.run { try after(bench, whole) }
    end(whole)
    let second = try restored(bench, state) {
      $0.keepsRows = true; $0.now = clock
    }
    try WorkerThread.run { try after(bench, second) }
    end(second)
    let rest = whole.proxy.rows.dropping(before)
    if let difference = rest.difference(to: second.proxy.rows, "without a break", "after a restore") {
      throw CaseEnd.failed(difference)
    }
  }

  private static func attempt(_ bench: Bench, group: UInt32, _ bytes: [UInt8], version: UInt32? = nil) throws -> tide_status {
    let instance = try bench.created()
    let status = instance.restore(group: group, bytes, version: version)
    instance.destroy()
    return status
  }

  /// The group that a snapshot uses first.
  private static func sample(_ bench: Bench) throws -> (group: UInt32, bytes: [UInt8]) {
    let first = try used(bench)
    let state = try save(first)
    end(first)
    guard let found = state.blobs.filter({ !$0.value.isEmpty }).min(by: { $0.key < $1.key }) else {
      throw CaseEnd.skipped("after some input there is nothing to save")
    }
    return (found.key, found.value)
  }

  static func restoreRefusesGarbage(_ bench: Bench) throws {
    try needsState(bench)
    let group = (try? sample(bench).group) ?? TIDE_ALL_GROUPS
    for length in [13, 1021] {
      for fill in ["random", "ones"] {
        bench.step("\(length) bytes of \(fill)")
        let bytes = (0..<length).map { _ in fill == "ones" ? UInt8.max : UInt8(truncatingIfNeeded: bench.random.next()) }
        let status = try attempt(bench, group: group, bytes)
        try expect(
          status < 0, "restore of \(length) \(fill == "ones" ? "bytes of 255" : "random bytes") answered \(statusName(status))")
        try expect(
          status == TIDE_E_STATE, "restore of \(length) \(fill) bytes answered \(statusName(status)), not TIDE_E_STATE")
      }
    }
    bench.step("an empty blob")
    _ = try attempt(bench, group: group, [])
  }

  static func restoreRefusesCut(_ bench: Bench) throws {
    try needsState(bench)
    let (group, bytes) = try sample(bench)
    for length in stride(from: 1, to: bytes.count, by: max(1, bytes.count / 40)) {
      bench.step("the first \(length) of \(bytes.count) bytes")
      _ = try attempt(bench, group: group, Array(bytes[..<length]))
    }
    let status = try attempt(bench, group: group, Array(bytes.dropLast()))
    try expect(status < 0, "restore without the last of \(bytes.count) bytes answered \(statusName(status))")
  }

  static func restoreRefusesNewer(_ bench: Bench) throws {
    try needsState(bench)
    let (group, bytes) = try sample(bench)
    let version = try bench.table.pointer(to: \.state_version)!.pointee
    let status = try attempt(bench, group: group, bytes, version: version + 1)
    try expect(status == TIDE_E_STATE, "restore of version \(version + 1) answered \(statusName(status))")
  }

  static func snapshotChangesNothing(_ bench: Bench) throws {
    try needsState(bench)
    let instance = try used(bench, keepsRows: true)
    let (first, second) = (try save(instance), try save(instance))
    if let difference = first.difference(to: second) { throw CaseEnd.failed("without input between them, \(difference)") }
    try WorkerThread.run { try after(bench, instance) }
    end(instance)
    guard bench.kind == .operator else { return }
    let plain = try used(bench, keepsRows: true)
    try WorkerThread.run { try after(bench, plain) }
    end(plain)
    let difference = plain.proxy.rows.difference(to: instance.proxy.rows, "without a snapshot", "after snapshots")
    if let difference { throw CaseEnd.failed(difference) }
  }

  static func snapshotReports(_ bench: Bench) throws {
    try needsState(bench)
    let instance = try used(bench)
    let (_, state) = try WorkerThread.run { instance.snapshot() }
    guard state.bytes > 0 else { throw CaseEnd.skipped("after some input there is nothing to save") }
    let (status, _) = try WorkerThread.run { instance.snapshot(failsFrom: 0) }
    end(instance)
    try expect(status < 0, "the writer failed, snapshot answered \(statusName(status))")
  }

  static func snapshotGroups(_ bench: Bench) throws {
    try needsState(bench)
    let instance = try used(bench)
    let state = try save(instance)
    end(instance)
    if let group = state.strangers.first { throw CaseEnd.failed("it wrote the group \(group)") }
  }
}
