/// Ids for the rows that a source's records become: where they come from, and how many came from there before.
///
/// The bits from 48 on are `partition * sources + place`, so that no two rows of a pipeline share an id, and the same input
/// gives the same ids in every run: as long as these numbers are below 65,536, and a partition has no more than 2^48 rows.
struct RowIds {
  /// Bits of the row's own number.
  private static let rowBits: Int64 = 48

  /// Where the source stands among those of the pipeline.
  private let place: Int64
  /// How many there are.
  private let sources: Int64
  private var next: [UInt32: Int64] = [:]

  init(place: Int, of sources: Int) {
    self.place = Int64(place)
    self.sources = Int64(sources)
  }

  /// The id of the first of so many rows; the others follow it.
  mutating func take(_ rows: Int, of partition: UInt32) -> Int64 {
    let number = next[partition, default: 0]
    next[partition] = number + Int64(rows)
    return (Int64(partition) * sources + place) << Self.rowBits | number
  }
}
