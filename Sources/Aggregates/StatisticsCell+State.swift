import PluginKit

/// Merging and saving.
extension StatisticsCell {
  func mergeStates(_ from: UnsafeRawPointer, into state: UnsafeMutableRawPointer) {
    let other = UnsafeMutableRawPointer(mutating: from)
    state.assumingMemoryBound(to: Int.self).pointee &+= rowCount(from)
    if parts.contains(.rows) { (state + missingOffset).assumingMemoryBound(to: Int.self).pointee &+= missing(from) }
    if parts.contains(.sum) { sumPointer(state).pointee.add(sumPointer(other).pointee) }
    if parts.contains(.extremes) {
      let (own, others) = (extremesPointer(state), extremesPointer(other).pointee)
      own.pointee.least = min(own.pointee.least, others.least)
      own.pointee.greatest = max(own.pointee.greatest, others.greatest)
    }
    if parts.contains(.moments) { momentsPointer(state).pointee.add(momentsPointer(other).pointee) }
    mergeRest(from, into: state)
  }

  private func mergeRest(_ from: UnsafeRawPointer, into state: UnsafeMutableRawPointer) {
    guard let others = existingRest(from) else { return }
    let rest = rest(state)
    rest.pointee.integers &+= others.pointee.integers
    rest.pointee.others &+= others.pointee.others
    rest.pointee.sum.add(others.pointee.sum)
    if !others.pointee.least.isEmpty {
      addExtremes(Self.stored(others, greatest: false).value, rest)
      addExtremes(Self.stored(others, greatest: true).value, rest)
    }
  }

  /// Pair by pair; what is usual with as few questions as can be.
  func mergePairs(
    _ count: Int, _ from: UnsafePointer<UnsafeMutableRawPointer>, _ records: UnsafePointer<UnsafeMutableRawPointer>
  ) {
    let (offset, parts) = (offset, parts)
    guard !parts.contains(.moments), parts.contains(.sum) || parts.contains(.extremes) else {
      for at in 0..<count { mergeStates(from[at] + offset, into: records[at] + offset) }
      return
    }
    let (extremes, missing, rest) = (Self.extremesOffset(parts), missingOffset, restOffset)
    for at in 0..<count {
      let (own, other) = (records[at] + offset, from[at] + offset)
      own.assumingMemoryBound(to: Int.self).pointee &+= other.load(as: Int.self)
      if parts.contains(.rows) {
        (own + missing).assumingMemoryBound(to: Int.self).pointee &+= (other + missing).load(as: Int.self)
      }
      if parts.contains(.sum) { sumPointer(own).pointee.add(sumPointer(other).pointee) }
      if parts.contains(.extremes) {
        let mine = (own + extremes).assumingMemoryBound(to: Extremes.self)
        let others = (other + extremes).assumingMemoryBound(to: Extremes.self).pointee
        mine.pointee.least = min(mine.pointee.least, others.least)
        mine.pointee.greatest = max(mine.pointee.greatest, others.greatest)
      }
      if (other + rest).load(as: Int.self) != 0 { mergeRest(other, into: own) }
    }
  }

  func saveState(_ state: UnsafeRawPointer, _ out: inout StateBytesWriter) {
    let state = UnsafeMutableRawPointer(mutating: state)
    out.put(Int64(rowCount(state)))
    if parts.contains(.rows) { out.put(Int64(missing(state))) }
    if parts.contains(.sum) {
      out.put(sumPointer(state).pointee.sum)
      out.put(sumPointer(state).pointee.lost)
    }
    if parts.contains(.extremes) {
      out.put(extremesPointer(state).pointee.least)
      out.put(extremesPointer(state).pointee.greatest)
    }
    if parts.contains(.moments) {
      let moments = momentsPointer(state).pointee
      out.put(Int64(moments.count))
      out.put(moments.mean)
      out.put(moments.squares)
    }
    if parts.isEmpty { return }
    guard let rest = existingRest(state) else { return out.put(UInt8(0)) }
    out.put(UInt8(1))
    out.put(Int64(rest.pointee.integers))
    out.put(Int64(rest.pointee.others))
    out.put(rest.pointee.sum.low)
    out.put(rest.pointee.sum.high)
    out.put(Self.stored(rest, greatest: false).value)
    out.put(Self.stored(rest, greatest: true).value)
  }

  func restoreState(_ state: UnsafeMutableRawPointer, _ from: inout StateBytesReader) throws {
    let rows = try from.getCount(Int64.self, limit: .max)
    state.storeBytes(of: rows, as: Int.self)
    let missing = parts.contains(.rows) ? try from.getCount(Int64.self, limit: rows) : 0
    if parts.contains(.rows) { state.storeBytes(of: missing, toByteOffset: missingOffset, as: Int.self) }
    let count = rows - missing
    if parts.contains(.sum) { sumPointer(state).pointee = DoubleSum(sum: try from.getDouble(), lost: try from.getDouble()) }
    if parts.contains(.extremes) {
      let extremes = Extremes(least: try from.getDouble(), greatest: try from.getDouble())
      guard !extremes.least.isNaN, !extremes.greatest.isNaN else { throw StateBytesReader.damaged("NaN as the least value") }
      extremesPointer(state).pointee = extremes
    }
    if parts.contains(.moments) {
      let seen = try from.getCount(Int64.self, limit: count)
      momentsPointer(state).pointee = Moments(count: seen, mean: try from.getDouble(), squares: try from.getDouble())
    }
    if parts.isEmpty { return }
    if try from.getCount(UInt8.self, limit: 1) == 0 { return }
    let rest = rest(state)
    rest.pointee.integers = try from.getCount(Int64.self, limit: count)
    rest.pointee.others = try from.getCount(Int64.self, limit: count - rest.pointee.integers)
    rest.pointee.sum = WideInteger(low: try from.get(), high: try from.get())
    let least = try from.getScalar()
    if least.kind != .none { rest.pointee.least.set(least, heap) }
    let greatest = try from.getScalar()
    if greatest.kind != .none { rest.pointee.greatest.set(greatest, heap) }
    guard (least.kind == .none) == (greatest.kind == .none), !least.isNaN, !greatest.isNaN, least.order(greatest) <= 0 else {
      throw StateBytesReader.damaged("a least value without a greatest, or above it")
    }
  }
}
