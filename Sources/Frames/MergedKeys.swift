import CTidemill
import Glibc

/// The key dictionaries of a merged column of variants: which rows came with which, until all get one.
final class MergedKeys {
  private var blobs: [[UInt8]] = []
  private var numbers: [[UInt8]: Int] = [:]
  /// From which row on a dictionary holds, in order.
  private var segments: [(row: Int, blob: Int)] = []
  private(set) var byteCount = 0

  /// True when no row came with another dictionary than the first.
  var areShared: Bool { blobs.count <= 1 }

  /// A dictionary that was the only one is kept: the next rows most likely come with it.
  func removeAll() {
    if blobs.count > 1 { forget() }
    segments.removeAll(keepingCapacity: true)
    byteCount = 0
  }

  private func forget() {
    blobs.removeAll(keepingCapacity: true)
    numbers.removeAll(keepingCapacity: true)
  }

  /// Notes the dictionary of a column whose rows are appended from `row` on.
  func begin(_ column: ColumnView, row: Int) {
    let keys = ColumnView(frame: column.frame, index: Int32(column.descriptor.pointee.dict)).bytes(0)
    if let last = segments.last?.blob, isSame(blobs[last], keys) { return }
    if segments.isEmpty, let kept = blobs.first {
      if isSame(kept, keys) {
        segments.append((row, 0))
        byteCount = kept.count
        return
      }
      forget()
    }
    let blob = [UInt8](keys)
    let number = numbers[blob] ?? blobs.count
    if number == blobs.count {
      blobs.append(blob)
      numbers[blob] = number
      byteCount += blob.count
    }
    segments.append((row, number))
  }

  private func isSame(_ blob: [UInt8], _ keys: UnsafeRawBufferPointer) -> Bool {
    blob.count == keys.count && blob.withUnsafeBytes { memcmp($0.baseAddress!, keys.baseAddress!, keys.count) == 0 }
  }

  /// Replaces the dictionaries by one with the keys of all, and gives the values over it; `offsets` are changed in place.
  func share(offsets: UnsafeMutablePointer<Int32>, heap: ByteStore, rows: Int) -> ByteStore {
    let union = VariantKeys.union(blobs)
    var rewriter = VariantRewriter()
    var from = offsets[0]
    for (place, segment) in segments.enumerated() {
      let end = place + 1 < segments.count ? segments[place + 1].row : rows
      let numbers = union.numbers[segment.blob]
      for row in segment.row..<end {
        let length = Int(offsets[row + 1] - from)
        if length > 0 { rewriter.rewrite(UnsafeRawPointer(heap.base) + Int(from), length, numbers) }
        from = offsets[row + 1]
        offsets[row + 1] = Int32(truncatingIfNeeded: rewriter.out.count)
      }
    }
    blobs = [union.keys]
    numbers = [union.keys: 0]
    segments = [(0, 0)]
    byteCount = union.keys.count
    return rewriter.out
  }

  /// Lays out the one dictionary that is left; without rows there is none, and then it is one without keys.
  func place(_ layout: inout FrameLayout) -> tide_column {
    let keys = blobs.first ?? VariantKeys.union([]).keys
    var column = tide_column.behind(.binary)
    column.len = 1
    column.enc = ColumnEncoding.constant.rawValue
    column.data = withUnsafeBytes(of: (Int32(0), Int32(truncatingIfNeeded: keys.count))) {
      layout.place(copying: $0.baseAddress!, 8)
    }
    column.data_len = 8
    column.heap = keys.withUnsafeBytes { layout.place(copying: $0.baseAddress!, $0.count) }
    column.heap_len = UInt32(keys.count)
    return column
  }
}
