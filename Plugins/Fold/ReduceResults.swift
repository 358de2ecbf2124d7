import PluginKit

/// Results of `reduce`: those of a batch's rows, kept until all of it is folded so that they leave in the order of the rows,
/// and those of keys.
final class ReduceResults {
  private struct Kept {
    var type: ColumnType?
    /// Of a text: where it begins, and its length.
    var word: UInt64 = 0
    var length = 0
  }

  private let context: FoldContext
  private let accumulators: Accumulators
  private let names: [String]
  /// Types of the results so far; nil where all were null, `variant` where they differed.
  var types: [ColumnType?]
  private var declared: [ColumnType?] = []
  private let kept = ValueBuffer<Kept>()
  /// For each row how many the key had with it; 0 = no result.
  private let counts = ValueBuffer<Int64>()
  private let texts = ValueBuffer<UInt8>()
  private let encoder = VariantEncoder()

  init(_ context: FoldContext, _ accumulators: Accumulators, names: [String]) {
    self.context = context
    self.accumulators = accumulators
    self.names = names
    types = Array(repeating: nil, count: names.count)
  }

  /// A batch of so many rows is at hand.
  func begin(_ rows: Int) {
    counts.removeAll()
    counts.append(repeating: 0, count: rows)
    kept.removeAll()
    _ = kept.extend(by: rows * names.count)
    texts.removeAll()
  }

  /// Keeps the accumulators of a key, which a row has just moved on.
  @inline(__always)
  func add(_ row: Int, _ key: UInt32) {
    counts[row] = context.lives.lives[Int(key)].rows
    for index in names.indices {
      let value = accumulators.value(key, index)
      note(value.type, index)
      var result = Kept(type: value.type, word: value.word)
      if value.type?.hasHeap == true {
        (result.word, result.length) = (UInt64(texts.count), value.bytes.count)
        texts.append(contentsOf: value.bytes.bindMemory(to: UInt8.self))
      }
      kept[row &* names.count &+ index] = result
    }
  }

  @inline(__always)
  private func note(_ type: ColumnType?, _ index: Int) {
    guard let type, types[index] != type else { return }
    types[index] = types[index] == nil ? type : .variant
  }

  /// Sends the results of the batch's rows.
  func send(_ rows: Int, _ out: inout Output) throws {
    try declare(&out)
    for row in 0..<rows where counts[row] > 0 {
      let (builder, first) = (context.rows.builder, context.rows.firstValue)
      for index in names.indices {
        let result = kept[row &* names.count &+ index]
        var value = FoldValue(type: result.type, word: result.word)
        if result.type?.hasHeap == true {
          value.bytes = UnsafeRawBufferPointer(start: texts.base + Int(result.word), count: result.length)
        }
        value.put(into: builder, first + index, types[index] ?? .variant, encoder)
      }
      let (key, time) = (context.numbers[row], context.times.times[row])
      try context.rows.end(key, at: time, rows: counts[row], identity: context.identity(row), &out)
    }
  }

  /// Sends the accumulators of keys as they are now.
  func write(_ keys: ArraySlice<UInt32>, _ out: inout Output) throws {
    for key in keys { for index in names.indices { note(accumulators.word(key, index).type, index) } }
    try declare(&out)
    for key in keys {
      let life = context.lives.lives[Int(key)]
      for index in names.indices {
        let (builder, column) = (context.rows.builder, context.rows.firstValue + index)
        accumulators.value(key, index).put(into: builder, column, types[index] ?? .variant, encoder)
      }
      try context.rows.end(key, at: life.last, rows: life.rows, identity: life.origin, &out)
    }
  }

  private func declare(_ out: inout Output) throws {
    try context.rows.prepare(isStale: declared != types, &out) { builder in
      let first = builder.columnCount
      for (index, name) in names.enumerated() {
        let type = types[index] ?? .variant
        let column = try builder.addColumn(name, type)
        if type == .variant { KeyField.noKeys.withUnsafeBytes { builder.setKeys(column, metadata: $0) } }
      }
      return first
    }
    declared = types
  }
}
