import PluginKit

/// A value inside a state: 16 bytes, and a block of the side heap for texts of more than eight bytes.
struct StoredScalar {
  /// Of a `ScalarKind`.
  var kind: UInt8 = 0
  var length: UInt32 = 0
  /// The value, the text of up to eight bytes, or where the text's block is.
  var word: UInt64 = 0

  static let inlineBytes = 8

  var isEmpty: Bool { kind == 0 }
  private var hasBlock: Bool { kind >= ScalarKind.string.rawValue && length > UInt32(Self.inlineBytes) }
  /// A block: its capacity, then the text.
  private var block: UnsafeMutableRawPointer { UnsafeMutableRawPointer(bitPattern: UInt(word))! }

  mutating func release(_ heap: SideHeap) {
    if hasBlock { heap.deallocate(block, block.load(as: Int.self) + 8) }
    self = StoredScalar()
  }

  /// Copies a value in.
  mutating func set(_ value: Scalar, _ heap: SideHeap) {
    guard value.kind.isText else {
      if hasBlock { release(heap) }
      (kind, length, word) = (value.kind.rawValue, 0, value.word)
      return
    }
    let count = value.bytes.count
    if count <= Self.inlineBytes {
      if hasBlock { release(heap) }
      word = 0
      withUnsafeMutableBytes(of: &word) { $0.copyMemory(from: value.bytes) }
    } else {
      if !hasBlock || block.load(as: Int.self) < count {
        release(heap)
        let capacity = (count + 15) & ~15
        let made = heap.allocate(capacity + 8)
        made.storeBytes(of: capacity, as: Int.self)
        word = UInt64(UInt(bitPattern: made))
      }
      (block + 8).copyMemory(from: value.bytes.baseAddress!, byteCount: count)
    }
    (kind, length) = (value.kind.rawValue, UInt32(truncatingIfNeeded: count))
  }
}

extension UnsafePointer<StoredScalar> {
  /// The value, borrowed from the state.
  var value: Scalar {
    let stored = pointee
    let kind = ScalarKind(rawValue: stored.kind) ?? .none
    guard kind.isText else { return Scalar(kind, stored.word) }
    let start =
      stored.length > UInt32(StoredScalar.inlineBytes)
      ? UnsafeRawPointer(bitPattern: UInt(stored.word))! + 8 : UnsafeRawPointer(self) + 8
    return Scalar(kind, bytes: UnsafeRawBufferPointer(start: start, count: Int(stored.length)))
  }
}

extension UnsafeMutablePointer<StoredScalar> {
  var value: Scalar { UnsafePointer(self).value }
}
