import PluginKit

/// The accumulators of `reduce`, and how rows move them on.
final class ReduceStore: FoldStore {
  private typealias Entry = OptionEntry<Expression>

  private let context: FoldContext
  private let initial: [Entry]
  private let with: [Entry]
  private let isStrict: Bool
  private let accumulators: Accumulators
  private let columns: AccumulatorColumns
  private let rounds = Rounds()
  private let results: ReduceResults
  /// The part of the batch at hand whose keys begin.
  private let beginning = BatchView()
  private let frameRows = ValueBuffer<UInt16>()
  /// Rows of a round that begin keys, and those that are folded.
  private let fresh = ValueBuffer<UInt16>()
  private let folded = ValueBuffer<UInt16>()
  private var found: [ColumnValues] = []
  /// Rows that go to the dead-letter port, by frame row.
  private var rejected: [(row: Int, why: String)] = []
  /// By frame row: it is among them.
  private var isRejected = [Bool](repeating: false, count: FrameLimits.maxRows)
  private var log = LogLimit()

  init(
    _ context: FoldContext, initial: [OptionEntry<Expression>], with: [OptionEntry<Expression>], isStrict: Bool
  ) throws {
    self.context = context
    self.initial = initial
    self.with = with
    self.isStrict = isStrict
    accumulators = Accumulators(width: with.count)
    columns = try AccumulatorColumns(with.map(\.name), accumulators)
    results = ReduceResults(context, accumulators, names: with.map(\.name))
  }

  var byteCount: Int { accumulators.byteCount }

  func forget(_ key: UInt32) { accumulators.clear(key) }

  func take(_ batch: Batch, _ out: inout Output) throws {
    accumulators.reserve(context.keys.limit)
    columns.begin()
    if context.emit != .watermark { results.begin(batch.count) }
    rounds.sort(context.numbers, count: batch.count, context.lives.lives)
    for round in 0..<rounds.count { try fold(rounds[round], of: batch, &out) }
    if context.emit != .watermark { try results.send(batch.count, &out) }
    guard !rejected.isEmpty else { return }
    for (row, why) in rejected.sorted(by: { $0.row < $1.row }) {
      isRejected[row] = false
      try out.reject(row, of: batch, why)
    }
    rejected.removeAll(keepingCapacity: true)
  }

  /// Folds rows of different keys.
  private func fold(_ places: UnsafeBufferPointer<UInt16>, of batch: Batch, _ out: inout Output) throws {
    let (numbers, lives) = (context.numbers, context.lives)
    fresh.removeAll()
    for place in places {
      let key = numbers[Int(place)]
      if lives.isOver(key, at: context.moment(Int(place), of: batch)) {
        // The row may be refused, and then this was the last that the key came to.
        if isStrict, context.emit == .watermark, lives.lives[Int(key)].isChanged { try write([key], &out) }
        accumulators.clear(key)
        lives.release(key)
      }
      if !lives.hasBegun(key) { fresh.append(place) }
    }
    if fresh.count > 0 { try begin(batch) }
    guard isStrict, !rejected.isEmpty else { return try apply(places, of: batch) }
    folded.removeAll()
    for place in places where !isRejected[Int(batch.row(at: Int(place)))] { folded.append(place) }
    try apply(folded.values, of: batch)
  }

  /// Gives the accumulators of keys that begin their first values.
  private func begin(_ batch: Batch) throws {
    frameRows.removeAll()
    for place in fresh.values { frameRows.append(batch.row(at: Int(place))) }
    let part = beginning.rows(frameRows.values, of: batch.frame)
    var erring: [(place: Int, entry: Int)] = []
    for index in initial.indices {
      let values = try initial[index].value.values(of: part)
      for at in 0..<fresh.count {
        let key = context.numbers[Int(fresh[at])]
        let value = FoldValue.of(values, at)
        if value == nil {
          erring.append((at, index))
          noteShape(values, at, initial[index])
        }
        _ = accumulators.set(value ?? .null, key, index)
      }
    }
    guard isStrict else { return }
    for (at, index) in erring where !isRejected[Int(frameRows[at])] {
      reject(Int(frameRows[at]), initial[index], Int(frameRows[at]), part)
      accumulators.clear(context.numbers[Int(fresh[at])])
    }
  }

  private func apply(_ places: UnsafeBufferPointer<UInt16>, of batch: Batch) throws {
    guard places.count > 0 else { return }
    let seen = try columns.batch(batch, places, context.numbers)
    found.removeAll(keepingCapacity: true)
    for entry in with { found.append(try entry.value.values(of: seen)) }
    var erring: [(at: Int, entry: Int)] = []
    for at in 0..<places.count {
      let place = Int(places[at])
      let key = context.numbers[place]
      if isStrict, let entry = erringEntry(key, at) {
        erring.append((at, entry))
        continue
      }
      var isChanged = false
      for index in found.indices {
        guard let value = FoldValue.of(found[index], at) else {
          noteShape(found[index], at, with[index])
          continue
        }
        guard let fitted = accumulators.fitted(value, key, index) else {
          note(key, index, value)
          continue
        }
        if accumulators.set(fitted, key, index) { isChanged = true }
      }
      let isFirst = !context.lives.hasBegun(key)
      context.lives.add(key, at: context.times.times[place], context.identity(place))
      switch context.emit {
      case .watermark: context.lives.noteChange(key)
      case .every: results.add(place, key)
      case .change: if isChanged || isFirst { results.add(place, key) }
      }
    }
    // Asking why ends what the expressions gave.
    for (at, entry) in erring {
      let place = Int(places[at])
      let key = context.numbers[place]
      reject(Int(batch.row(at: place)), with[entry], Int(seen.row(at: at)), seen, key, entry)
      if !context.lives.hasBegun(key) { accumulators.clear(key) }
    }
  }

  /// The first expression that errs for a row, or gives what its accumulator cannot take.
  private func erringEntry(_ key: UInt32, _ at: Int) -> Int? {
    found.indices.first { index in
      guard let value = FoldValue.of(found[index], at) else { return true }
      return accumulators.fitted(value, key, index) == nil
    }
  }

  private func reject(_ row: Int, _ entry: Entry, _ seenRow: Int, _ seen: Batch, _ key: UInt32? = nil, _ index: Int = 0) {
    var why = entry.value.why(seenRow, of: seen)
    if why == nil, let key, let type = accumulators.word(key, index).type {
      why = "it gives no \(type), which the accumulator is"
    }
    isRejected[row] = true
    rejected.append((row, "'\(entry.path)': \(why ?? "a list or a map is no accumulator")"))
  }

  /// Of an expression that errs the host tells.
  private func noteShape(_ values: ColumnValues, _ at: Int, _ entry: Entry) {
    guard !isStrict, values.state(at) == .value else { return }
    log.log(.warning, "'\(entry.path)' gives a list or a map, which is no accumulator: keep several", context.host)
  }

  private func note(_ key: UInt32, _ index: Int, _ value: FoldValue) {
    guard let given = value.type, let type = accumulators.word(key, index).type else { return }
    log.log(.warning, "'\(with[index].path)' gives \(given), and its accumulator is \(type): it stays as it was", context.host)
  }

  // MARK: Results and snapshots

  func write(_ keys: ArraySlice<UInt32>, _ out: inout Output) throws { try results.write(keys, &out) }

  func save(_ writer: StateWriter) throws {
    try writer.write(UInt32(truncatingIfNeeded: with.count))
    for entry in with { try writer.write(entry.name) }
    for type in results.types { try writer.write(type?.rawValue ?? 0) }
  }

  func restore(_ reader: StateReader) throws {
    let count = try reader.read(UInt32.self)
    guard count == UInt32(with.count), try with.allSatisfy({ try reader.readText(limit: 1024) == $0.name }) else {
      throw PluginError(.state, "the saved folds are of other accumulators")
    }
    for index in with.indices {
      results.types[index] = try FoldValue.readType(reader)
      if let type = results.types[index], type != .variant, !FoldValue.isKept(type) {
        throw PluginError(.state, "the saved folds have a result of type \(type)")
      }
    }
  }

  func save(_ key: UInt32, _ writer: StateWriter, group: UInt32) throws {
    for index in with.indices { try accumulators.value(key, index).write(writer, group: group) }
  }

  func restore(_ key: UInt32, _ reader: StateReader) throws {
    accumulators.reserve(context.keys.limit)
    for index in with.indices { try FoldValue.read(reader) { _ = accumulators.set($0, key, index) } }
  }
}
