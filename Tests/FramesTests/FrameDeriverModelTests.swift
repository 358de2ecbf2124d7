import CTidemill
import Frames
import TestSupport
import Testing

/// Random changes of random frames against the same changes of their rows.
struct FrameDeriverModelTests {
  /// Values to hand over, in memory that stays.
  private final class Memory {
    var given: [DerivedModel.Given] = []
    var values: [ColumnValues] = []

    /// `count` values of a random type, of few or many kinds, with nulls and errors or without.
    func add(_ count: Int, using random: inout SplitMix) {
      let type = [ColumnType.bool, .int, .uint64, .double, .time, .duration, .string, .binary, .variant]
        .randomElement(using: &random)!
      let gaps = random.below(3)
      let distinct = [1, 3, 40, 100_000].randomElement(using: &random)!
      let pool = (0..<min(distinct, count)).map { _ in FrameModel.value(type, distinct: distinct, using: &random) }
      var states: [ColumnValues.State] = []
      var values: [Value] = []
      for _ in 0..<count {
        let state = gaps == 0 ? .value : ColumnValues.State(rawValue: UInt8(random.below(6))) ?? .value
        states.append(gaps == 2 ? [.null, .error].randomElement(using: &random)! : state)
        values.append(state == .value && gaps < 2 ? pool.randomElement(using: &random)! : .null)
      }
      let kept = UnsafeMutablePointer<ColumnValues.State>.allocate(capacity: count)
      kept.initialize(from: states, count: count)
      self.values.append(Self.column(type, values, gaps == 0 ? nil : kept))
      given.append(.init(type: type, values: Self.read(type, values, states), states: states))
    }

    /// As a column of the type reads.
    private static func read(_ type: ColumnType, _ values: [Value], _ states: [ColumnValues.State]) -> [Value] {
      guard type == .variant else { return values }
      return zip(values, states).map { value, state in
        guard case .variant(let bytes) = value else { return state == .null ? .string("null") : .null }
        return bytes.withUnsafeBytes { bytes in
          FrameModel.keys.withUnsafeBytes { .string(text(of: VariantReader(value: bytes, keys: $0))) }
        }
      }
    }

    private static func column(_ type: ColumnType, _ values: [Value], _ states: UnsafePointer<ColumnValues.State>?)
      -> ColumnValues
    {
      func kept<Element>(_ elements: [Element]) -> UnsafeBufferPointer<Element> {
        let memory = UnsafeMutableBufferPointer<Element>.allocate(capacity: max(elements.count, 1))
        _ = memory.initialize(from: elements)
        return UnsafeBufferPointer(rebasing: memory[..<elements.count])
      }
      var known: [[UInt8]: tide_string] = [:]
      func string(_ bytes: [UInt8]) -> tide_string {
        // Every other text stands in memory of its own.
        if let known = known[bytes], known.length % 2 == 0 { return known }
        let memory = kept(bytes)
        known[bytes] = tide_string(
          data: UnsafeRawPointer(memory.baseAddress!).assumingMemoryBound(to: CChar.self), length: UInt64(bytes.count))
        return known[bytes]!
      }
      func words<Element>(_ empty: Element, _ element: (Value) -> Element?) -> UnsafeBufferPointer<Element> {
        kept(values.map { element($0) ?? empty })
      }
      func integer(_ value: Value) -> Int64? {
        switch value {
        case .int(let value), .time(let value): value
        default: nil
        }
      }
      let strings = words(string([])) { value in
        switch value {
        case .string(let text): string(Array(text.utf8))
        case .binary(let bytes), .variant(let bytes): string(bytes)
        default: nil
        }
      }
      switch type {
      case .bool: return ColumnValues(words(false) { if case .bool(let value) = $0 { value } else { nil } }, states: states)
      case .uint64: return ColumnValues(words(0) { if case .uint(let value) = $0 { value } else { nil } }, states: states)
      case .double:
        return ColumnValues(
          words(0.0) { if case .double(let bits) = $0 { Double(bitPattern: bits) } else { nil } }, states: states)
      case .int: return ColumnValues(words(0, integer), states: states)
      case .time: return ColumnValues(times: words(0, integer), states: states)
      case .duration: return ColumnValues(durations: words(0, integer), states: states)
      case .binary: return ColumnValues(binaries: strings, states: states)
      case .variant: return ColumnValues(variants: strings, keys: kept(FrameModel.keys).raw, states: states)
      default: return ColumnValues(strings, states: states)
      }
    }
  }

  private func changes(of frame: FrameView, using random: inout SplitMix) -> [ModelChange] {
    let there = (0..<frame.columnCount).map { frame.column($0) }.filter { $0.role != .rest && !$0.name.isEmpty }.map(\.name)
    func name(using random: inout SplitMix) -> String {
      let others = ["a", "b", "é", "new", "newer"]
      return random.below(2) == 0 ? there.randomElement(using: &random)! : others.randomElement(using: &random)!
    }
    func role(using random: inout SplitMix) -> ColumnRole {
      [ColumnRole.id, .source, .type, .key].randomElement(using: &random)!
    }
    return (0...random.below(5)).map { _ in
      switch random.below(8) {
      case 0: .remove(name(using: &random))
      case 1: .keep((0..<random.below(12)).map { _ in name(using: &random) })
      case 2: .rename([(name(using: &random), name(using: &random))])
      case 3:
        .rename(
          zip(
            Set((0..<3).map { _ in name(using: &random) }).sorted(),
            Set((0..<3).map { _ in name(using: &random) }).sorted()
          ).map { ($0, $1) })
      case 4: .role(role(using: &random), name(using: &random))
      case 5: .set(random.below(2) == 0 ? "" : name(using: &random), role(using: &random))
      default: .set(name(using: &random), nil)
      }
    }
  }

  /// Ascending rows, some of them not at all; where they may come several times, also in any order.
  private func rows(of count: Int, repeated: Bool, using random: inout SplitMix) -> [Int] {
    let picked = (0..<count).flatMap { row in
      [Int](repeating: row, count: repeated ? random.below(4) : random.below(10) < 7 ? 1 : 0)
    }
    if picked.isEmpty { return [0] }
    return repeated && random.below(2) == 0 ? picked.shuffled(using: &random) : picked
  }

  @Test func `changed frames are what the same changes make of their rows`() throws {
    let seed: UInt64 = 0x7EED_0D31
    var random = SplitMix(seed: seed)
    var refused = 0
    for round in 0..<250 {
      let plain = try FrameModel.random(rows: Int.random(in: 1...600, using: &random), using: &random).bytes()
      let frame = FrameView(bytes: plain.memory)
      let changes = changes(of: frame, using: &random)
      let deriver = try FrameDeriver(changes.map(\.change))
      let all = Array(0..<frame.rows)
      let form = random.below(4)
      let picked = form == 0 ? all : rows(of: frame.rows, repeated: form == 1, using: &random)
      let memory = Memory()
      for _ in 0..<deriver.valueCount { memory.add(form == 3 ? frame.rows : picked.count, using: &random) }
      var expected = DerivedModel(frame, rows: picked)
      let given = memory.given.map { given in
        guard form == 3 else { return given }
        return .init(type: given.type, values: picked.map { given.values[$0] }, states: picked.map { given.states[$0] })
      }
      // Rows whose fields stay as they are still are their records.
      let keepsRecords = changes.allSatisfy { change in
        switch change {
        case .role: true
        case .set(let name, _): name.isEmpty
        default: false
        }
      }
      let isRefused = (try? expected.apply(changes, given)) == nil
      let numbers = picked.map { UInt16($0) }
      var made: [AlignedBytes] = []
      func derive() throws {
        try numbers.withUnsafeBufferPointer { numbers in
          let rows = FrameDeriver.Rows(
            form == 0 ? nil : numbers.baseAddress, count: picked.count, values: form == 3 ? numbers.baseAddress : nil,
            areRepeated: form == 1)
          let limit = random.below(2) == 0 ? FrameLimits.defaultMaxBytes : max(plain.count / 2, 32 << 10)
          try deriver.derive(frame, rows, values: memory.values, limit: limit) { bytes in
            made.append(AlignedBytes(count: bytes))
            made.last!.memory.initializeMemory(as: UInt8.self, repeating: 0xEE, count: bytes)
            return made.last!.memory
          } commit: {
            #expect($0 == made.last!.count)
          }
        }
      }
      if isRefused {
        refused += 1
        #expect(throws: FrameDeriveError.self) { try derive() }
        continue
      }
      try derive()
      var start = 0
      for bytes in made {
        let part = try FrameValidator.validate(bytes.raw)
        let rows = Array(start..<start + part.rows)
        var wanted = DerivedModel(frame, rows: rows.map { picked[$0] })
        try wanted.apply(
          changes,
          given.map { given in
            .init(type: given.type, values: rows.map { given.values[$0] }, states: rows.map { given.states[$0] })
          })
        let difference = wanted.difference(from: DerivedModel(part, rows: Array(0..<part.rows)))
        #expect(difference == nil, "seed \(seed), round \(round): \(changes)")
        #expect(part.hasVerbatim == (frame.hasVerbatim && keepsRecords) && part.hasRowWatermark == frame.hasRowWatermark)
        start += part.rows
      }
      #expect(start == picked.count, "seed \(seed), round \(round)")
    }
    #expect(refused > 3 && refused < 125, "\(refused) refused")
  }
}

extension UnsafeBufferPointer {
  fileprivate var raw: UnsafeRawBufferPointer { UnsafeRawBufferPointer(self) }
}
