import Aggregates
import PluginKit
import TestSupport
import Testing

/// States as bytes, whole and damaged.
@Suite struct SnapshotTests {
  private func filled(_ set: AggregateSet, _ type: ColumnType, rows: Int, seed: UInt64) -> Groups {
    var mix = SplitMix(seed: seed)
    let groups = Groups(set, count: 2)
    ModelStream(type, rows: rows, groups: 2, &mix).fold(0..<rows, into: set, groups.records, batch: 100, &mix)
    return groups
  }

  @Test(arguments: ModelStream.types, [0, 1, 20, 700])
  func `a state that was saved is the same when it is back`(type: ColumnType, rows: Int) throws {
    let (set, other) = (try everyAggregate(), try everyAggregate())
    let before = filled(set, type, rows: rows, seed: 1)
    let after = Groups(other, count: 2)
    for index in 0..<2 {
      let bytes = before.save(index)
      try bytes.withUnsafeBytes { try after.restore(index, from: $0) }
      #expect(after.save(index) == bytes)
    }
    let (one, two) = (try before.results(), try after.results())
    #expect(one.failures == two.failures)
    #expect("\(one.values)" == "\(two.values)")
    // And goes on as it would have.
    var mix = (SplitMix(seed: 2), SplitMix(seed: 2))
    let more = ModelStream(type, rows: 50, groups: 2, &mix.0)
    _ = ModelStream(type, rows: 50, groups: 2, &mix.1)
    more.fold(0..<50, into: set, before.records, batch: 10, &mix.0)
    more.fold(0..<50, into: other, after.records, batch: 10, &mix.1)
    #expect(before.saved == after.saved)
  }

  @Test func `a state that ends early is refused wherever it ends`() throws {
    let set = try everyAggregate()
    let bytes = filled(set, .variant, rows: 60, seed: 3).save(0)
    let target = Groups(set, count: 1)
    let empty = target.save(0)
    for length in 0..<bytes.count {
      let error = #expect(throws: PluginError.self) {
        try bytes.withUnsafeBytes { try target.restore(0, from: UnsafeRawBufferPointer(rebasing: $0[..<length])) }
      }
      #expect(error?.code == .state)
    }
    #expect(set.heapBytes == 0)
    #expect(target.save(0).suffix(empty.count - 12) == empty.suffix(empty.count - 12))
    let error = #expect(throws: PluginError.self) {
      try (bytes + [0]).withUnsafeBytes { try target.restore(0, from: $0) }
    }
    #expect(error?.code == .state)
  }

  @Test(arguments: 0..<3 as Range<UInt64>)
  func `a damaged state is refused or lived with`(seed: UInt64) throws {
    var mix = SplitMix(seed: seed)
    let set = try everyAggregate()
    let type = [ColumnType.variant, .double, .string][Int(seed)]
    let bytes = filled(set, type, rows: seed == 1 ? 1200 : 80, seed: 4).save(0)
    let other = filled(set, type, rows: 40, seed: 5)
    let heapBefore = set.heapBytes
    var refused = 0
    for _ in 0..<400 {
      var damaged = bytes
      for _ in 0...mix.below(3) {
        // Behind the version and the fingerprint, which refuse all else.
        let place = 9 + mix.below(bytes.count - 9)
        damaged[place] = mix.below(3) == 0 ? [0, 0xFF, 0x7F, 0x80][mix.below(4)] : UInt8(truncatingIfNeeded: mix.next())
      }
      let target = Groups(set, count: 1)
      do {
        try damaged.withUnsafeBytes { try target.restore(0, from: $0) }
      } catch let error as PluginError {
        #expect(error.code == .state)
        refused += 1
        continue
      }
      // It has some state now: everything must be possible with it.
      other.merge(0, into: target, 0)
      let third = Groups(set, count: 1)
      target.merge(0, into: third, 0)
      _ = try? third.results()
      _ = try? target.results()
      _ = target.save(0)
    }
    #expect(refused > 20)
    #expect(set.heapBytes == heapBefore)
  }

  @Test func `the state of other aggregates is refused`() throws {
    let one = try AggregateSet([Aggregate("x", .sum, "a")])
    let groups = Groups(one, count: 1)
    for other in [
      Aggregate("x", .sum, "b"), Aggregate("x", .min, "a"), Aggregate("x", .count), Aggregate("x", .sum, "a", filter: "f"),
      Aggregate("x", .list, "a", parameter: 5),
    ] {
      let set = try AggregateSet([other])
      let target = Groups(set, count: 1)
      let error = #expect(throws: PluginError.self) {
        try groups.save(0).withUnsafeBytes { try target.restore(0, from: $0) }
      }
      #expect(error?.text == "the saved state is that of other aggregates: they have changed since")
    }
    var bytes = groups.save(0)
    bytes[0] = 9
    let error = #expect(throws: PluginError.self) { try bytes.withUnsafeBytes { try groups.restore(0, from: $0) } }
    #expect(error?.text == "the saved state of the aggregates is of version 9, not 1")
    // Another name of the field changes nothing.
    let renamed = try AggregateSet([Aggregate("y", .sum, "a")])
    let target = Groups(renamed, count: 1)
    try groups.save(0).withUnsafeBytes { try target.restore(0, from: $0) }
  }
}
