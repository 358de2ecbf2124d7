import PluginKit

/// Gives expressions the accumulators as columns beside those of the rows.
///
/// Where all accumulators of a round are numbers or times, of one type each, the batch is copied once and their values are
/// written into the copy, round by round. Other rounds are copied by themselves.
final class AccumulatorColumns {
  private let names: [String]
  private let accumulators: Accumulators
  private let whole: DerivedBatch
  private let single: DerivedBatch
  /// Types and places of the accumulators in the copy of the whole batch; empty before there is one.
  private var types: [ColumnType] = []
  private var words: [UnsafeMutablePointer<UInt64>] = []
  /// Types of the round at hand.
  private var wanted: [ColumnType] = []
  private let counting = ValueBuffer<UInt64>()
  private let rows = ValueBuffer<UInt16>()
  private var staged: [Staged]
  private var values: [ColumnValues] = []

  /// Values of one accumulator for the rows of a round.
  private struct Staged {
    let words = ValueBuffer<UInt64>()
    let texts = ValueBuffer<tide_string>()
    let states = ValueBuffer<ColumnValues.State>()
    let encoder = VariantEncoder()
    let ends = ValueBuffer<Int>()
  }

  init(_ names: [String], _ accumulators: Accumulators) throws {
    self.names = names
    self.accumulators = accumulators
    let changes = names.map { ColumnChange.set($0) }
    (whole, single) = (try DerivedBatch(changes), try DerivedBatch(changes))
    staged = names.map { _ in Staged() }
  }

  /// A new batch is at hand.
  func begin() { types.removeAll(keepingCapacity: true) }

  /// Rows of the batch, by their places in it, with the accumulators of their keys.
  func batch(_ batch: Batch, _ places: UnsafeBufferPointer<UInt16>, _ numbers: UnsafePointer<UInt32>) throws -> Batch {
    guard haveWords(places, numbers) else { return try copy(batch, places, numbers) }
    if types != wanted { try copyWhole(batch) }
    for index in names.indices {
      let into = words[index]
      for place in places { into[Int(place)] = accumulators.word(numbers[Int(place)], index).word }
    }
    return whole.part(places)
  }

  /// True when each accumulator is of one type of 8 bytes in all of the rows, which `wanted` then has.
  private func haveWords(_ places: UnsafeBufferPointer<UInt16>, _ numbers: UnsafePointer<UInt32>) -> Bool {
    wanted.removeAll(keepingCapacity: true)
    let first = numbers[Int(places[0])]
    for index in names.indices {
      guard let type = accumulators.word(first, index).type, FoldValue.isWord(type) else { return false }
      for place in places where accumulators.word(numbers[Int(place)], index).type != type { return false }
      wanted.append(type)
    }
    return true
  }

  private func copyWhole(_ batch: Batch) throws {
    // Values that all differ get a place each; they are written over.
    while counting.count < batch.count { counting.append(UInt64(counting.count)) }
    values.removeAll(keepingCapacity: true)
    for type in wanted { values.append(Self.values(type, counting.base, batch.count, nil)) }
    let derived = try whole.derive(batch, values: values)
    swap(&types, &wanted)
    words.removeAll(keepingCapacity: true)
    for name in names { words.append(whole.words(ofColumn: Int(derived.frame.column(named: name)!.index))) }
  }

  private func copy(
    _ batch: Batch, _ places: UnsafeBufferPointer<UInt16>, _ numbers: UnsafePointer<UInt32>
  ) throws -> Batch {
    rows.removeAll()
    for place in places { rows.append(batch.row(at: Int(place))) }
    values.removeAll(keepingCapacity: true)
    for index in names.indices { values.append(stage(index, places, numbers)) }
    return try single.derive(batch, rows: rows.values, values: values)
  }

  private func stage(
    _ index: Int, _ places: UnsafeBufferPointer<UInt16>, _ numbers: UnsafePointer<UInt32>
  ) -> ColumnValues {
    let staged = staged[index]
    staged.words.removeAll()
    staged.texts.removeAll()
    staged.states.removeAll()
    var type: ColumnType?
    var isMixed = false
    for place in places {
      let found = accumulators.word(numbers[Int(place)], index).type
      staged.states.append(found == nil ? .null : .value)
      isMixed = isMixed || (type != nil && found != nil && type != found)
      type = type ?? found
    }
    let states = UnsafePointer(staged.states.base)
    guard !isMixed, type != .bool else { return variants(index, places, numbers) }
    guard let type, type.hasHeap else {
      for place in places { staged.words.append(accumulators.word(numbers[Int(place)], index).word) }
      return Self.values(type ?? .double, staged.words.base, places.count, states)
    }
    for place in places {
      let value = accumulators.value(numbers[Int(place)], index)
      staged.texts.append(value.type == nil ? tide_string() : tide_string(value.bytes))
    }
    return type == .string
      ? ColumnValues(staged.texts.values, states: states) : ColumnValues(binaries: staged.texts.values, states: states)
  }

  /// Values of several types, and truths.
  private func variants(
    _ index: Int, _ places: UnsafeBufferPointer<UInt16>, _ numbers: UnsafePointer<UInt32>
  ) -> ColumnValues {
    let staged = staged[index]
    staged.encoder.removeAll()
    staged.ends.removeAll()
    for place in places {
      accumulators.value(numbers[Int(place)], index).write(to: staged.encoder)
      staged.ends.append(staged.encoder.count)
    }
    var start = 0
    for end in staged.ends.values {
      staged.texts.append(tide_string(staged.encoder.bytes(from: start, to: end)))
      start = end
    }
    return ColumnValues(variants: staged.texts.values, keys: UnsafeRawBufferPointer(start: nil, count: 0))
  }

  private static func values(
    _ type: ColumnType, _ words: UnsafeMutablePointer<UInt64>, _ count: Int, _ states: UnsafePointer<ColumnValues.State>?
  ) -> ColumnValues {
    func bound<T>(_ type: T.Type) -> UnsafeBufferPointer<T> {
      UnsafeBufferPointer(start: UnsafeRawPointer(words).assumingMemoryBound(to: T.self), count: count)
    }
    return switch type {
    case .int: ColumnValues(bound(Int64.self), states: states)
    case .time: ColumnValues(times: bound(Int64.self), states: states)
    case .duration: ColumnValues(durations: bound(Int64.self), states: states)
    case .uint64: ColumnValues(bound(UInt64.self), states: states)
    default: ColumnValues(bound(Double.self), states: states)
    }
  }
}
