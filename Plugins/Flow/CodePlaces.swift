import PluginKit

/// Places in a table of keys by the codes of a frame's dictionary, so that a key is looked up once a frame and not once a row.
struct CodePlaces {
  private struct Noted {
    var place: Int32 = -1
    /// Evictions of the table at that time: after a further one the place may belong to another key.
    var evictions = 0
  }

  private var noted: [Noted] = []
  private var codes: UnsafeBufferPointer<UInt16>?
  private var validity: UnsafePointer<UInt8>?

  /// Begins a batch of a column, nil for none; codes are used when the dictionary is worth it.
  mutating func begin(_ column: ColumnView?, rows: Int) {
    codes = nil
    guard let column, let codes = column.codes, let entries = column.dictionary?.count, entries <= rows else { return }
    self.codes = codes
    validity = column.validity
    if noted.count < entries { noted = [Noted](repeating: Noted(), count: entries) }
    for entry in 0..<entries { noted[entry].place = -1 }
  }

  /// The place that was noted for the row's value.
  @inline(__always)
  func place(of row: Int, evictions: Int) -> Int? {
    guard let codes, isValid(row) else { return nil }
    let found = noted[Int(codes[row])]
    return found.place >= 0 && found.evictions == evictions ? Int(found.place) : nil
  }

  mutating func note(_ place: Int, of row: Int, evictions: Int) {
    guard let codes, isValid(row) else { return }
    noted[Int(codes[row])] = Noted(place: Int32(truncatingIfNeeded: place), evictions: evictions)
  }

  @inline(__always)
  private func isValid(_ row: Int) -> Bool {
    guard let validity else { return true }
    return validity[row >> 3] >> UInt8(row & 7) & 1 != 0
  }
}
