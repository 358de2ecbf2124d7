import CHost
import CTidemill
import Frames
import TestSupport
import Testing

/// Which rows a sampling edge keeps.
@Suite struct SampleRowsTests {
  /// Rows with an id each and one of `keys` keys; every tenth row has neither.
  private func frame(rows: Int, keys: Int, firstID: Int = 0) throws -> OwnedFrame {
    try TestSupport.frame(rows: rows) {
      _ = try $0.addColumn("id", .int, role: .id)
      _ = try $0.addColumn("key", .string, role: .key)
    } row: { builder, row in
      guard row % 10 != 9 else { return }
      builder.put(0, Int64(firstID + row))
      builder.put(1, "key \(row % keys)")
    }
  }

  private func sample(_ frame: OwnedFrame, by role: Int32, share: Double, of selection: [UInt16]? = nil) -> [UInt16] {
    let first = tide_role(frame.pointer, UInt32(role)), id = tide_role(frame.pointer, UInt32(TIDE_ROLE_ID))
    let count = UInt32(selection?.count ?? Int(frame.pointer.pointee.rows))
    var kept = [UInt16](repeating: 0, count: Int(count))
    let threshold = UInt32(share * 4_294_967_296)
    let number = (selection ?? []).withUnsafeBufferPointer { rows in
      tide_sample(frame.pointer, selection == nil ? nil : rows.baseAddress, count, first, id, threshold, &kept)
    }
    return Array(kept.prefix(Int(number)))
  }

  @Test func `the share of the rows that stays is the share that was asked for`() throws {
    let frame = try frame(rows: 60_000, keys: 1000)
    for share in [0.5, 0.1, 0.01] {
      let kept = sample(frame, by: TIDE_ROLE_ID, share: share)
      // Five standard deviations of a binomial.
      let spread = 5 * (60_000 * share * (1 - share)).squareRoot()
      #expect(abs(Double(kept.count) - 60_000 * share) < spread, "\(share): \(kept.count)")
      #expect(kept == kept.sorted())
    }
  }

  @Test func `a smaller sample is part of a larger one, and an id meets the same fate in every frame`() throws {
    let frame = try frame(rows: 10_000, keys: 100)
    let large = Set(sample(frame, by: TIDE_ROLE_ID, share: 0.4)), small = Set(sample(frame, by: TIDE_ROLE_ID, share: 0.1))
    #expect(small.isSubset(of: large))
    let shifted = try self.frame(rows: 10_000, keys: 7, firstID: -5000)
    let again = Set(sample(shifted, by: TIDE_ROLE_ID, share: 0.4).filter { $0 >= 5000 }.map { $0 - 5000 })
    #expect(again.filter { $0 % 10 != 9 } == large.filter { $0 < 5000 && $0 % 10 != 9 })
  }

  @Test func `by key, all rows of a key stay or none`() throws {
    let frame = try frame(rows: 10_000, keys: 97)
    let kept = Set(sample(frame, by: TIDE_ROLE_KEY, share: 0.3))
    var keys = 0
    for key in 0..<97 {
      let rows = stride(from: key, to: 10_000, by: 97).filter { $0 % 10 != 9 }.map { kept.contains(UInt16($0)) }
      #expect(Set(rows).count == 1, "key \(key)")
      if rows[0] { keys += 1 }
    }
    #expect((10...50).contains(keys))
    // Rows without a key go by their place.
    let without = stride(from: 9, to: 10_000, by: 10).filter { kept.contains(UInt16($0)) }
    #expect((200...400).contains(without.count))
  }

  @Test(arguments: [ColumnType.decimal, .fixed]) func `keys of more than eight bytes stay together, too`(type: ColumnType)
    throws
  {
    let frame = try TestSupport.frame(rows: 2000) {
      _ = try $0.addColumn("key", type, parameter: type == .fixed ? 20 : 38 << 8 | 1, role: .key)
    } row: { builder, row in
      let key = Int128(row % 20 + 1)
      if type == .fixed {
        [UInt8](repeating: UInt8(key), count: 20).withUnsafeBytes { builder.put(0, fixed: $0) }
      } else {
        builder.put(0, decimal: (key << 100) | 1)
      }
    }
    let kept = Set(sample(frame, by: TIDE_ROLE_KEY, share: 0.5).map { Int($0) })
    let keys = (0..<20).filter { kept.contains($0) }
    #expect((2...18).contains(keys.count))
    #expect(kept == Set((0..<2000).filter { keys.contains($0 % 20) }))
  }

  @Test func `only selected rows are looked at`() throws {
    let frame = try frame(rows: 1000, keys: 10)
    let selection = (0..<1000).filter { $0 % 3 == 0 }.map { UInt16($0) }
    let all = Set(sample(frame, by: TIDE_ROLE_ID, share: 0.5))
    #expect(sample(frame, by: TIDE_ROLE_ID, share: 0.5, of: selection) == selection.filter { all.contains($0) })
    #expect(sample(frame, by: TIDE_ROLE_ID, share: 0, of: selection) == [])
  }
}
