import ProofBench
import TestSupport
import Testing

/// A join in the real engine, held against the model.
extension JoinCase {
  /// - Parameters:
  ///   - restoring: the operator is made anew, from its snapshot, before two calls of three.
  ///   - damage: what happens to its state on the way to the one that is made before its fifth call.
  func run(
    _ seed: UInt64, most: Int, restoring: Bool = false, damage: RestoringComponent.Damage? = nil
  ) throws -> ManifestRun {
    var random = SplitMix(seed: seed &+ UInt64(most))
    var inputs: [String: (partitions: Int, steps: [LineSource.Step])] = [:]
    for (side, name) in ["left", "right"].enumerated() {
      let lines = self.inputs[side]
      inputs[name] = (lines.count, Dealing.steps(lines, most: most, &random))
    }
    return try ManifestRun(manifest, inputs: inputs) { name, component in
      guard name == "both" else { return component }
      if let damage { return RestoringComponent(component, damage: damage, endsRefused: true) { $0 == 4 }.table }
      guard restoring else { return component }
      return RestoringComponent(component) { (UInt64($0) &+ seed) % 3 != 1 }.table
    }
  }

  private func match(_ row: RowCollector.Row) -> Match {
    Match(left: row.int("ln"), right: row.int("rn"), end: row.int("window_end"), time: row.time ?? .min)
  }

  /// Holds what one lane gave against the model.
  func hold(_ run: ManifestRun, _ replay: String) {
    let (wanted, late) = expected()
    let found = run.out.map(match)
    if case .windows = bounds {
      #expect(found == wanted, "\(replay)\n\(manifest)")
    } else {
      func counted(_ matches: [Match]) -> [Match: Int] {
        Dictionary(matches.map { ($0, 1) }, uniquingKeysWith: +)
      }
      let (more, less) = (Set(found).subtracting(wanted), Set(wanted).subtracting(found))
      #expect(counted(found) == counted(wanted), "\(replay)\nonly found: \(more)\nonly wanted: \(less)\n\(manifest)")
    }
    #expect(run.late.compactMap { $0.int("ln") }.sorted() == late.sorted(), "late rows; \(replay)\n\(manifest)")
    #expect(run.dead.isEmpty, "\(replay)")
    let node = run.node("both")
    let count = rows.joined().reduce(0) { $0 + $1.count }
    #expect(node.map { Int($0.rowsIn) } == count && node.map { Int($0.late) } == late.count, "books; \(replay)")
    holdFields(run, replay)
  }

  /// Every field of a row that comes out is that of the row that it came from.
  private func holdFields(_ run: ManifestRun, _ replay: String) {
    let rows = Dictionary(uniqueKeysWithValues: self.rows.joined().joined().map { ($0.number, $0) })
    for found in run.out {
      let left = found.int("ln").flatMap { rows[$0] }, right = found.int("rn").flatMap { rows[$0] }
      let value = { (row: Row?) in row?.value.map { Cell.double($0) } ?? .null }
      #expect(found["lv"] == value(left) && found["rv"] == value(right), "values of \(found); \(replay)")
      for (cell, row) in [(found["lm"], left), (found["rm"], right)] {
        guard let row else {
          #expect(cell == .null, "\(replay)")
          continue
        }
        let members: [Cell.Member] = [
          .init(name: "side", value: .int(Int64(row.side))),
          .init(name: "x\(row.number % 5)", value: .list([.int(1), .int(row.number)])),
        ]
        #expect(cell == .object(members), "\(replay)")
      }
      let key = (left ?? right)?.key.map { $0 ?? .null } ?? []
      let names = (0..<keys).map { found["k\($0)"] }
      #expect(Cell.keyBytes(names) == Cell.keyBytes(key), "the key of \(found); \(replay)")
    }
  }
}
