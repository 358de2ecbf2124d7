import CTidemill

/// Values in memory of their own, which moves only when it grows: what points into it holds until the next change.
///
/// A pointer out of an array's `withUnsafeBufferPointer` ends with the call; one out of here may be handed to a plugin or a host.
public final class ValueBuffer<Element: BitwiseCopyable> {
  @exclusivity(unchecked) @usableFromInline var memory: UnsafeMutablePointer<Element>
  @exclusivity(unchecked) @usableFromInline var capacity: Int
  @exclusivity(unchecked) @usableFromInline var used = 0

  @inlinable public init(capacity: Int = 64) {
    self.capacity = max(capacity, 1)
    memory = .allocate(capacity: max(capacity, 1))
  }

  deinit { memory.deallocate() }

  @inlinable public var count: Int { used }
  /// The first value.
  @inlinable public var base: UnsafeMutablePointer<Element> { memory }
  @inlinable public var values: UnsafeBufferPointer<Element> { UnsafeBufferPointer(start: memory, count: count) }

  @inlinable public subscript(index: Int) -> Element {
    get { memory[index] }
    set { memory[index] = newValue }
  }

  /// Keeps the memory.
  @inlinable public func removeAll() { used = 0 }

  @inlinable public func reserve(_ capacity: Int) {
    if capacity <= self.capacity { return }
    let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
    larger.initialize(from: memory, count: used)
    memory.deallocate()
    memory = larger
    self.capacity = capacity
  }

  /// Adds room for so many values and gives the first of them, to be filled; valid until the next call.
  @inlinable public func extend(by count: Int) -> UnsafeMutablePointer<Element> {
    if used + count > capacity { reserve(max(used + count, 2 * capacity)) }
    defer { used += count }
    return memory + used
  }

  @inlinable public func append(_ value: Element) { extend(by: 1).initialize(to: value) }

  @inlinable public func append(repeating value: Element, count: Int) {
    extend(by: count).initialize(repeating: value, count: count)
  }

  @inlinable public func append(contentsOf values: UnsafeBufferPointer<Element>) {
    guard let from = values.baseAddress, values.count > 0 else { return }
    extend(by: values.count).initialize(from: from, count: values.count)
  }

  @inlinable public func append(contentsOf values: [Element]) { values.withUnsafeBufferPointer { append(contentsOf: $0) } }
}

extension ValueBuffer where Element == UInt8 {
  /// Bytes of it as a text or a binary value.
  @inlinable public func string(_ start: Int, _ count: Int) -> tide_string {
    tide_string(data: UnsafeRawPointer(memory + start).assumingMemoryBound(to: CChar.self), length: UInt64(count))
  }
}
