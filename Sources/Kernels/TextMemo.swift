import CTidemill
import Glibc

/// Remembers a result for each text of a column's dictionary, across frames as long as the dictionary stays the same.
struct TextMemo<Result> {
  /// By code; nil = not known yet.
  private(set) var results: [Result?] = []
  /// Counts the dictionaries that were forgotten.
  private(set) var generation = 0
  private var offsets: [UInt8] = []
  private var heap: [UInt8] = []

  /// Begins with a frame whose column has a dictionary: forgets all when that is another one.
  mutating func begin(_ frame: UnsafePointer<tide_frame>, _ column: Int32) {
    let place = tide_dict(frame, column)
    let dictionary = tide_col(frame, place).pointee
    let offsets = UnsafeRawBufferPointer(start: tide_at(frame, dictionary.data), count: Int(dictionary.data_len))
    let heap = UnsafeRawBufferPointer(start: tide_at(frame, dictionary.heap), count: Int(dictionary.heap_len))
    if results.count == Int(dictionary.len), Self.same(self.offsets, offsets), Self.same(self.heap, heap) { return }
    self.offsets = Array(offsets)
    self.heap = Array(heap)
    results = [Result?](repeating: nil, count: Int(dictionary.len))
    generation += 1
  }

  mutating func remember(_ result: Result, for code: Int) { results[code] = result }

  private static func same(_ one: [UInt8], _ other: UnsafeRawBufferPointer) -> Bool {
    guard one.count == other.count else { return false }
    return one.withUnsafeBytes { $0.isEmpty || memcmp($0.baseAddress!, other.baseAddress!, $0.count) == 0 }
  }
}
