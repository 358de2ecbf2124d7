import PluginKit

/// The arguments of a batch as the window keeps them: 8 bytes a value, and for each row which tracks it has a value for.
final class MovingInput {
  private let plan: MovingPlan
  /// One argument behind the other, a value for each row: the bits of an integer or a double, as the argument's tracks have them.
  let values = ValueBuffer<UInt64>(capacity: 1024)
  private let valid = ValueBuffer<Bool>(capacity: 1024)
  private let numbers = ValueBuffer<Bool>(capacity: 1024)
  /// For each value what it is, where those of its argument are mixed.
  let kinds = ValueBuffer<UInt8>(capacity: 1024)
  /// By row: a bit for each track that has a value.
  let masks = ValueBuffer<UInt64>(capacity: 1024)
  /// By argument and row: why a value counts for nothing; and by argument, whether there is such a value in the batch.
  private let reasons = ValueBuffer<LeftOutValues.Reason>(capacity: 1024)
  private var haveReasons: [Bool]
  /// By track.
  private var leftOut: [LeftOutValues?]
  /// By argument: whether a result leaves NaN out.
  private let watchesNaN: [Bool]
  /// By argument: what its values are, once that is known.
  private(set) var forms: [ValueForm?]
  /// By argument: it has no value yet, and would be an integer.
  private var wouldBeInts: [Bool]

  init(_ plan: MovingPlan) {
    self.plan = plan
    forms = plan.arguments.map { _ in nil }
    wouldBeInts = plan.arguments.map { _ in false }
    haveReasons = wouldBeInts
    let leftOut = plan.tracks.indices.map { plan.leftOut(of: $0) }
    watchesNaN = plan.arguments.indices.map { argument in
      plan.tracks.indices.contains { plan.tracks[$0].argument == argument && leftOut[$0]?.leavesNaNOut == true }
    }
    self.leftOut = leftOut
  }

  /// What the results of an argument are that are of its own type.
  func form(_ argument: Int) -> ValueForm { forms[argument] ?? (wouldBeInts[argument] ? .int : .double) }

  /// Takes the form of an argument from a snapshot.
  func adopt(_ form: ValueForm, of argument: Int) { forms[argument] = form }

  /// Evaluates the expressions for a batch.
  ///
  /// - Parameter learn: told what the values of an argument turn out to be, and when they are something else from now on.
  func read(_ batch: Batch, learn: (_ argument: Int, _ form: ValueForm) -> Void) throws {
    values.removeAll()
    kinds.removeAll()
    kinds.append(repeating: 0, count: plan.arguments.count * batch.count)
    valid.removeAll()
    numbers.removeAll()
    reasons.removeAll()
    _ = reasons.extend(by: plan.arguments.count * batch.count)
    for index in haveReasons.indices { haveReasons[index] = false }
    for (index, argument) in plan.arguments.enumerated() { try read(argument.values(of: batch), index, learn) }
    let rows = batch.count
    masks.removeAll()
    masks.append(repeating: 0, count: rows)
    for (number, track) in plan.tracks.enumerated() where track.filter == nil {
      let (masks, bit) = (masks.base, UInt64(1) << UInt64(number))
      guard let present = presence(of: track, rows) else { continue }
      for at in 0..<rows where present[at] { masks[at] |= bit }
      countLeftOut(number, rows, nil)
    }
    for (filter, expression) in plan.filters.enumerated() {
      let found = try expression.values(of: batch)
      for (number, track) in plan.tracks.enumerated() where track.filter == filter {
        mark(UInt64(1) << UInt64(number), found, presence(of: track, rows))
        countLeftOut(number, rows, found)
      }
    }
  }

  /// Counts what a track's results leave out of the rows that its filter passes.
  private func countLeftOut(_ track: Int, _ rows: Int, _ filter: ColumnValues?) {
    guard let argument = plan.tracks[track].argument, haveReasons[argument] else { return }
    leftOut[track]?.count(reasons.base + argument * rows, rows, passing: filter)
  }

  private func note(_ reason: LeftOutValues.Reason, _ argument: Int, _ at: Int, of rows: Int) {
    let own = reasons.base + argument * rows
    if !haveReasons[argument] { own.initialize(repeating: .none, count: rows) }
    own[at] = reason
    haveReasons[argument] = true
  }

  /// By row: whether an argument has a value, for a track that counts, or a number, for one that calculates.
  private func presence(of track: Track, _ rows: Int) -> UnsafePointer<Bool>? {
    track.argument.map { UnsafePointer((track.parts.isEmpty ? valid : numbers).base + $0 * rows) }
  }

  private func mark(_ bit: UInt64, _ filter: ColumnValues, _ valid: UnsafePointer<Bool>?) {
    guard let truths = filter.bools else { return }
    for at in 0..<filter.count where truths[at] & 1 == 1 && filter.isValid(at) && valid?[at] != false {
      masks.base[at] |= bit
    }
  }

  private func read(_ found: ColumnValues, _ argument: Int, _ learn: (Int, ValueForm) -> Void) {
    let count = found.count
    let (into, valid, numbers) = (values.extend(by: count), valid.extend(by: count), numbers.extend(by: count))
    var any = false
    for at in 0..<count {
      valid[at] = found.isValid(at)
      numbers[at] = valid[at]
      any = any || valid[at]
    }
    let isCounted = isCounted(argument)
    if isCounted || (found.doubles == nil && found.ints == nil) { into.initialize(repeating: 0, count: count) }
    if found.type == .variant { return readVariants(found, valid, numbers, isCounted ? nil : into, argument, learn) }
    if isCounted { return }
    wouldBeInts[argument] = found.ints != nil
    let form = found.ints != nil ? ValueForm.int : .double
    // What has been a double, or one of both, is never an integer alone again.
    if any, forms[argument] == nil || (forms[argument] == .int && form == .double) { set(argument, form, learn) }
    let isMixed = forms[argument] == .mixed
    if let ints = found.ints {
      if forms[argument] == .double {
        for at in 0..<count { into[at] = Double(ints[at]).bitPattern }
      } else {
        for at in 0..<count { into[at] = UInt64(bitPattern: ints[at]) }
      }
      let kinds = kinds.base + argument * count
      if isMixed { for at in 0..<count { kinds[at] = ValueForm.Kind.int.rawValue } }
    } else if let doubles = found.doubles {
      for at in 0..<count { into[at] = doubles[at].bitPattern }
      if watchesNaN[argument] {
        for at in 0..<count where valid[at] && doubles[at].isNaN { note(.notFinite, argument, at, of: count) }
      }
    } else if let uints = found.uints {
      for at in 0..<count { into[at] = Double(uints[at]).bitPattern }
    } else {
      for at in 0..<count where valid[at] {
        numbers[at] = false
        note(.notNumber, argument, at, of: count)
      }
    }
  }

  private func set(_ argument: Int, _ form: ValueForm, _ learn: (Int, ValueForm) -> Void) {
    forms[argument] = form
    learn(argument, form)
  }

  /// Values of any type; where they are only counted there is no `into`.
  private func readVariants(
    _ found: ColumnValues, _ valid: UnsafeMutablePointer<Bool>, _ numbers: UnsafeMutablePointer<Bool>,
    _ into: UnsafeMutablePointer<UInt64>?, _ argument: Int,
    _ learn: (Int, ValueForm) -> Void
  ) {
    guard let variants = found.strings else { return }
    if into != nil, forms[argument] != .mixed { set(argument, .mixed, learn) }
    let kinds = kinds.base + argument * found.count
    let watchesNaN = watchesNaN[argument]
    for at in 0..<found.count {
      let kind = valid[at] ? Int32(tide_var_kind(variants[at])) : TIDE_VAR_ABSENT
      valid[at] = kind != TIDE_VAR_NULL && kind != TIDE_VAR_ABSENT
      guard let into else { continue }
      numbers[at] = valid[at] && Self.read(variants[at], &into[at], &kinds[at])
      guard valid[at] else { continue }
      if !numbers[at] {
        note(.notNumber, argument, at, of: found.count)
      } else if watchesNaN, kinds[at] == ValueForm.Kind.double.rawValue, Double(bitPattern: into[at]).isNaN {
        note(.notFinite, argument, at, of: found.count)
      }
    }
  }

  /// True when only the number of an argument's values is asked for, which may be of any type.
  private func isCounted(_ argument: Int) -> Bool {
    plan.tracks.allSatisfy { $0.argument != argument || $0.parts.isEmpty }
  }

  /// Reads a number and what it is. False for what is none that can be calculated with.
  private static func read(_ value: tide_string, _ bits: inout UInt64, _ kind: inout UInt8) -> Bool {
    switch Int32(tide_var_kind(value)) {
    case TIDE_VAR_INT: put(tide_var_i64(value), &bits, &kind)
    case TIDE_VAR_DOUBLE: put(tide_var_f64(value), &bits, &kind)
    case TIDE_VAR_DECIMAL:
      let bytes = UnsafeRawBufferPointer(start: value.data, count: Int(truncatingIfNeeded: value.length))
      let reader = VariantReader(value: bytes, keys: UnsafeRawBufferPointer(start: nil, count: 0))
      guard let decimal = reader.decimal else { return false }
      if decimal.scale > 0 {
        guard let double = reader.nearestDouble else { return false }
        put(double, &bits, &kind)
      } else if let int = Int64(exactly: decimal.significand) {
        put(int, &bits, &kind)
      } else if let uint = UInt64(exactly: decimal.significand) {
        (bits, kind) = (uint, ValueForm.Kind.uint.rawValue)
      } else {
        // A whole number that neither 64 bits nor a double holds is none.
        guard let double = Double(exactly: decimal.significand) else { return false }
        put(double, &bits, &kind)
      }
    default: return false
    }
    return true
  }

  @inline(__always)
  private static func put(_ value: Int64, _ bits: inout UInt64, _ kind: inout UInt8) {
    (bits, kind) = (UInt64(bitPattern: value), ValueForm.Kind.int.rawValue)
  }

  @inline(__always)
  private static func put(_ value: Double, _ bits: inout UInt64, _ kind: inout UInt8) {
    (bits, kind) = (value.bitPattern, ValueForm.Kind.double.rawValue)
  }
}
