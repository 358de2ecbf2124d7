import PluginKit

/// The values of a batch whose change is wanted, for each row and track.
final class RateInput {
  /// A value, as it is remembered: 8 bytes that are an integer or a double.
  struct Sample: Equatable {
    enum Kind: UInt8 { case none, int, double }

    var time: Int64 = 0
    var bits: UInt64 = 0
    var kind = Kind.none

    @inline(__always) var double: Double { kind == .int ? Double(Int64(bitPattern: bits)) : Double(bitPattern: bits) }

    /// What it is more than an earlier one. Of a counter that is less than before, all of it has come since it began anew.
    @inline(__always)
    func change(since other: Sample, isCounter: Bool) -> Double {
      if kind == .int, other.kind == .int {
        let (own, before) = (Int64(bitPattern: bits), Int64(bitPattern: other.bits))
        if isCounter, own < before { return Double(own) }
        let (change, overflow) = own.subtractingReportingOverflow(before)
        return overflow ? Double(Int128(own) - Int128(before)) : Double(change)
      }
      let (own, before) = (double, other.double)
      return isCounter && own < before ? own : own - before
    }
  }

  private let tracks: [(argument: Expression, filter: Expression?)]
  /// By track.
  private var leftOut: [LeftOutValues]
  /// By row of the track that is read: why its value counts for nothing.
  private let reasons = ValueBuffer<LeftOutValues.Reason>(capacity: 1024)
  /// One track behind the other, one a row.
  let bits = ValueBuffer<UInt64>(capacity: 1024)
  let kinds = ValueBuffer<Sample.Kind>(capacity: 1024)

  /// - Parameter results: by track, the names of its results.
  init(_ tracks: [(argument: Expression, filter: Expression?)], results: [[String]]) {
    self.tracks = tracks
    leftOut = zip(tracks, results).map {
      LeftOutValues(of: $0.argument, results: $1, finiteResults: $1, notFinite: "NaN or infinite")
    }
  }

  func read(_ batch: Batch) throws {
    bits.removeAll()
    kinds.removeAll()
    for (number, track) in tracks.enumerated() {
      let found = try track.argument.values(of: batch)
      let kinds = kinds.extend(by: found.count)
      let hasReasons = read(found, bits.extend(by: found.count), kinds)
      let filter = try track.filter?.values(of: batch)
      if hasReasons { leftOut[number].count(reasons.base, found.count, passing: filter) }
      guard let truths = filter?.bools else { continue }
      for at in 0..<found.count where truths[at] & 1 == 0 { kinds[at] = .none }
    }
  }

  /// True when there are values that no change is told from or to; then `reasons` says which.
  private func read(
    _ found: ColumnValues, _ bits: UnsafeMutablePointer<UInt64>, _ kinds: UnsafeMutablePointer<Sample.Kind>
  ) -> Bool {
    let count = found.count
    if let ints = found.ints {
      for at in 0..<count {
        bits[at] = UInt64(bitPattern: ints[at])
        kinds[at] = found.isValid(at) ? .int : .none
      }
      return false
    }
    reasons.removeAll()
    reasons.append(repeating: .none, count: count)
    var hasReasons = false
    let (doubles, uints) = (found.doubles, found.uints)
    let variants = found.type == .variant ? found.strings : nil
    for at in 0..<count {
      (bits[at], kinds[at]) = (0, .none)
      guard found.isValid(at) else { continue }
      var reason = LeftOutValues.Reason.notFinite
      if let doubles {
        put(doubles[at], &bits[at], &kinds[at])
      } else if let uints {
        put(Double(uints[at]), &bits[at], &kinds[at])
      } else if let variants {
        let value = variants[at]
        switch Int32(tide_var_kind(value)) {
        case TIDE_VAR_INT: (bits[at], kinds[at]) = (UInt64(bitPattern: tide_var_i64(value)), .int)
        case TIDE_VAR_DOUBLE, TIDE_VAR_DECIMAL: put(tide_var_f64(value), &bits[at], &kinds[at])
        case TIDE_VAR_NULL, TIDE_VAR_ABSENT: continue
        default: reason = .notNumber
        }
      } else {
        reason = .notNumber
      }
      if kinds[at] == .none {
        reasons[at] = reason
        hasReasons = true
      }
    }
    return hasReasons
  }

  /// NaN and infinities are no values: no change from them or to them means anything.
  @inline(__always)
  private func put(_ number: Double, _ bits: inout UInt64, _ kind: inout Sample.Kind) {
    guard number.isFinite else { return }
    (bits, kind) = (number.bitPattern, .double)
  }
}
