/// Memory for rows of all sizes: pieces of few sizes, cut from large ones, so that a row costs no call of the allocator.
///
/// What is given back serves rows of the same size again; when nothing is taken any more, all of it goes.
final class RowArena {
  private static let granule = 32
  private static let largest = 2048
  private static let slabBytes = 64 << 10

  /// Pieces that were given back, by size: each begins with the address of the next one.
  private let free: UnsafeMutablePointer<UnsafeMutableRawPointer?>
  private var slabs: [UnsafeMutableRawPointer] = []
  private var slabUsed = RowArena.slabBytes
  /// Bytes that are taken now.
  private(set) var takenBytes = 0

  private static var sizes: Int { largest / granule + 1 }

  init() {
    free = .allocate(capacity: Self.sizes)
    free.initialize(repeating: nil, count: Self.sizes)
  }

  /// Pieces beyond the largest size must have been given back.
  deinit {
    for slab in slabs { slab.deallocate() }
    free.deallocate()
  }

  func take(_ bytes: Int) -> UnsafeMutableRawPointer {
    let (size, index) = Self.size(bytes)
    takenBytes += size
    guard bytes <= Self.largest else { return .allocate(byteCount: size, alignment: 16) }
    if let piece = free[index] {
      free[index] = piece.load(as: UnsafeMutableRawPointer?.self)
      return piece
    }
    if slabUsed + size > Self.slabBytes {
      slabs.append(.allocate(byteCount: Self.slabBytes, alignment: 64))
      slabUsed = 0
    }
    defer { slabUsed += size }
    return slabs[slabs.count - 1] + slabUsed
  }

  func give(_ piece: UnsafeMutableRawPointer, _ bytes: Int) {
    let (size, index) = Self.size(bytes)
    takenBytes -= size
    guard bytes <= Self.largest else { return piece.deallocate() }
    piece.storeBytes(of: free[index], as: UnsafeMutableRawPointer?.self)
    free[index] = piece
    if takenBytes == 0, slabs.count > 1 { clear() }
  }

  private func clear() {
    for slab in slabs.dropFirst() { slab.deallocate() }
    slabs.removeLast(slabs.count - 1)
    slabUsed = 0
    free.update(repeating: nil, count: Self.sizes)
  }

  private static func size(_ bytes: Int) -> (size: Int, index: Int) {
    let index = (bytes + granule - 1) / granule
    return (index * granule, index)
  }
}
