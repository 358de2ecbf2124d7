import ProofBench
import Testing

/// Operators whose results depend on the order in which rows of several partitions meet: behind `order: event_time` they are the
/// model's, in one lane to four, in frames of any size.
@Suite(.serialized) struct OrderedLaneTests {
  @Test func `in the order of event time dedupe passes the same rows in any number of lanes`() throws {
    try KeyedProof<DedupeModel>.holdInLanes(Seeds.of(5000, 10), isOrdered: true)
  }

  @Test func `in the order of event time reduce folds the same in any number of lanes`() throws {
    try KeyedProof<ReduceModel>.holdInLanes(Seeds.of(5100, 10), isOrdered: true)
  }

  @Test func `in the order of event time aggregate gives the same bits in any number of lanes`() throws {
    try KeyedProof<RunningModel>.holdInLanes(Seeds.of(5200, 10), isOrdered: true)
  }

  @Test func `in the order of event time moving gives the same bits in any number of lanes`() throws {
    try KeyedProof<MovingModel>.holdInLanes(Seeds.of(5300, 10), isOrdered: true)
  }

  @Test func `in the order of event time rate tells the same changes in any number of lanes`() throws {
    try KeyedProof<RateModel>.holdInLanes(Seeds.of(5400, 10), isOrdered: true)
  }

  @Test func `in the order of event time top has the same counters in any number of lanes`() throws {
    try KeyedProof<TopModel>.holdInLanes(Seeds.of(5500, 16), isOrdered: true)
  }
}
