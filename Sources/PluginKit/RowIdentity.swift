/// Makes ids for rows that an operator makes of several others: a result has the same id in every run, whatever the frames and
/// lanes.
public struct ResultIdentity: Sendable {
  /// XXH64 of the node's name, so that two operators of one pipeline give different ids. To be read where an id is made of more
  /// than `id` takes.
  public let seed: UInt64

  public init(node: String) { seed = Array(node.utf8).withUnsafeBytes { tide_xxh64($0.baseAddress, UInt64($0.count), 0) } }

  /// The id of a result of a key, from up to three numbers that tell it apart from the key's others: times, how many rows it is
  /// of, the identity of one of them.
  @inlinable
  public func id(ofKey key: UnsafeRawBufferPointer, _ first: Int64, _ second: Int64 = 0, _ third: Int64 = 0) -> Int64 {
    // Factors without a pattern keep numbers apart whose sum is the same: 2^64 by the golden ratio, and a prime of XXH64.
    let mark =
      seed &+ UInt64(bitPattern: first) &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(bitPattern: second)
      &+ UInt64(bitPattern: third) &* 0xC2B2_AE3D_27D4_EB4F
    return Int64(bitPattern: tide_xxh64(key.baseAddress, UInt64(key.count), mark))
  }
}

extension Batch {
  /// The frame's row that is visited at a position from 0.
  @inlinable
  public func row(at index: Int) -> UInt16 { selection?[index] ?? UInt16(truncatingIfNeeded: index) }
}

extension ColumnView {
  /// A frame row's id in a column of ids, as one number: an integer is itself, a text its XXH64; 0 without one.
  @inlinable
  public func identity(_ row: Int) -> Int64 {
    guard isValid(row) else { return 0 }
    guard type == .string else { return int(row) }
    let text = bytes(row)
    return Int64(bitPattern: tide_xxh64(text.baseAddress, UInt64(text.count), 0))
  }
}
