import CTidemill

/// One value for each of some rows, as a column: what an expression gives for a batch, or what a plugin has made.
///
/// Borrowed: what it points to must stay as long as it is used. Where a row has no value there is zero, or an empty string.
@frozen public struct ColumnValues {
  /// What a row has.
  @frozen public enum State: UInt8, Sendable {
    case value
    /// Null, told from a field that is not there where the frame can: `"x": null` in JSON.
    case null
    /// Nothing, since no value could be found: the field is not there.
    case error
  }

  public let raw: tide_values

  @inlinable public init(_ raw: tide_values) { self.raw = raw }

  // MARK: Made by a plugin. `states`, one a row, is nil when each row has a value.

  public init(_ doubles: UnsafeBufferPointer<Double>, states: UnsafePointer<State>? = nil) {
    self.init(.double, doubles.baseAddress, doubles.count, states)
  }

  public init(_ ints: UnsafeBufferPointer<Int64>, states: UnsafePointer<State>? = nil) {
    self.init(.int, ints.baseAddress, ints.count, states)
  }

  public init(_ uints: UnsafeBufferPointer<UInt64>, states: UnsafePointer<State>? = nil) {
    self.init(.uint64, uints.baseAddress, uints.count, states)
  }

  /// Truths.
  public init(_ bools: UnsafeBufferPointer<Bool>, states: UnsafePointer<State>? = nil) {
    self.init(.bool, bools.baseAddress, bools.count, states)
  }

  /// Nanoseconds since the epoch, UTC.
  public init(times: UnsafeBufferPointer<Int64>, states: UnsafePointer<State>? = nil) {
    self.init(.time, times.baseAddress, times.count, states)
  }

  /// Nanoseconds.
  public init(durations: UnsafeBufferPointer<Int64>, states: UnsafePointer<State>? = nil) {
    self.init(.duration, durations.baseAddress, durations.count, states)
  }

  /// Texts, each well-formed UTF-8.
  public init(_ texts: UnsafeBufferPointer<tide_string>, states: UnsafePointer<State>? = nil) {
    self.init(.string, texts.baseAddress, texts.count, states)
  }

  public init(binaries: UnsafeBufferPointer<tide_string>, states: UnsafePointer<State>? = nil) {
    self.init(.binary, binaries.baseAddress, binaries.count, states)
  }

  /// Values in Parquet's Variant encoding over one key dictionary, `keys`.
  public init(
    variants: UnsafeBufferPointer<tide_string>, keys: UnsafeRawBufferPointer, states: UnsafePointer<State>? = nil
  ) {
    self.init(.variant, variants.baseAddress, variants.count, states, keys: keys)
  }

  private init(
    _ type: ColumnType, _ data: UnsafeRawPointer?, _ count: Int, _ states: UnsafePointer<State>?,
    keys: UnsafeRawBufferPointer = UnsafeRawBufferPointer(start: nil, count: 0)
  ) {
    var raw = tide_values()
    raw.size = UInt32(MemoryLayout<tide_values>.size)
    raw.type = UInt32(type.rawValue)
    raw.count = UInt32(count)
    raw.data = data
    raw.metadata = tide_string(data: keys.baseAddress?.assumingMemoryBound(to: CChar.self), length: UInt64(keys.count))
    if let states {
      for row in 0..<count {
        raw.nulls += states[row] == .null ? 1 : 0
        raw.errors += states[row] == .error ? 1 : 0
      }
      if raw.nulls + raw.errors > 0 { raw.state = UnsafeRawPointer(states).assumingMemoryBound(to: UInt8.self) }
    }
    self.init(raw)
  }

  // MARK: Reading. `index` counts the rows that there are values for.

  /// Rows.
  @inlinable public var count: Int { Int(raw.count) }
  @inlinable public var nullCount: Int { Int(raw.nulls) }
  @inlinable public var errorCount: Int { Int(raw.errors) }
  /// Nil for a type that no values have.
  @inlinable public var type: ColumnType? { ColumnType(rawValue: UInt8(truncatingIfNeeded: raw.type)) }

  @inlinable public func state(_ index: Int) -> State {
    guard let states = raw.state else { return .value }
    return State(rawValue: states[index]) ?? .error
  }
  @inlinable public func isValid(_ index: Int) -> Bool { raw.state == nil || raw.state[index] == State.value.rawValue }

  /// The values of a type, nil when they are of another; zero where a row has none.
  @inlinable public var doubles: UnsafeBufferPointer<Double>? { vector(.double, Double.self) }
  /// Integers.
  @inlinable public var ints: UnsafeBufferPointer<Int64>? { vector(.int, Int64.self) }
  @inlinable public var uints: UnsafeBufferPointer<UInt64>? { vector(.uint64, UInt64.self) }
  /// Nanoseconds since the epoch, UTC.
  @inlinable public var times: UnsafeBufferPointer<Int64>? { vector(.time, Int64.self) }
  /// Nanoseconds.
  @inlinable public var durations: UnsafeBufferPointer<Int64>? { vector(.duration, Int64.self) }
  /// 1 where the value is true.
  @inlinable public var bools: UnsafeBufferPointer<UInt8>? { vector(.bool, UInt8.self) }
  /// Texts, binaries, and variants, whose keys are `keys`.
  @inlinable public var strings: UnsafeBufferPointer<tide_string>? {
    guard let type, type.hasHeap else { return nil }
    return vector(type, tide_string.self)
  }
  /// The key dictionary of variants.
  @inlinable public var keys: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: raw.metadata.data, count: Int(truncatingIfNeeded: raw.metadata.length))
  }

  @inlinable func vector<Element>(_ type: ColumnType, _ element: Element.Type) -> UnsafeBufferPointer<Element>? {
    guard self.type == type else { return nil }
    return UnsafeBufferPointer(start: raw.data?.assumingMemoryBound(to: element), count: count)
  }
}

extension tide_string {
  /// A text that is written in the program.
  public init(_ text: StaticString) {
    precondition(text.hasPointerRepresentation, "a text is a literal of a string")
    self.init(
      data: UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self), length: UInt64(text.utf8CodeUnitCount))
  }

  /// Bytes, borrowed, such as a text of the batch.
  @inlinable public init(_ bytes: UnsafeRawBufferPointer) {
    self.init(data: bytes.baseAddress?.assumingMemoryBound(to: CChar.self), length: UInt64(bytes.count))
  }
}
