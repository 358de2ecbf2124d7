import ProofBench
import TestSupport
import Testing

/// Money that moves among accounts: whatever is in flight, what all of them hold adds up to nothing at every instant that is shown.
@Suite(.serialized) struct TransferTests {
  private static let accounts = (0..<10).map { "account \($0)" }
  private static let minute: Int64 = 60_000_000_000

  private func manifest(lanes: Int) -> String {
    """
    name: transfers
    sources:
      in:
        use: file
        with: { path: in.jsonl, format: json, time: ts, time_unit: ns, fields: { payer: string, payee: string, amount: int } }
        watermark: { delay: 40s }
    operators:
      both: { use: flat_map, from: in, with: { explode: { leg: '[[payer, -amount], [payee, amount]]' } } }
      legs: { use: map, from: both, with: { set: { account: 'string(leg[0])', change: 'int(leg[1])' }, remove: [leg] } }
      held:
        use: window
        from: legs
        lanes: \(lanes)
        with: { cumulate: { size: 1d, step: 1m }, key: account, aggregate: { balance: sum(change), legs: count() } }
    sinks:
      out: { use: file, from: held, with: { path: out.jsonl } }
      late: { use: file, from: held.late, with: { path: late.jsonl } }
      dead: { use: file, from: "*.dead", with: { path: dead.jsonl } }

    """
  }

  /// Transfers as records, up to 30 s out of order.
  private func lines(_ count: Int, _ random: inout SplitMix) -> [String] {
    let start: Int64 = 1_790_000_000_000_000_000 / (1440 * Self.minute) * (1440 * Self.minute)
    return (0..<count).map { number in
      let time =
        start + Int64(number) * (600 * Self.minute / Int64(count)) - Int64(random.below(30)) * 1_000_000_000 + Self.minute
      let payer = random.below(10), payee = (payer + 1 + random.below(9)) % 10
      return "{\"ts\":\(time),\"payer\":\"\(Self.accounts[payer])\",\"payee\":\"\(Self.accounts[payee])\","
        + "\"amount\":\(1 + random.below(100_000))}"
    }
  }

  @Test(arguments: [
    (lanes: 1, frame: 4096, transfers: 1_000_000), (lanes: 4, frame: 1000, transfers: 1_000_000),
    (lanes: 3, frame: 1, transfers: 20_000), (lanes: 2, frame: 7, transfers: 100_000),
  ])
  func `balances add up to nothing at every end of a window`(_ shape: (lanes: Int, frame: Int, transfers: Int)) throws {
    var random = SplitMix(seed: UInt64(shape.lanes))
    let steps = Dealing.steps([lines(shape.transfers, &random)], most: shape.frame, &random)
    let run = try ManifestRun(manifest(lanes: shape.lanes), inputs: ["in": (1, steps)])
    #expect(run.late.isEmpty && run.dead.isEmpty && run.books.discrepancies().isEmpty)
    var sums: [Int64: Int64] = [:]
    var legs: [Int64: Int64] = [:]
    for row in run.out {
      sums[row.int("window_end")!, default: 0] += row.int("balance")!
      legs[row.int("window_end")!, default: 0] += row.int("legs")!
    }
    #expect(sums.count >= 600, "\(sums.count) ends of windows")
    #expect(sums.values.allSatisfy { $0 == 0 }, "\(sums.filter { $0.value != 0 }.count) ends of windows are off")
    #expect(legs.values.max() == Int64(2 * shape.transfers))
    #expect(run.node("held")!.rowsIn == UInt64(2 * shape.transfers))
  }
}
