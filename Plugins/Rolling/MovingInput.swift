import PluginKit

/// The arguments of a batch as the window keeps them: 8 bytes a value, and for each row which tracks it has a value for.
final class MovingInput {
  private let plan: MovingPlan
  /// One argument behind the other, a value for each row: the bits of an integer or a double, as the argument's tracks have them.
  let values = ValueBuffer<UInt64>(capacity: 1024)
  private let valid = ValueBuffer<Bool>(capacity: 1024)
  /// By row: a bit for each track that has a value.
  let masks = ValueBuffer<UInt64>(capacity: 1024)
  /// By argument: true once its values are known to be integers, false once they are known to be doubles.
  private(set) var areInts: [Bool?]
  /// By argument: it has no value yet, and would be an integer.
  private var wouldBeInts: [Bool]

  init(_ plan: MovingPlan) {
    self.plan = plan
    areInts = plan.arguments.map { _ in nil }
    wouldBeInts = plan.arguments.map { _ in false }
  }

  /// True when the results of an argument that are of its own type are integers.
  func isInt(_ argument: Int) -> Bool { areInts[argument] ?? wouldBeInts[argument] }

  /// Takes the type of an argument from a snapshot.
  func adopt(_ isInt: Bool, of argument: Int) { areInts[argument] = isInt }

  /// Evaluates the expressions for a batch.
  ///
  /// - Parameter learn: told when the values of an argument turn out to be integers or not, and when they are so no longer.
  func read(_ batch: Batch, learn: (_ argument: Int, _ isInt: Bool) -> Void) throws {
    values.removeAll()
    valid.removeAll()
    for (index, argument) in plan.arguments.enumerated() { try read(argument.values(of: batch), index, learn) }
    let rows = batch.count
    masks.removeAll()
    masks.append(repeating: 0, count: rows)
    for (number, track) in plan.tracks.enumerated() where track.filter == nil {
      let (masks, bit) = (masks.base, UInt64(1) << UInt64(number))
      guard let argument = track.argument else { continue }
      let valid = valid.base + argument * rows
      for at in 0..<rows where valid[at] { masks[at] |= bit }
    }
    for (filter, expression) in plan.filters.enumerated() {
      let found = try expression.values(of: batch)
      for (number, track) in plan.tracks.enumerated() where track.filter == filter {
        mark(UInt64(1) << UInt64(number), found, track.argument.map { UnsafePointer(valid.base + $0 * rows) })
      }
    }
  }

  private func mark(_ bit: UInt64, _ filter: ColumnValues, _ valid: UnsafePointer<Bool>?) {
    guard let truths = filter.bools else { return }
    for at in 0..<filter.count where truths[at] & 1 == 1 && filter.isValid(at) && valid?[at] != false {
      masks.base[at] |= bit
    }
  }

  private func read(_ found: ColumnValues, _ argument: Int, _ learn: (Int, Bool) -> Void) {
    let count = found.count
    let (into, valid) = (values.extend(by: count), valid.extend(by: count))
    var any = false
    for at in 0..<count {
      valid[at] = found.isValid(at)
      any = any || valid[at]
    }
    let isCounted = isCounted(argument)
    if isCounted || (found.doubles == nil && found.ints == nil) { into.initialize(repeating: 0, count: count) }
    if found.type == .variant { return readVariants(found, valid, isCounted ? nil : into, argument, learn) }
    if isCounted { return }
    wouldBeInts[argument] = found.ints != nil
    if any, areInts[argument] != false, areInts[argument] != wouldBeInts[argument] {
      set(argument, wouldBeInts[argument], learn)
    }
    if let ints = found.ints {
      if areInts[argument] == false {
        for at in 0..<count { into[at] = Double(ints[at]).bitPattern }
      } else {
        for at in 0..<count { into[at] = UInt64(bitPattern: ints[at]) }
      }
    } else if let doubles = found.doubles {
      for at in 0..<count { into[at] = doubles[at].bitPattern }
    } else if let uints = found.uints {
      for at in 0..<count { into[at] = Double(uints[at]).bitPattern }
    } else {
      for at in 0..<count { valid[at] = false }
    }
  }

  private func set(_ argument: Int, _ isInt: Bool, _ learn: (Int, Bool) -> Void) {
    areInts[argument] = isInt
    learn(argument, isInt)
  }

  /// Values of any type: what is no number is no value, but where values are only counted.
  private func readVariants(
    _ found: ColumnValues, _ valid: UnsafeMutablePointer<Bool>, _ into: UnsafeMutablePointer<UInt64>?, _ argument: Int,
    _ learn: (Int, Bool) -> Void
  ) {
    guard let variants = found.strings else { return }
    for at in 0..<found.count where valid[at] {
      guard let into else {
        let kind = Int32(tide_var_kind(variants[at]))
        valid[at] = kind != TIDE_VAR_NULL && kind != TIDE_VAR_ABSENT
        continue
      }
      let number = Self.number(variants[at])
      valid[at] = number != nil
      into[at] = (number ?? 0).bitPattern
      if number != nil, areInts[argument] != false { set(argument, false, learn) }
    }
    wouldBeInts[argument] = false
  }

  /// True when only the number of an argument's values is asked for, which may be of any type.
  private func isCounted(_ argument: Int) -> Bool {
    plan.tracks.allSatisfy { $0.argument != argument || $0.parts.isEmpty }
  }

  private static func number(_ value: tide_string) -> Double? {
    switch Int32(tide_var_kind(value)) {
    case TIDE_VAR_INT: Double(tide_var_i64(value))
    case TIDE_VAR_DOUBLE, TIDE_VAR_DECIMAL: tide_var_f64(value)
    default: nil
    }
  }
}
