import PluginKit

/// Keys of values whose type is known for each row alone: as texts, for a column has one type.
///
/// Numbers and truths are written as in JSON, so that 5 and "5" are one key; a list or a map is no key, which counts as an error.
final class KeyTexts {
  private var heap: [UInt8] = []
  private var places: [(start: Int, count: Int)] = []
  private var texts: [tide_string] = []
  private var states: [ColumnValues.State] = []

  /// The values as they are, or their texts where they are variants; those are valid until the next call.
  func keys(_ values: ColumnValues) -> ColumnValues {
    guard values.type == .variant, let variants = values.strings else { return values }
    heap.removeAll(keepingCapacity: true)
    places.removeAll(keepingCapacity: true)
    states.removeAll(keepingCapacity: true)
    for index in 0..<values.count {
      let start = heap.count
      var state = values.state(index)
      if state == .value { state = append(variants[index], values.keys) }
      places.append((start, heap.count - start))
      states.append(state)
    }
    texts = heap.withUnsafeBytes { bytes in
      let base = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
      return places.map { place in tide_string(data: base.map { $0 + place.start }, length: UInt64(place.count)) }
    }
    return texts.withUnsafeBufferPointer { texts in
      states.withUnsafeBufferPointer { ColumnValues(texts, states: $0.baseAddress) }
    }
  }

  private func append(_ value: tide_string, _ keys: UnsafeRawBufferPointer) -> ColumnValues.State {
    let variant = VariantReader(value: UnsafeRawBufferPointer(start: value.data, count: Int(value.length)), keys: keys)
    switch variant.kind {
    case .null: return .null
    case .bool: heap += (variant.bool == true ? "true" : "false").utf8
    case .int: heap += String(variant.int ?? 0).utf8
    case .double, .decimal: heap += String(variant.double ?? 0).utf8
    case .time: heap += String(variant.time ?? 0).utf8
    case .string: heap += variant.text ?? UnsafeRawBufferPointer(start: nil, count: 0)
    case .absent, .binary, .uuid, .dayTime, .object, .array: return .error
    }
    return .value
  }
}
