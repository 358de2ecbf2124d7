import PluginKit

/// Keys of values whose type is known for each row alone: as texts, for a column has one type.
///
/// Numbers and truths are written as in JSON, so that 5 and "5" are one key, and equal numbers in one way, so that 60 and 60.0 are;
/// a list or a map is no key, which counts as an error.
final class KeyTexts {
  private let heap = ValueBuffer<UInt8>()
  private let ends = ValueBuffer<Int>()
  private let texts = ValueBuffer<tide_string>()
  private let states = ValueBuffer<ColumnValues.State>()

  /// The values as they are, or their texts where they are variants; those are valid until the next call.
  func keys(_ values: ColumnValues) -> ColumnValues {
    guard values.type == .variant, let variants = values.strings else { return values }
    heap.removeAll()
    ends.removeAll()
    states.removeAll()
    for index in 0..<values.count {
      var state = values.state(index)
      if state == .value { state = append(variants[index], values.keys) }
      ends.append(heap.count)
      states.append(state)
    }
    texts.removeAll()
    var start = 0
    for end in ends.values {
      texts.append(heap.string(start, end - start))
      start = end
    }
    return ColumnValues(texts.values, states: states.base)
  }

  private func append(_ value: tide_string, _ keys: UnsafeRawBufferPointer) -> ColumnValues.State {
    let variant = VariantReader(value: UnsafeRawBufferPointer(start: value.data, count: Int(value.length)), keys: keys)
    switch variant.kind {
    case .null: return .null
    case .bool: append(variant.bool == true ? "true" : "false")
    case .int: append(String(variant.int ?? 0))
    case .double: append(Self.text(variant.double ?? 0))
    case .decimal: append(Self.text(variant))
    case .time: append(String(variant.time ?? 0))
    case .string: if let text = variant.text { heap.append(contentsOf: text.bindMemory(to: UInt8.self)) }
    case .absent, .binary, .uuid, .dayTime, .object, .array: return .error
    }
    return .value
  }

  /// A double as the integer that equals it, where 64 bits hold that one.
  private static func text(_ double: Double) -> String { Int64(exactly: double).map { String($0) } ?? String(double) }

  /// A decimal as the number that it is: as a double where one is written with the same digits, else with all of them.
  private static func text(_ variant: VariantReader) -> String {
    guard var decimal = variant.decimal else { return "" }
    while decimal.scale > 0, decimal.significand % 10 == 0 {
      decimal.significand /= 10
      decimal.scale -= 1
    }
    var digits = String(decimal.significand.magnitude)
    if decimal.scale > 0, digits.utf8.count <= 15, let double = variant.nearestDouble { return String(double) }
    if decimal.scale > 0 {
      digits = String(repeating: "0", count: max(0, decimal.scale + 1 - digits.utf8.count)) + digits
      digits.insert(".", at: digits.index(digits.endIndex, offsetBy: -decimal.scale))
    }
    return (decimal.significand < 0 ? "-" : "") + digits
  }

  private func append(_ text: String) {
    var text = text
    text.withUTF8 { heap.append(contentsOf: $0) }
  }
}
