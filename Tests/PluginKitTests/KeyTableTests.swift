import PluginKit
import TestSupport
import Testing

struct KeyTableTests {
  private func number(_ key: [UInt8], _ table: KeyTable) -> UInt32 { key.withUnsafeBytes { table.number(of: $0) } }

  private func bytes(_ number: UInt32, _ table: KeyTable) -> [UInt8] { Array(table.key(number)) }

  /// Keys of many lengths, most of them with a long common beginning.
  private func keys(_ count: Int, seed: UInt64) -> [[UInt8]] {
    var random = SplitMix(seed: seed)
    var made: Set<[UInt8]> = [[], [0]]
    while made.count < count {
      let length = Int(random.next() % 40)
      let start = random.next() % 3 == 0 ? [] : Array("\u{5}a common beginning".utf8.prefix(length))
      made.insert(start + (0..<max(1, length - start.count)).map { _ in UInt8(truncatingIfNeeded: random.next() % 4) })
    }
    return Array(made).sorted { $0.lexicographicallyPrecedes($1) }.shuffled(using: &random)
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `keys have numbers of their own, which they keep, and come in the order of their bytes`(seed: UInt64) {
    let table = KeyTable()
    let all = keys(5000, seed: seed)
    let numbers = all.map { number($0, table) }
    #expect(Set(numbers).count == all.count, "seed \(seed)")
    #expect(table.count == all.count && table.limit == all.count)
    #expect(all.map { number($0, table) } == numbers)
    #expect(zip(all, numbers).allSatisfy { bytes($1, table) == $0 })
    #expect(table.ordered().map { bytes($0, table) } == all.sorted { $0.lexicographicallyPrecedes($1) })
  }

  @Test(arguments: [4, 5, 6] as [UInt64])
  func `a sweep frees the keys that nothing uses, and no others`(seed: UInt64) {
    let table = KeyTable()
    let all = keys(3000, seed: seed)
    var random = SplitMix(seed: seed)
    let numbers = all.map { number($0, table) }
    var kept: [[UInt8]] = []
    for (key, number) in zip(all, numbers) where random.next() % 3 == 0 {
      table.uses[Int(number)] += 1
      kept.append(key)
    }
    _ = table.ordered()
    table.sweep()
    #expect(table.count == kept.count, "seed \(seed)")
    for (key, old) in zip(all, numbers) where table.isTaken(old) { #expect(bytes(old, table) == key) }
    #expect(kept.allSatisfy { table.isTaken(number($0, table)) } && table.count == kept.count)
    #expect(table.ordered().map { bytes($0, table) } == kept.sorted { $0.lexicographicallyPrecedes($1) })
    // Numbers serve again.
    let more = keys(1500, seed: seed &+ 100)
    for key in more { _ = number(key, table) }
    #expect(table.limit <= all.count + more.count - (all.count - kept.count) + 2)
    #expect(Set(more + kept).count == table.count)
  }

  @Test func `key groups are those of the contract`() {
    let table = KeyTable()
    for key in keys(200, seed: 7) {
      let group = key.withUnsafeBytes { tide_key_group($0.baseAddress, UInt64($0.count)) }
      #expect(table.group(number(key, table)) == group)
    }
  }

  @Test func `an empty table has no keys, and forgets all when told`() {
    let table = KeyTable()
    #expect(table.ordered().isEmpty)
    for key in keys(100, seed: 8) { table.uses[Int(number(key, table))] += 1 }
    table.removeAll()
    #expect(table.count == 0 && table.ordered().isEmpty)
    #expect(bytes(number([9, 9], table), table) == [9, 9])
  }
}
