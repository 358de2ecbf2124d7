/// A table's text as one record a line, and which line of the file each came from.
struct TableText {
  private(set) var bytes: [UInt8]
  private let original: [UInt8]
  /// Of records that were moved: where they stand now, and where in the file.
  private var moved: [(to: Int, from: Int)] = []
  /// Bytes that were left out at the front.
  private var removed = 0

  struct Failure: Error {
    /// Nil for what is wrong with all of it.
    let offset: Int?
    let reason: String
  }

  /// - Parameter key: of an `object`, the field that gets the names of its members, as JSON.
  init(_ text: [UInt8], _ layout: EnrichOptions.Layout, key: String) throws(Failure) {
    // A byte order mark says nothing of UTF-8.
    let hasMark = text.starts(with: [0xEF, 0xBB, 0xBF])
    let text = hasMark ? [0x20, 0x20, 0x20] + text[3...] : text
    original = text
    bytes = text
    // A writer that begins a file anew leaves it empty for a moment: what that was is no table without rows.
    guard let first = text.firstIndex(where: { !Self.isBlank($0) }) else {
      let least = layout == .csv ? "its header row" : layout == .json ? "[]" : "{}"
      throw Failure(offset: nil, reason: "is empty, which is no table; one without rows is \(least)")
    }
    switch layout {
    case .csv:
      // A blank would be part of the first column's name.
      removed = hasMark ? 3 : 0
      bytes.removeFirst(removed)
    case .json: if text[first] == UInt8(ascii: "[") { try splitList(from: first) }
    case .object: try splitObject(from: first, key: key)
    }
  }

  /// The line of the file, from 1 on, that what stands at an offset of `bytes` came from.
  func line(of offset: Int) -> Int {
    let place = moved.last { $0.to <= offset }?.from ?? offset + removed
    var end = min(place, original.count)
    // A record begins behind the blanks before it.
    while end < original.count, Self.isBlank(original[end]) { end += 1 }
    return original[..<end].count { $0 == UInt8(ascii: "\n") } + 1
  }

  /// Where a record stands, by its number among the records, from 0 on.
  func offset(ofRecord number: Int, hasHeader: Bool) -> Int {
    var left = number + (hasHeader ? 1 : 0)
    var (start, isQuoted, isEmpty) = (0, false, true)
    for (at, byte) in bytes.enumerated() {
      if hasHeader, byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      guard byte == 0x0A, !isQuoted else {
        isEmpty = isEmpty && Self.isBlank(byte)
        continue
      }
      if !isEmpty {
        if left == 0 { return start }
        left -= 1
      }
      (start, isEmpty) = (at + 1, true)
    }
    return start
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }

  // MARK: One list

  /// Puts line ends in the place of the commas between elements, and blanks in the place of line ends: nothing moves.
  private mutating func splitList(from start: Int) throws(Failure) {
    bytes[start] = 0x20
    var depth = 0
    var at = start + 1
    while at < bytes.count {
      switch bytes[at] {
      case UInt8(ascii: "\""):
        at = try endOfString(at)
        continue
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        if depth < 0 {
          guard bytes[at] == UInt8(ascii: "]") else { throw Failure(offset: at, reason: "a brace closes a list") }
          bytes[at] = 0x20
          return try expectEnd(at + 1)
        }
      case UInt8(ascii: ",") where depth == 0: bytes[at] = 0x0A
      case 0x0A, 0x0D: bytes[at] = 0x20
      default: break
      }
      at += 1
    }
    throw Failure(offset: start, reason: "the list does not end")
  }

  private func expectEnd(_ from: Int) throws(Failure) {
    if let other = original[from...].firstIndex(where: { !Self.isBlank($0) }) {
      throw Failure(offset: other, reason: "something stands behind the end of the table")
    }
  }

  /// Behind the closing quote of a string.
  private func endOfString(_ start: Int) throws(Failure) -> Int {
    var at = start + 1
    while at < original.count {
      if original[at] == UInt8(ascii: "\"") { return at + 1 }
      at += original[at] == UInt8(ascii: "\\") ? 2 : 1
    }
    throw Failure(offset: start, reason: "a string does not end")
  }

  // MARK: One object

  /// Makes of each member an object that has the member's name as a field.
  private mutating func splitObject(from start: Int, key: String) throws(Failure) {
    var at = start
    func skipBlanks() { while at < original.count, Self.isBlank(original[at]) { at += 1 } }
    func take(_ byte: UInt8) -> Bool {
      skipBlanks()
      guard at < original.count, original[at] == byte else { return false }
      at += 1
      return true
    }
    guard take(UInt8(ascii: "{")) else { throw Failure(offset: start, reason: "it is no object") }
    var made: [UInt8] = []
    if !take(UInt8(ascii: "}")) {
      repeat {
        skipBlanks()
        guard at < original.count, original[at] == UInt8(ascii: "\"") else {
          throw Failure(offset: at, reason: "a member has no name in quotes")
        }
        let name = at
        at = try endOfString(at)
        let nameEnd = at
        guard take(UInt8(ascii: ":")) else { throw Failure(offset: at, reason: "a colon is missing") }
        skipBlanks()
        guard at < original.count, original[at] == UInt8(ascii: "{") else {
          throw Failure(offset: at, reason: "a member is no object")
        }
        let value = at
        at = try endOfContainer(at)
        moved.append((made.count, value))
        made += Array("{".utf8) + Array(key.utf8) + Array(":".utf8) + original[name..<nameEnd]
        let isEmpty = original[(value + 1)..<(at - 1)].allSatisfy(Self.isBlank)
        if !isEmpty { made.append(UInt8(ascii: ",")) }
        made += original[(value + 1)..<at].map { $0 == 0x0A || $0 == 0x0D ? 0x20 : $0 }
        made.append(0x0A)
      } while take(UInt8(ascii: ","))
      guard take(UInt8(ascii: "}")) else { throw Failure(offset: at, reason: "a comma is missing") }
    }
    try expectEnd(at)
    bytes = made
  }

  private func endOfContainer(_ start: Int) throws(Failure) -> Int {
    var depth = 0
    var at = start
    while at < original.count {
      switch original[at] {
      case UInt8(ascii: "\""):
        at = try endOfString(at)
        continue
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        if depth == 0 { return at + 1 }
      default: break
      }
      at += 1
    }
    throw Failure(offset: start, reason: "an object does not end")
  }
}
