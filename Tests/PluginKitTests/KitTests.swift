import PluginKit
import PluginManifest
import TestSupport
import Testing

@Suite struct Records {
  private func rule(_ field: String, _ above: Double?) -> ConfigValue {
    .map([.init("field", .string(field))] + (above.map { [.init("above", .double($0))] } ?? []))
  }

  @Test func `are read from lists and maps, each with its members`() throws {
    let bench = try PluginBench(kitPlugin.table(0))
    let options: [ConfigValue.Entry] = [
      .init("rules", .list([rule("a", 1.5), rule("b", -2)])), .init("named", .map([.init("x", rule("c", 0))])),
    ]
    _ = try bench.create(.operator, "ruled", with: .map(options))
    #expect(bench.logs == ["a 1.5", "b -2.0", "x: c"])
  }

  @Test func `name the place of what is wrong, also what only they know`() throws {
    let bench = try PluginBench(kitPlugin.table(0))
    func fails(_ rules: [ConfigValue]) -> PluginBench.Failure? {
      do {
        _ = try bench.create(.operator, "ruled", with: .map([.init("rules", .list(rules))]))
        return nil
      } catch { return error as? PluginBench.Failure }
    }
    #expect(
      fails([rule("a", 1), rule("odd", 1)]) == .init(code: TIDE_E_CONFIG, text: "is no name", configPath: "rules[1].field"))
    #expect(
      fails([.map([.init("above", .int(1))])])
        == .init(code: TIDE_E_CONFIG, text: "'field' is missing", configPath: "rules[0].field"))
  }

  @Test func `are described member by member`() throws {
    #expect(kitPlugin.manifest.contains(##""items":[{"name":"field","type":"string","format":"field""##))
  }
}

@Suite struct StateByKey {
  /// A frame of names, with what a dictionary of Swift counts of them.
  private func names(_ random: inout SplitMix, into counts: inout [String: Int64]) throws -> OwnedFrame {
    let values = (0..<1000).map { _ -> String? in
      let number = random.below(400)
      return number == 0 ? nil : "key-\(number)" + String(repeating: "é", count: number % 7)
    }
    for value in values { counts[value ?? "", default: 0] += 1 }
    return try frame("name", values)
  }

  @Test(arguments: [1 as UInt64, 2, 3])
  func `counts as a dictionary does, and keeps it through a checkpoint by key group`(seed: UInt64) throws {
    let bench = try PluginBench(kitPlugin.table(0))
    var random = SplitMix(seed: seed)
    var counts: [String: Int64] = [:]
    let first = try bench.create(.operator, "key-count")
    for _ in 0..<3 { try first.process(try names(&random, into: &counts).pointer) }
    let blobs = try first.snapshot()
    #expect(blobs.count > 64, "keys spread over the groups")
    let second = try bench.create(.operator, "key-count")
    try second.restore(blobs, chunk: 3)
    #expect(try second.snapshot() == blobs)
    try second.process(try names(&random, into: &counts).pointer)
    try second.flush()
    #expect(bench.logs.compactMap { Int64($0) }.sorted() == counts.values.sorted(), "seed \(seed)")
  }

  @Test func `refuses blobs that it did not write`() throws {
    let bench = try PluginBench(kitPlugin.table(0))
    let full = try bench.create(.operator, "key-count")
    try full.process(try frame("name", ["a", "b"]).pointer)
    let blobs = try full.snapshot()
    let (group, bytes) = try #require(blobs.first { !$0.value.isEmpty })
    let wrong: [[UInt32: [UInt8]]] = [
      [group: Array(bytes.dropLast())], [group: bytes + [0]], [group: bytes + bytes], [(group + 1) % 128: bytes],
      [group: [0, 0, 0, 0] + bytes], [group: [255, 255, 255, 255]], [group: [8, 0, 0, 0, 1]],
    ]
    for blobs in wrong {
      #expect(throws: PluginBench.Failure.self, "\(blobs)") { try bench.create(.operator, "key-count").restore(blobs) }
      #expect(bench.failures.last?.code == TIDE_E_STATE)
    }
  }

  @Test(arguments: [4 as UInt64, 5])
  func `takes keys out as a dictionary does`(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    var state = KeyedState<Int64>()
    var model: [String: Int64] = [:]
    for step in 0..<20_000 {
      let key = "k\(random.below(300))" + String(repeating: "x", count: random.below(20))
      let bytes = Array(key.utf8)
      bytes.withUnsafeBytes { bytes in
        switch random.below(3) {
        case 0: #expect(state.remove(bytes) == model.removeValue(forKey: key))
        case 1: #expect(state[bytes] == model[key])
        default:
          state.withValue(of: bytes, or: 0) { $0 += Int64(step) }
          model[key, default: 0] += Int64(step)
        }
      }
    }
    state.removeAll { key, _ in key.count > 10 }
    model = model.filter { $0.key.utf8.count <= 10 }
    var seen: [String: Int64] = [:]
    state.forEach { key, value in seen[String(decoding: key, as: UTF8.self)] = value }
    #expect(seen == model && state.count == model.count, "seed \(seed)")
  }
}

@Suite struct CodedState {
  @Test func `is saved and restored as one value, the same bytes each time`() throws {
    let bench = try PluginBench(kitPlugin.table(0))
    let first = try bench.create(.operator, "largest")
    try first.process(try frame("value", [1.5, -2, nil, .infinity] as [Double?]).pointer)
    let blobs = try first.snapshot()
    #expect(Array(blobs.keys) == [TIDE_ALL_GROUPS])
    let second = try bench.create(.operator, "largest")
    try second.restore(blobs, chunk: 1)
    #expect(try second.snapshot() == blobs)
    try second.flush()
    #expect(bench.logs == ["4 Optional(inf)"])
  }

  @Test(arguments: [6 as UInt64])
  func `refuses what it did not write, and survives every change of it`(seed: UInt64) throws {
    let bench = try PluginBench(kitPlugin.table(0))
    let first = try bench.create(.operator, "largest")
    try first.process(try frame("value", [1.5, -2] as [Double?]).pointer)
    let bytes = try #require(try first.snapshot()[TIDE_ALL_GROUPS])
    for wrong in [
      [], Array(bytes.dropLast()), bytes + [0], Array("garbage".utf8), [0xBF], [0x9B, 255, 255, 255, 255, 255, 255, 255, 255],
    ] {
      #expect(throws: PluginBench.Failure.self, "\(wrong)") {
        try bench.create(.operator, "largest").restore([TIDE_ALL_GROUPS: wrong])
      }
      #expect(bench.failures.last?.code == TIDE_E_STATE)
    }
    #expect(throws: PluginBench.Failure.self) { try bench.create(.operator, "largest").restore([5: bytes]) }
    var random = SplitMix(seed: seed)
    for _ in 0..<5000 {
      var changed = bytes
      for _ in 0...random.below(3) { changed[random.below(changed.count)] = UInt8(random.below(256)) }
      try? bench.create(.operator, "largest").restore([TIDE_ALL_GROUPS: changed])
    }
    #expect(bench.failures.allSatisfy { $0.code == TIDE_E_STATE })
  }
}

@Suite struct PartitionsOfASource {
  @Test func `are listed, assigned from a position, and told where they are`() throws {
    let bench = try PluginBench(kitPlugin.table(0))
    let source = try bench.create(.source, "counting")
    try source.open()
    let answered: Void? = try source.with(TIDE_PARTITIONS, tide_partitions.self) { table, me in
      var names: [String] = []
      let status = withUnsafeMutablePointer(to: &names) { names in
        table.pointee.list(
          me,
          { user, name in
            user!.assumingMemoryBound(to: [String].self).pointee.append(String(name))
            return TIDE_OK
          }, names)
      }
      #expect(status == TIDE_OK && names == ["left", "right"])
      let none = tide_string(data: nil, length: 0)
      #expect("left".withCString { table.pointee.assign(me, 7, tide_string(data: $0, length: 4), none) } == TIDE_OK)
      #expect("up".withCString { table.pointee.assign(me, 8, tide_string(data: $0, length: 2), none) } == TIDE_E_FATAL)
      #expect(bench.failures.last?.text == "there is no partition 'up'")
      try source.poll()
      try source.poll()
      var position = none
      #expect(table.pointee.position(me, 7, &position) == TIDE_OK)
      #expect(position.length == 1 && position.data[0] == 2)
      #expect("right".withCString { table.pointee.assign(me, 9, tide_string(data: $0, length: 5), position) } == TIDE_OK)
      #expect(table.pointee.revoke(me, 7) == TIDE_OK)
      try source.poll()
    }
    #expect(answered != nil)
    #expect(bench.commits.map { $0.frame.pointer.pointee.stream } == [7, 7, 9])
    #expect(bench.commits.map { FrameView($0.frame.pointer).column(0).int(0) } == [0, 1, 2])
    #expect(try bench.create(.operator, "delay").with(TIDE_PARTITIONS, tide_partitions.self) { _, _ in true } == nil)
  }
}

@Suite struct BatchesThatAreKept {
  @Test func `are forwarded later and given back`() throws {
    let bench = try PluginBench(kitPlugin.table(0))
    try {
      let delay = try bench.create(.operator, "delay")
      try delay.process(try frame("value", [1.0, 2, 3]).pointer, rows: [0, 2])
      #expect(bench.forwards.isEmpty && bench.retained == 1)
      try delay.process(try frame("value", [4.0]).pointer)
      #expect(bench.forwards == [.init(port: 0, rows: [0, 2])] && bench.retained == 1)
    }()
    #expect(bench.retained == 0, "an instance that goes gives back what it holds")
  }
}

@Suite struct ViewsOfColumns {
  private func texts(_ rows: [(String?, Int64?)]) throws -> OwnedFrame {
    try frame(rows: rows.count) {
      _ = try $0.addColumn("text", .string)
      _ = try $0.addColumn("whole", .int)
    } row: { builder, row in
      if let text = rows[row].0 { builder.put(0, text) }
      if let whole = rows[row].1 { builder.put(1, whole) }
    }
  }

  @Test func `compare texts and read integers, with nulls, extremes and either layout`() throws {
    let bench = try PluginBench(kitPlugin.table(0))
    let views = try bench.create(.operator, "views")
    try views.process(try texts([("good", .max), ("bad", 1), (nil, nil), ("good", .min), ("goo", 3)]).pointer)
    // More distinct texts than half of the rows: no dictionary.
    try views.process(try texts((0..<600).map { ($0 == 301 ? "good" : "text \($0)", 0) }).pointer)
    try views.process(try frame("text", [1, 2] as [Int64?]).pointer)
    try views.process(try frame("other", ["good"]).pointer)
    try views.process(try texts([("good", 1)]).pointer, rows: [])
    #expect(bench.forwards == [.init(port: 0, rows: [0, 3]), .init(port: 0, rows: [301])])
    #expect(bench.logs.first == "3 14")
    #expect(bench.failures.isEmpty)
  }
}
