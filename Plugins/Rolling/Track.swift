import Aggregates
import PluginKit

/// The values of one argument, in the rows that pass one filter: what is kept of them in a record.
///
/// A record is raw memory, zero for no rows: how many values there are, and behind that the parts that results ask for. Records are
/// added to and merged, and nothing is ever taken from one, so that no rounding stays behind when a row leaves.
struct Track {
  struct Parts: OptionSet {
    let rawValue: UInt8
    static let sum = Parts(rawValue: 1)
    static let extremes = Parts(rawValue: 2)
    static let moments = Parts(rawValue: 4)
  }

  /// Number of the argument, nil for rows alone.
  let argument: Int?
  /// Number of the filter, nil for all rows.
  let filter: Int?
  var parts: Parts
  /// Where the track stands in the record of all tracks.
  var offset = 0
  var form = ValueForm.double

  /// True when its values are integers.
  @inline(__always) private var isInt: Bool { form == .int }

  init(argument: Int?, filter: Int?, parts: Parts) {
    self.argument = argument
    self.filter = filter
    self.parts = parts
  }

  // Each part has its place whether or not those before it are there.
  private static let sumAt = 8, leastAt = 24, greatestAt = 32, meanAt = 40, squaresAt = 48

  var byteCount: Int {
    if form == .mixed, !parts.isEmpty { return MemoryLayout<MixedRecord>.stride }
    return parts.contains(.moments) ? 56 : parts.contains(.extremes) ? 40 : parts.contains(.sum) ? 24 : 8
  }

  // MARK: Adding

  /// Adds a value, as its bits, to a record of all tracks.
  ///
  /// - Parameter kind: of one of mixed values.
  @inline(__always)
  func add(_ bits: UInt64, _ kind: UInt8, to record: UnsafeMutableRawPointer) {
    let record = record + offset
    if form == .mixed, !parts.isEmpty { return Self.mixed(record).pointee.add(ExactNumber(bits, kind)) }
    let count = record.load(as: Int.self)
    record.storeBytes(of: count &+ 1, as: Int.self)
    if parts.contains(.sum) { addSum(bits, record) }
    if parts.contains(.extremes) { addExtremes(bits, record, isFirst: count == 0) }
    if parts.contains(.moments) {
      var moments = Self.moments(record, count)
      moments.add(isInt ? Double(Int64(bitPattern: bits)) : Double(bitPattern: bits))
      Self.put(moments, record)
    }
  }

  @inline(__always)
  private func addSum(_ bits: UInt64, _ record: UnsafeMutableRawPointer) {
    if isInt {
      Self.put(Self.wide(record) &+ Int128(Int64(bitPattern: bits)), record)
    } else {
      var sum = Self.sum(record)
      sum.add(Double(bitPattern: bits))
      Self.put(sum, record)
    }
  }

  @inline(__always)
  private func addExtremes(_ bits: UInt64, _ record: UnsafeMutableRawPointer, isFirst: Bool) {
    if isInt {
      let value = Int64(bitPattern: bits)
      let least = record.load(fromByteOffset: Self.leastAt, as: Int64.self)
      let greatest = record.load(fromByteOffset: Self.greatestAt, as: Int64.self)
      record.storeBytes(of: isFirst || value < least ? value : least, toByteOffset: Self.leastAt, as: Int64.self)
      record.storeBytes(of: isFirst || value > greatest ? value : greatest, toByteOffset: Self.greatestAt, as: Int64.self)
    } else {
      // A negative zero counts as zero, and NaN changes nothing.
      let value = Double(bitPattern: bits) + 0
      let least = isFirst ? Double.infinity : record.load(fromByteOffset: Self.leastAt, as: Double.self)
      let greatest = isFirst ? -Double.infinity : record.load(fromByteOffset: Self.greatestAt, as: Double.self)
      record.storeBytes(of: value < least ? value : least, toByteOffset: Self.leastAt, as: Double.self)
      record.storeBytes(of: value > greatest ? value : greatest, toByteOffset: Self.greatestAt, as: Double.self)
    }
  }

  /// Adds the values of one record to another.
  @inline(__always)
  func merge(_ from: UnsafeRawPointer, into record: UnsafeMutableRawPointer) {
    let (from, record) = (from + offset, record + offset)
    if form == .mixed, !parts.isEmpty { return Self.mixed(record).pointee.add(Self.mixed(from).pointee) }
    let (others, own) = (from.load(as: Int.self), record.load(as: Int.self))
    guard others > 0 else { return }
    guard own > 0 else { return record.copyMemory(from: from, byteCount: byteCount) }
    record.storeBytes(of: own &+ others, as: Int.self)
    if parts.contains(.sum) {
      if isInt {
        Self.put(Self.wide(record) &+ Self.wide(from), record)
      } else {
        var sum = Self.sum(record)
        sum.add(Self.sum(from))
        Self.put(sum, record)
      }
    }
    if parts.contains(.extremes) {
      if isInt { Self.mergeExtremes(from, record, Int64.self) } else { Self.mergeExtremes(from, record, Double.self) }
    }
    if parts.contains(.moments) {
      var moments = Self.moments(record, own)
      moments.add(Self.moments(from, others))
      Self.put(moments, record)
    }
  }

  @inline(__always)
  private static func mergeExtremes<T: Comparable & BitwiseCopyable>(
    _ from: UnsafeRawPointer, _ record: UnsafeMutableRawPointer, _ type: T.Type
  ) {
    let least = from.load(fromByteOffset: leastAt, as: type), greatest = from.load(fromByteOffset: greatestAt, as: type)
    if least < record.load(fromByteOffset: leastAt, as: type) {
      record.storeBytes(of: least, toByteOffset: leastAt, as: type)
    }
    if greatest > record.load(fromByteOffset: greatestAt, as: type) {
      record.storeBytes(of: greatest, toByteOffset: greatestAt, as: type)
    }
  }

  // MARK: Results

  /// A result: a number in its bits, or why there is none.
  enum Result {
    case int(Int64)
    case uint(UInt64)
    case double(Double)
    case null
    /// An integer of more than 64 bits.
    case overflow
  }

  func count(_ record: UnsafeRawPointer) -> Int { (record + offset).load(as: Int.self) }

  @inline(__always)
  func result(_ function: MovingFunction, _ record: UnsafeRawPointer) -> Result {
    let record = record + offset
    let count = record.load(as: Int.self)
    if form == .mixed, !parts.isEmpty { return Self.result(function, Self.mixed(record).pointee) }
    switch function {
    case .count: return .int(Int64(count))
    case .sum:
      guard isInt else { return .double(Self.sum(record).value) }
      return Int64(exactly: Self.wide(record)).map { .int($0) } ?? .overflow
    case .avg:
      if count == 0 { return .null }
      guard isInt else { return .double(Self.sum(record).value / Double(count)) }
      let sum = Self.wide(record)
      return .double((Int64(exactly: sum).map { Double($0) } ?? Double(sum)) / Double(count))
    case .min, .max:
      let place = function == .min ? Self.leastAt : Self.greatestAt
      if count == 0 { return .null }
      if isInt { return .int(record.load(fromByteOffset: place, as: Int64.self)) }
      let least = record.load(fromByteOffset: Self.leastAt, as: Double.self)
      let isAny = least <= record.load(fromByteOffset: Self.greatestAt, as: Double.self)
      return isAny ? .double(record.load(fromByteOffset: place, as: Double.self)) : .null
    case .stddev, .variance:
      guard let variance = Self.moments(record, count).variance else { return .null }
      return .double(function == .variance ? variance : variance.squareRoot())
    }
  }

  private static func result(_ function: MovingFunction, _ mixed: MixedRecord) -> Result {
    switch function {
    case .count: return .int(Int64(mixed.count))
    case .sum:
      switch mixed.total {
      case .whole(let sum): return Int64(exactly: sum).map { .int($0) } ?? .overflow
      case .double(let sum): return .double(sum)
      }
    case .avg:
      if mixed.count == 0 { return .null }
      switch mixed.total {
      case .whole(let sum): return .double(Double(sum) / Double(mixed.count))
      case .double(let sum): return .double(sum / Double(mixed.count))
      }
    case .min, .max:
      switch mixed.extreme(greatest: function == .max) {
      case nil: return .null
      case .double(let value): return .double(value)
      case .whole(let value): return Int64(exactly: value).map { .int($0) } ?? .uint(UInt64(truncatingIfNeeded: value))
      }
    case .stddev, .variance:
      guard let variance = mixed.variance else { return .null }
      return .double(function == .variance ? variance : variance.squareRoot())
    }
  }

  // MARK: Parts

  @inline(__always) private static func mixed(_ record: UnsafeRawPointer) -> UnsafeMutablePointer<MixedRecord> {
    UnsafeMutableRawPointer(mutating: record).assumingMemoryBound(to: MixedRecord.self)
  }

  @inline(__always) private static func wide(_ record: UnsafeRawPointer) -> Int128 {
    let low = record.load(fromByteOffset: sumAt, as: UInt64.self)
    return Int128(record.load(fromByteOffset: sumAt + 8, as: Int64.self)) << 64 | Int128(low)
  }
  @inline(__always) private static func put(_ sum: Int128, _ record: UnsafeMutableRawPointer) {
    record.storeBytes(of: UInt64(truncatingIfNeeded: sum), toByteOffset: sumAt, as: UInt64.self)
    record.storeBytes(of: Int64(truncatingIfNeeded: sum >> 64), toByteOffset: sumAt + 8, as: Int64.self)
  }
  @inline(__always) private static func sum(_ record: UnsafeRawPointer) -> DoubleSum {
    DoubleSum(
      sum: record.load(fromByteOffset: sumAt, as: Double.self), lost: record.load(fromByteOffset: sumAt + 8, as: Double.self))
  }
  @inline(__always) private static func put(_ sum: DoubleSum, _ record: UnsafeMutableRawPointer) {
    record.storeBytes(of: sum.sum, toByteOffset: sumAt, as: Double.self)
    record.storeBytes(of: sum.lost, toByteOffset: sumAt + 8, as: Double.self)
  }
  @inline(__always) private static func moments(_ record: UnsafeRawPointer, _ count: Int) -> Moments {
    Moments(
      count: count, mean: record.load(fromByteOffset: meanAt, as: Double.self),
      squares: record.load(fromByteOffset: squaresAt, as: Double.self))
  }
  @inline(__always) private static func put(_ moments: Moments, _ record: UnsafeMutableRawPointer) {
    record.storeBytes(of: moments.mean, toByteOffset: meanAt, as: Double.self)
    record.storeBytes(of: moments.squares, toByteOffset: squaresAt, as: Double.self)
  }
}
