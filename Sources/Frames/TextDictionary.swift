import CTidemill
import Glibc

/// Distinct texts of a column that is being made, and a code for each.
///
/// As the builder's: a text is hashed once a row, and not even that when its memory was seen a moment ago, as that of constants and of
/// texts that come from a dictionary is.
final class TextDictionary {
  private struct Entry {
    var first: UInt64
    var last: UInt64
    var length: UInt64
    var slot: Int
  }

  /// Memory whose code is known.
  private struct Seen {
    var data: UnsafePointer<CChar>?
    var length: UInt64 = 0
    var code: UInt16 = 0
  }

  private static let seenPlaces = 64

  /// Where each text begins, and their bytes.
  let offsets = ByteStore()
  let heap = ByteStore()
  @exclusivity(unchecked) private(set) var count = 0
  private let seed = UInt64.random(in: .min ... .max)
  /// Codes by hash, open and at most half full; -1 is a free place.
  @exclusivity(unchecked) private var table = UnsafeMutablePointer<Int32>.allocate(capacity: 256)
  @exclusivity(unchecked) private var tableCount = 256
  /// Room for half as many as `table` has.
  @exclusivity(unchecked) private var entries = UnsafeMutablePointer<Entry>.allocate(capacity: 129)
  private let seen = UnsafeMutablePointer<Seen>.allocate(capacity: seenPlaces)

  init() { table.initialize(repeating: -1, count: tableCount) }

  deinit {
    table.deallocate()
    entries.deallocate()
    seen.deallocate()
  }

  func removeAll() {
    for code in 0..<count { table[entries[code].slot] = -1 }
    offsets.removeAll()
    heap.removeAll()
    offsets.append(repeating: Int32(0), count: 1)
    count = 0
    seen.initialize(repeating: Seen(), count: Self.seenPlaces)
  }

  /// Writes the codes of rows to `codes` until they are all written, or there are too many distinct ones to pay: a number of
  /// rows, of which more than half differ. Says whether they are all written.
  ///
  /// Rows without a value have the code 0.
  func encode(
    _ texts: UnsafePointer<tide_string>, _ rows: ValueRows, states: UnsafePointer<UInt8>?, valid: ValidStates,
    into codes: UnsafeMutablePointer<UInt16>
  ) -> Bool {
    var due = min(256, rows.count)
    var row = 0
    while row < rows.count {
      if row == due {
        if count > row / 2 { return false }
        due = min(due * 2, rows.count)
      }
      let place = rows[row]
      if let states, !valid.contains(states[place]) {
        codes[row] = 0
      } else {
        codes[row] = code(texts[place])
      }
      row &+= 1
    }
    return count <= 1 || count <= rows.count / 2
  }

  @inline(__always)
  private func code(_ text: tide_string) -> UInt16 {
    let address = UInt(bitPattern: text.data)
    let place = Int(truncatingIfNeeded: (address ^ address >> 6) & UInt(Self.seenPlaces - 1))
    let known = seen[place]
    if known.data == text.data, known.length == text.length, known.data != nil { return known.code }
    let code = UInt16(truncatingIfNeeded: find(text))
    seen[place] = Seen(data: text.data, length: text.length, code: code)
    return code
  }

  private func find(_ text: tide_string) -> Int {
    var (first, last): (UInt64, UInt64) = (0, 0)
    let isShort = text.length <= UInt64(TIDE_B_SHORT_)
    if text.length > 0 {
      tide_b_words_(UnsafeRawPointer(text.data).assumingMemoryBound(to: UInt8.self), text.length, seed, &first, &last)
    }
    var at = Int(tide_b_hash_(first, last, text.length, seed)) & (tableCount - 1)
    while table[at] >= 0 {
      let code = Int(table[at])
      let entry = entries[code]
      if entry.first == first, entry.last == last, entry.length == text.length,
        isShort || memcmp(heap.base + start(code), text.data, Int(text.length)) == 0
      {
        return code
      }
      at = (at &+ 1) & (tableCount - 1)
    }
    return insert(text, Entry(first: first, last: last, length: text.length, slot: at))
  }

  private func insert(_ text: tide_string, _ entry: Entry) -> Int {
    if text.length > 0 { heap.append(text.data, Int(text.length)) }
    offsets.append(repeating: Int32(truncatingIfNeeded: heap.count), count: 1)
    table[entry.slot] = Int32(count)
    (entries + count).initialize(to: entry)
    count += 1
    if count * 2 > tableCount { grow() }
    return count - 1
  }

  private func start(_ code: Int) -> Int { Int(offsets.base.load(fromByteOffset: 4 * code, as: Int32.self)) }

  private func grow() {
    let larger = UnsafeMutablePointer<Entry>.allocate(capacity: tableCount * 2 + 1)
    larger.moveInitialize(from: entries, count: count)
    entries.deallocate()
    entries = larger
    table.deallocate()
    tableCount *= 4
    table = .allocate(capacity: tableCount)
    table.initialize(repeating: -1, count: tableCount)
    for code in 0..<count {
      let entry = entries[code]
      var at = Int(tide_b_hash_(entry.first, entry.last, entry.length, seed)) & (tableCount - 1)
      while table[at] >= 0 { at = (at + 1) & (tableCount - 1) }
      table[at] = Int32(code)
      entries[code].slot = at
    }
  }
}

/// Which of the values that are handed over belong to the rows of a frame, in order.
struct ValueRows {
  let count: Int
  /// Number of the first one when there is no list.
  var start = 0
  var places: UnsafePointer<UInt16>?

  /// Number of the value of row `row`.
  @inline(__always)
  subscript(row: Int) -> Int { places.map { Int($0[row]) } ?? start &+ row }
}

/// States with which a column has a value: that of an explicit null too where the type has one.
enum ValidStates {
  case values
  case valuesAndNulls

  @inline(__always)
  func contains(_ state: UInt8) -> Bool {
    state == ColumnValues.State.value.rawValue || (self == .valuesAndNulls && state == ColumnValues.State.null.rawValue)
  }
}
