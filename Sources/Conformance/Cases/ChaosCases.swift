import CTidemill
import Frames
import PluginManifest

/// Refusals, bounds and random calls.
enum ChaosCases {
  static func hostFailures(_ bench: Bench) throws {
    for (from, status) in [(0, TIDE_E_FATAL), (1, TIDE_E_FATAL), (0, TIDE_E_RETRY), (3, TIDE_E_RETRY)] {
      bench.step("output calls answer \(statusName(status)) from number \(from) on")
      try live(bench) { $0.refusals.output = (from, status) }
    }
    for oneIn in [1, 2, 5] {
      bench.step("one in \(oneIn) of reserve, grow and retain fails")
      try live(bench) { $0.refusals.oneIn = oneIn }
    }
  }

  /// A life that may come to a bad end, as long as it comes to one in good order.
  private static func live(_ bench: Bench, _ prepare: (ProxyHost) -> Void) throws {
    let instance = try bench.opened(prepare: prepare)
    let workout = try Workout(bench)
    do {
      try WorkerThread.run { try workout.run(instance) }
    } catch is CaseEnd {} catch is Breach {}
    instance.close()
    instance.destroy()
  }

  static func optionsAtBounds(_ bench: Bench) throws {
    let component = bench.subject.component
    let options = component.options ?? []
    guard !options.isEmpty else { throw CaseEnd.skipped("the component has no options") }
    let start = Subject.example(of: component, in: bench.subject.plugin) ?? .map([])
    let values = OptionValues(component, seed: bench.subject.seed)
    for option in options {
      for value in bounds(of: option, values) {
        guard case .map(var entries) = values.completed(start) else { continue }
        entries.removeAll { $0.name == option.name }
        entries.append(.init(option.name, value))
        guard case .success(let node) = Subject.resolve(component, of: bench.subject.plugin, with: .map(entries)) else {
          continue
        }
        bench.step("\(option.name): \(value.json)")
        let instance = ProxyInstance(try bench.proxy(config: node.config), bench.page)
        let status = instance.create()
        if status == TIDE_OK { instance.destroy() }
        try expect(
          status == TIDE_OK || !instance.lastFailure.isEmpty,
          "with \(option.name): \(value.json), create answered \(statusName(status)) and gave no text")
      }
    }
  }

  private static func bounds(of option: OptionSchema, _ values: OptionValues) -> [ConfigValue] {
    if let choices = option.choices { return choices }
    switch option.type {
    case .boolean: return [.bool(false), .bool(true)]
    case .integer:
      let ends = [option.minimum.map { $0 } ?? -9e15, option.maximum.map { $0 } ?? 9e15]
      return ends.map { values.quantity(Int64(clamping: $0), option.format) }
    case .number: return [.double(option.minimum ?? -1e300), .double(option.maximum ?? 1e300)]
    case .string: return [.string(""), .string(String(repeating: "x", count: 5000)), .string("ä€\u{10FFFF}")]
    case .list: return [.list([])]
    case .map: return [.map([])]
    }
  }

  // MARK: Random runs

  static let fuzzRuns = 12
  private static let fuzzSteps = 40

  static func fuzzCalls(_ bench: Bench) throws {
    for run in 0..<fuzzRuns {
      bench.step("run \(run)")
      let instance = try bench.opened { $0.refusals.oneIn = run % 3 == 2 ? 9 : 0 }
      do {
        try WorkerThread.run { try randomCalls(bench, instance) }
      } catch let end as CaseEnd {
        // With a host that refuses now and then a call may fail.
        if run % 3 != 2 { throw end }
      }
      instance.close()
      instance.destroy()
    }
  }

  private static func randomCalls(_ bench: Bench, _ instance: ProxyInstance) throws {
    let workout = try Workout(bench)
    var row = 0
    for number in 0..<fuzzSteps {
      switch bench.random.below(8) {
      case 0..<4 where bench.kind != .source:
        let size = 1 + bench.random.below([1, 10, 100, 2000][bench.random.below(4)])
        let flavour: InputFrames.Flavour = [.plain, .plain, .extreme, .nulls, .missing][bench.random.below(5)]
        let frame = try bench.frames.frame(size, first: row, flavour)
        let chosen = bench.random.chance(2) ? nil : (0..<size).filter { _ in bench.random.chance(2) }.map { UInt16($0) }
        let port = UInt32(bench.random.below(bench.subject.inputCount))
        row += size
        bench.step("step \(number): a batch of \(size) rows")
        try workout.give(InputBatch(frame, selection: chosen, port: port), to: instance)
      case 0..<4:
        let status = instance.poll()
        if status == TIDE_END { return try workout.answered(try instance.flush(), "flush", instance) }
        if status < 0 { try workout.answered(status, "poll", instance) }
      case 4:
        if bench.kind != .source { try workout.pass(time: InputFrames.time(ofRow: row), instance) }
      case 5:
        instance.proxy.now += Int64(bench.random.below(10_000_000_000))
        try workout.runTimers(TIDE_DOMAIN_PROCESSING, upTo: instance.proxy.now, instance)
      case 6:
        if instance.hasState { try workout.answered(instance.snapshot().status, "snapshot", instance) }
      default:
        let status = instance.reconfigure()
        if status != TIDE_E_UNSUPPORTED { try workout.answered(status, "reconfigure", instance) }
      }
    }
    try workout.finish(instance)
    try workout.answered(try instance.flush(), "flush", instance)
  }

  static func fuzzFrames(_ bench: Bench) throws {
    guard bench.kind != .source else { throw CaseEnd.skipped("a source has no input") }
    let read = try bench.columns.read
    let frames = try bench.frames
    let types = ColumnType.allCases
    for run in 0..<60 {
      bench.step("frame \(run)")
      var columns = read.filter { _ in !bench.random.chance(4) }.map { column in
        bench.random.chance(3) ? InputColumn(name: column.name, type: types[bench.random.below(types.count)]) : column
      }
      for extra in 0..<bench.random.below(6) {
        columns.append(InputColumn(name: "x\(extra)", type: types[bench.random.below(types.count)]))
      }
      if columns.isEmpty { columns = [InputColumn(name: "x", type: .int)] }
      let size = 1 + bench.random.below(300)
      let flavour: InputFrames.Flavour = [.plain, .extreme, .nulls][bench.random.below(3)]
      let frame = try frames.frame(columns, rows: run..<run + size, flavour)
      let instance = try bench.opened()
      let workout = try Workout(bench)
      do {
        try WorkerThread.run {
          try workout.give(InputBatch(frame), to: instance)
          try workout.finish(instance)
          try workout.answered(try instance.flush(), "flush", instance)
        }
      } catch CaseEnd.failed {
        // A row may be too much for a component; a promise that it breaks then is kept in the books.
      }
      instance.close()
      instance.destroy()
    }
  }

  static func fuzzState(_ bench: Bench) throws {
    let table = try bench.table
    guard tide_has_snapshot(table) != 0, tide_has_restore(table) != 0 else {
      throw CaseEnd.skipped("the component keeps no state")
    }
    let first = try bench.opened()
    let state = try WorkerThread.run {
      if bench.kind == .source { for _ in 0..<3 { _ = instance(first) } } else { try Workout(bench).feed(first) }
      return first.snapshot().state
    }
    first.close()
    first.destroy()
    for run in 0..<200 {
      bench.step("damage \(run)")
      let damaged = try bench.created()
      for (group, bytes) in state.blobs.sorted(by: { $0.key < $1.key }) {
        var bytes = bytes
        for _ in 0...bench.random.below(4) where !bytes.isEmpty {
          switch bench.random.below(3) {
          case 0: bytes[bench.random.below(bytes.count)] = UInt8(truncatingIfNeeded: bench.random.next())
          case 1: bytes.removeLast(bench.random.below(bytes.count))
          default: bytes += (0..<bench.random.below(40)).map { _ in UInt8(truncatingIfNeeded: bench.random.next()) }
          }
        }
        if damaged.restore(group: group, bytes, chunk: 1 + bench.random.below(64)) < 0 { break }
      }
      damaged.destroy()
    }
  }

  private static func instance(_ instance: ProxyInstance) -> tide_status { instance.poll() }
}
