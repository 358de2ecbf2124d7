import CHost

/// Counters that one thread writes and any thread reads, without a locked instruction.
struct Counters: @unchecked Sendable {
  private let words: UnsafeMutablePointer<UInt64>

  init(count: Int) {
    words = .allocate(capacity: count)
    words.initialize(repeating: 0, count: count)
  }

  /// The owner's, once nobody counts or reads any more.
  func deallocate() { words.deallocate() }

  /// Owner's thread only.
  func add(_ index: Int, _ amount: Int) { tide_count(words + index, UInt64(amount)) }
  /// Owner's thread only.
  func set(_ index: Int, _ value: Int) { tide_store_relaxed(words + index, UInt64(bitPattern: Int64(value))) }
  /// Any thread.
  func read(_ index: Int) -> UInt64 { tide_load_relaxed(words + index) }
}
