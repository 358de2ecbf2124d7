/// Key dictionaries of Parquet's Variant encoding, version 1
/// (github.com/apache/parquet-format/blob/master/VariantEncoding.md), sorted and valid.
public enum VariantKeys {
  private static let header: UInt8 = 0x11

  /// The dictionary without names.
  static let none = encoded([])

  /// One dictionary with the keys of all, and for each of them the new numbers of its keys, by the old ones; nil where nothing
  /// changes.
  static func union(_ dictionaries: [[UInt8]]) -> (keys: [UInt8], numbers: [[UInt32]?]) {
    let names = dictionaries.map { Self.names(in: $0) }
    let all = Set(names.joined()).sorted { $0.lexicographicallyPrecedes($1) }
    var places: [ArraySlice<UInt8>: UInt32] = [:]
    for (place, name) in all.enumerated() { places[name] = UInt32(place) }
    let numbers = names.map { names -> [UInt32]? in
      let numbers = names.map { places[$0] ?? 0 }
      return numbers.enumerated().allSatisfy { $0.offset == $0.element } ? nil : numbers
    }
    return (encoded(all), numbers)
  }

  /// The keys of a dictionary, in order.
  static func names(in dictionary: [UInt8]) -> [ArraySlice<UInt8>] {
    let width = Int(dictionary[0] >> 6) + 1
    let count = load(dictionary, 1, width)
    let text = 1 + width * (count + 2)
    return (0..<count).map { key in
      let from = load(dictionary, 1 + width * (1 + key), width)
      return dictionary[text + from..<text + load(dictionary, 1 + width * (2 + key), width)]
    }
  }

  /// The dictionary of names that are sorted by their bytes, each there once.
  public static func encoded(_ names: [ArraySlice<UInt8>]) -> [UInt8] {
    let total = names.reduce(0) { $0 + $1.count }
    let width = VariantHead.width(of: max(total, names.count))
    var bytes: [UInt8] = [header | UInt8(width - 1) << 6]
    func put(_ value: Int) { for byte in 0..<width { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * byte))) } }
    put(names.count)
    var end = 0
    put(end)
    for name in names {
      end += name.count
      put(end)
    }
    for name in names { bytes += name }
    return bytes
  }

  private static func load(_ bytes: [UInt8], _ at: Int, _ width: Int) -> Int {
    (0..<width).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * $1) }
  }
}
