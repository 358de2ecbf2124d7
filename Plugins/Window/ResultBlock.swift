import PluginKit

/// Room for some results that go out together, and for their aggregates where these are put together for that.
final class ResultBlock {
  static let count = 64

  let items = UnsafeMutablePointer<ResultRows.Item>.allocate(capacity: ResultBlock.count)
  private let records: UnsafeMutableRawPointer
  private let stride: Int

  init(recordBytes: Int) {
    stride = (recordBytes + 15) & ~15
    records = .allocate(byteCount: stride * Self.count, alignment: 16)
  }

  deinit {
    items.deallocate()
    records.deallocate()
  }

  /// Room for the aggregates of one of the results.
  func place(_ at: Int) -> UnsafeMutableRawPointer { records + at * stride }
}
