import CTidemill

/// Distinct values of a merged column and their codes.
final class MergedDictionary {
  private static let maxEntries = 1 << 16

  private let offsets = ByteStore()
  private let heap = ByteStore()
  private(set) var count = 0
  private var hashes: [UInt64] = []
  /// Codes by hash: open addressing, linear, at most half full; -1 is a free place.
  private var index = [Int32](repeating: -1, count: 64)
  /// Codes here of the codes of the frame in progress; -1 where one was not met yet.
  private var known: [Int32] = []

  var byteCount: Int { offsets.count + heap.count }
  /// Where each value begins, and their bytes; valid until the next change.
  var entries: (offsets: UnsafeRawPointer, bytes: UnsafeRawPointer) {
    (UnsafeRawPointer(offsets.base), UnsafeRawPointer(heap.base))
  }

  func removeAll() {
    offsets.removeAll()
    heap.removeAll()
    guard count > 0 else { return }
    count = 0
    hashes.removeAll(keepingCapacity: true)
    for place in index.indices { index[place] = -1 }
  }

  /// Begins a frame whose dictionary has so many entries.
  func beginFrame(_ entries: Int) {
    if known.count < entries { known = [Int32](repeating: -1, count: entries) }
    for entry in 0..<entries { known[entry] = -1 }
  }

  /// The code of a value, which is looked up once for each code of the frame; nil when there is no room for it.
  @inline(__always)
  func code(_ theirs: Int, _ value: () -> UnsafeRawBufferPointer) -> UInt16? {
    if known[theirs] < 0 {
      guard let code = find(value()) else { return nil }
      known[theirs] = code
    }
    return UInt16(truncatingIfNeeded: known[theirs])
  }

  private func find(_ value: UnsafeRawBufferPointer) -> Int32? {
    let hash = tide_xxh64(value.baseAddress, UInt64(value.count), 0)
    var at = Int(truncatingIfNeeded: hash) & (index.count - 1)
    while index[at] >= 0 {
      let code = Int(index[at])
      if hashes[code] == hash, heap.holds(value, from: start(code), to: start(code + 1)) { return index[at] }
      at = (at + 1) & (index.count - 1)
    }
    guard count < Self.maxEntries else { return nil }
    if count == 0 { offsets.append(repeating: Int32(0), count: 1) }
    heap.append(value)
    offsets.append(repeating: Int32(truncatingIfNeeded: heap.count), count: 1)
    hashes.append(hash)
    index[at] = Int32(count)
    count += 1
    if count * 2 > index.count { growIndex() }
    return Int32(count - 1)
  }

  private func start(_ code: Int) -> Int { Int(offsets.base.load(fromByteOffset: 4 * code, as: Int32.self)) }

  private func growIndex() {
    index = [Int32](repeating: -1, count: index.count * 4)
    for (code, hash) in hashes.enumerated() {
      var at = Int(truncatingIfNeeded: hash) & (index.count - 1)
      while index[at] >= 0 { at = (at + 1) & (index.count - 1) }
      index[at] = Int32(code)
    }
  }

  /// Lays out the entries as a column of their own; there is one at least, for the rows that are null.
  func place(_ type: ColumnType, parameter: UInt16, width: Int, _ layout: inout FrameLayout) -> tide_column {
    if count == 0 {
      let zeros = [UInt8](repeating: 0, count: width)
      _ = zeros.withUnsafeBytes { find($0) }
    }
    var column = tide_column.behind(type)
    column.param = parameter
    column.len = UInt32(count)
    guard width == 0 else {
      column.data = layout.place(copying: heap)
      column.data_len = UInt32(heap.count)
      return column
    }
    column.data = layout.place(copying: offsets)
    column.data_len = UInt32(offsets.count)
    column.heap = layout.place(copying: heap)
    column.heap_len = UInt32(heap.count)
    return column
  }
}
