import CTidemill
import Glibc

/// Writes values in Parquet's Variant encoding (github.com/apache/parquet-format, VariantEncoding.md, version 1), one behind the other
/// into memory that it keeps.
///
/// Members of an object are numbered by the sorted key dictionary that all values share: `VariantKeys.encoded`.
///
/// ```swift
/// let start = encoder.count
/// let object = encoder.begin()
/// let member = encoder.count
/// encoder.put(int: 7)
/// encoder.add(0, from: member)
/// _ = encoder.endObject(object)
/// values.append(encoder.string(from: start))
/// ```
public final class VariantEncoder {
  /// Of an object or an array.
  public static let maxMembers = 65_536

  private let out = ByteStore()
  /// Members of the containers that are open: number of the name, and where the value stands.
  @exclusivity(unchecked) private var members: [Member] = []

  private struct Member {
    var rank: UInt32
    var start: Int
    var end: Int
  }

  public init() {}

  /// Bytes that were written.
  public var count: Int { out.count }

  /// What was written from `start` on, up to `end` when it is given. Valid until more is.
  public func bytes(from start: Int, to end: Int? = nil) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: out.all[start..<(end ?? out.count)])
  }

  /// Keeps the memory.
  public func removeAll() {
    out.removeAll()
    members.removeAll(keepingCapacity: true)
  }

  // MARK: Scalars

  public func putNull() { put(byte: 0) }

  public func put(_ truth: Bool) { put(byte: truth ? 1 << 2 : 2 << 2) }

  /// In as few bytes as hold it.
  public func put(int value: Int64) {
    switch value {
    case -0x80...0x7F: put(3, 1, UInt64(bitPattern: value))
    case -0x8000...0x7FFF: put(4, 2, UInt64(bitPattern: value))
    case -0x8000_0000...0x7FFF_FFFF: put(5, 4, UInt64(bitPattern: value))
    default: put(6, 8, UInt64(bitPattern: value))
    }
  }

  public func put(_ double: Double) { put(7, 8, double.bitPattern) }

  /// Nanoseconds since the epoch, UTC.
  public func put(time: Int64) { put(18, 8, UInt64(bitPattern: time)) }

  /// `significand` by ten to the power of `-scale`.
  public func put(decimal significand: Int128, scale: Int) {
    let bits = UInt128(truncatingIfNeeded: significand)
    put(byte: 10 << 2)
    put(byte: UInt8(truncatingIfNeeded: scale))
    put(bits: UInt64(truncatingIfNeeded: bits), 8)
    put(bits: UInt64(truncatingIfNeeded: bits >> 64), 8)
  }

  /// Well-formed UTF-8.
  public func put(text: UnsafeRawBufferPointer) {
    if text.count < 64 {
      put(byte: UInt8(text.count) << 2 | 1)
    } else {
      put(byte: 16 << 2)
      put(bits: UInt64(text.count), 4)
    }
    out.append(text)
  }

  public func put(binary: UnsafeRawBufferPointer) {
    put(byte: 15 << 2)
    put(bits: UInt64(binary.count), 4)
    out.append(binary)
  }

  /// Copies a value over other names; `rank` gives the new number of one.
  public func put(_ value: VariantReader, rank: (UnsafeRawBufferPointer) -> UInt32) {
    switch value.kind {
    case .absent: putNull()
    case .object:
      let open = begin()
      value.forEachField { name, field in
        let start = count
        put(field, rank: rank)
        add(rank(name), from: start)
      }
      _ = endObject(open)
    case .array:
      let open = begin()
      for index in 0..<value.count {
        let start = count
        put(value[index], rank: rank)
        add(0, from: start)
      }
      _ = endArray(open)
    default: out.append(UnsafeRawBufferPointer(rebasing: value.value[..<value.byteCount]))
    }
  }

  // MARK: Containers

  /// Where a container begins that is being written.
  public struct Open {
    fileprivate let start: Int
    fileprivate let members: Int
  }

  public func begin() -> Open { Open(start: out.count, members: members.count) }

  /// Adds what was written from `start` on as a member of the innermost open container, under the number of its name; of arrays the
  /// number says nothing.
  public func add(_ rank: UInt32, from start: Int) { members.append(Member(rank: rank, start: start, end: out.count)) }

  /// Puts the head before the members, of which of those with one name the last counts. False when there are too many.
  public func endObject(_ open: Open) -> Bool {
    sort(from: open.members)
    dropDoubles(from: open.members, start: open.start)
    return end(open, isObject: true)
  }

  /// The same of an array.
  public func endArray(_ open: Open) -> Bool { end(open, isObject: false) }

  private func end(_ open: Open, isObject: Bool) -> Bool {
    let found = members[open.members...]
    defer { members.removeLast(found.count) }
    guard found.count <= Self.maxMembers else { return false }
    let head = VariantHead(
      isObject: isObject, count: found.count, greatestKey: Int(found.last?.rank ?? 0), size: out.count - open.start)
    head.write(
      to: out.insert(head.byteCount, at: open.start), key: { Int(found[found.startIndex + $0].rank) },
      start: { found[found.startIndex + $0].start - open.start })
    return true
  }

  /// By name, those of one name in the order in which they came: most stand in order already, or nearly so.
  private func sort(from first: Int) {
    guard members.count - first <= 24 else { return members[first...].sort { ($0.rank, $0.start) < ($1.rank, $1.start) } }
    for index in members.indices.dropFirst(first + 1) {
      var at = index
      while at > first, members[at].rank < members[at - 1].rank {
        members.swapAt(at, at - 1)
        at -= 1
      }
    }
  }

  /// Takes out members before another one of the same name, and their values.
  private func dropDoubles(from first: Int, start: Int) {
    var kept = first
    for index in first..<members.count {
      if index + 1 < members.count, members[index + 1].rank == members[index].rank { continue }
      members[kept] = members[index]
      kept += 1
    }
    guard kept < members.count else { return }
    members.removeLast(members.count - kept)
    // The values move together, in the order in which they stand.
    members[first...].sort { $0.start < $1.start }
    var end = start
    for index in first..<members.count {
      let length = members[index].end - members[index].start
      (out.base + end).copyMemory(from: out.base + members[index].start, byteCount: length)
      (members[index].start, members[index].end) = (end, end + length)
      end += length
    }
    out.truncate(to: end)
    members[first...].sort { $0.rank < $1.rank }
  }

  // MARK: Bytes

  /// A primitive value of a type and so many bytes.
  private func put(_ type: UInt8, _ bytes: Int, _ bits: UInt64) {
    put(byte: type << 2)
    put(bits: bits, bytes)
  }

  private func put(byte: UInt8) { out.extend(by: 1).storeBytes(of: byte, as: UInt8.self) }

  private func put(bits: UInt64, _ bytes: Int) {
    let at = out.extend(by: bytes)
    for byte in 0..<bytes {
      at.storeBytes(of: UInt8(truncatingIfNeeded: bits >> UInt64(8 &* byte)), toByteOffset: byte, as: UInt8.self)
    }
  }
}
