import PluginKit

/// Writes values in Parquet's Variant encoding (github.com/apache/parquet-format, VariantEncoding.md, version 1), one
/// behind the other into memory that it keeps.
final class VariantWriter {
  static let maxMembers = 65_536

  var names = VariantNames()
  private var memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 16)
  private(set) var count = 0
  /// Members of the containers that are open: number of the name, and where the value stands.
  private var members: [(rank: UInt32, start: Int, end: Int)] = []
  private let scratch = Scratch()

  deinit { memory.deallocate() }

  /// What was written from `start` on. Valid until more is.
  func bytes(from start: Int) -> Bytes { Bytes(rebasing: memory[start..<count]) }

  func removeAll() {
    count = 0
    members.removeAll(keepingCapacity: true)
    scratch.reset()
  }

  static func width(of value: Int) -> Int { value < 1 << 8 ? 1 : value < 1 << 16 ? 2 : value < 1 << 24 ? 3 : 4 }

  // MARK: Values

  /// Writes what was found; false when a container has too many members.
  func write(_ value: Found) -> Bool {
    switch value.kind {
    case .absent, .null: put(byte: 0)
    case .text: put(text: value.bytes)
    case .bool: put(byte: value.integer != 0 ? 1 << 2 : 2 << 2)
    case .time: put(18, 8, UInt64(bitPattern: value.integer))
    case .number: put(number: value.bytes)
    case .container:
      var reader = JSONReader(value.bytes)
      return put(container: &reader)
    }
    return true
  }

  func put(text: Bytes) {
    if text.count < 64 {
      put(byte: UInt8(text.count) << 2 | 1)
    } else {
      put(byte: 16 << 2)
      put(text.count, 4)
    }
    put(bytes: text)
  }

  private func put(number bytes: Bytes) {
    let number = NumberText(checked: bytes)
    if let value = number.int, !(number.isNegative && number.digits == 0) {
      put(int: value)
    } else if !number.isInteger || number.digits == 0, let value = number.faithful(bytes) {
      put(7, 8, value.bitPattern)
    } else if let decimal = number.decimal {
      put(decimal)
    } else {
      put(text: bytes)
    }
  }

  private func put(int value: Int64) {
    switch value {
    case -0x80...0x7F: put(3, 1, UInt64(bitPattern: value))
    case -0x8000...0x7FFF: put(4, 2, UInt64(bitPattern: value))
    case -0x8000_0000...0x7FFF_FFFF: put(5, 4, UInt64(bitPattern: value))
    default: put(6, 8, UInt64(bitPattern: value))
    }
  }

  private func put(_ decimal: (significand: Int128, scale: Int)) {
    let bits = UInt128(truncatingIfNeeded: decimal.significand)
    put(byte: 10 << 2)
    put(byte: UInt8(decimal.scale))
    put(bits: UInt64(truncatingIfNeeded: bits), 8)
    put(bits: UInt64(truncatingIfNeeded: bits >> 64), 8)
  }

  /// A primitive value of a type and so many bytes.
  private func put(_ type: UInt8, _ bytes: Int, _ bits: UInt64) {
    put(byte: type << 2)
    put(bits: bits, bytes)
  }

  /// Copies a value over other names.
  func put(_ value: VariantReader) {
    switch value.kind {
    case .absent: put(byte: 0)
    case .object:
      let open = begin()
      value.forEachField { name, field in
        let start = count
        put(field)
        add(names.rank(of: name), from: start)
      }
      _ = endObject(open)
    case .array:
      let open = begin()
      for index in 0..<value.count {
        let start = count
        put(value[index])
        add(0, from: start)
      }
      _ = endArray(open)
    default: put(bytes: Bytes(rebasing: value.value[..<value.byteCount]))
    }
  }

  // MARK: Containers

  /// Where a container begins that is being written.
  struct Open {
    fileprivate let start: Int
    fileprivate let members: Int
  }

  func begin() -> Open { Open(start: count, members: members.count) }

  /// Adds what was written from `start` on as a member of the innermost open container.
  func add(_ rank: UInt32, from start: Int) { members.append((rank, start, count)) }

  /// A container that was checked when it was found.
  private func put(container reader: inout JSONReader) -> Bool {
    let isObject = reader.next == UInt8(ascii: "{")
    let closing = isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")
    let open = begin()
    do throws(ParseFailure) {
      var goesOn = reader.open(closing: closing)
      while goesOn {
        let rank = isObject ? names.rank(of: try reader.name(scratch)) : 0
        let start = count
        if reader.next == UInt8(ascii: "{") || reader.next == UInt8(ascii: "[") {
          guard put(container: &reader) else { return false }
        } else {
          _ = write(try reader.value(scratch, depth: 0))
        }
        add(rank, from: start)
        goesOn = try reader.goesOn(closing: closing)
      }
    } catch {
      return false
    }
    return isObject ? endObject(open) : endArray(open)
  }

  /// Puts the head before the members, of which of those with one name the last counts. False when there are too many.
  func endObject(_ open: Open) -> Bool {
    sort(from: open.members)
    dropDoubles(from: open.members, start: open.start)
    let most = members.last.map { Int($0.rank) } ?? 0
    return end(open, idWidth: Self.width(of: most))
  }

  private func endArray(_ open: Open) -> Bool { end(open, idWidth: 0) }

  private func end(_ open: Open, idWidth: Int) -> Bool {
    let found = open.members..<members.count
    let size = count - open.start
    defer { members.removeLast(found.count) }
    guard found.count <= Self.maxMembers else { return false }
    let isLarge = found.count > 255
    let width = Self.width(of: size)
    let head = 1 + (isLarge ? 4 : 1) + found.count * idWidth + (found.count + 1) * width
    reserve(head)
    let start = memory.baseAddress! + open.start
    (start + head).copyMemory(from: start, byteCount: size)
    count = open.start
    if idWidth > 0 {
      put(byte: UInt8((isLarge ? 16 : 0) | (idWidth - 1) << 2 | (width - 1)) << 2 | 2)
    } else {
      put(byte: UInt8((isLarge ? 4 : 0) | (width - 1)) << 2 | 3)
    }
    put(found.count, isLarge ? 4 : 1)
    if idWidth > 0 { for index in found { put(Int(members[index].rank), idWidth) } }
    for index in found { put(members[index].start - open.start, width) }
    put(size, width)
    count += size
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
      (memory.baseAddress! + end).copyMemory(from: memory.baseAddress! + members[index].start, byteCount: length)
      (members[index].start, members[index].end) = (end, end + length)
      end += length
    }
    count = end
    members[first...].sort { $0.rank < $1.rank }
  }

  // MARK: Bytes

  private func reserve(_ more: Int) {
    guard count + more > memory.count else { return }
    let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: 2 * (count + more), alignment: 16)
    larger.copyMemory(from: Bytes(rebasing: memory[..<count]))
    memory.deallocate()
    memory = larger
  }

  private func put(byte: UInt8) {
    reserve(1)
    memory[count] = byte
    count += 1
  }

  private func put(_ value: Int, _ bytes: Int) { put(bits: UInt64(value), bytes) }

  private func put(bits: UInt64, _ bytes: Int) {
    reserve(bytes)
    // Byte by byte: what stands behind may be written already.
    for byte in 0..<bytes { memory[count &+ byte] = UInt8(truncatingIfNeeded: bits >> UInt64(8 &* byte)) }
    count += bytes
  }

  private func put(bytes: Bytes) {
    reserve(bytes.count)
    if let from = bytes.baseAddress { (memory.baseAddress! + count).copyMemory(from: from, byteCount: bytes.count) }
    count += bytes.count
  }
}
