import PluginKit

/// A sketch of the distribution of numbers: `quantile(x, q)` for any q, within 1 % of the value at that rank.
final class QuantileCell: StateCell {
  /// The block of a state.
  struct Sketch {
    var positive = BucketRow()
    var negative = BucketRow()
    var zeros: UInt64 = 0
    var infinite: UInt64 = 0
    var negativeInfinite: UInt64 = 0
    /// Of the finite values.
    var least = Double.infinity
    var greatest = -Double.infinity
  }

  override var signature: UInt64 { 7 }
  override var byteCount: Int { 8 }

  private func existing(_ state: UnsafeRawPointer) -> UnsafeMutablePointer<Sketch>? {
    state.load(as: UnsafeMutablePointer<Sketch>?.self)
  }

  @inline(__always) private func sketch(_ state: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Sketch> {
    existing(state) ?? make(state)
  }

  @inline(never) private func make(_ state: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Sketch> {
    let made = heap.allocate(MemoryLayout<Sketch>.size).bindMemory(to: Sketch.self, capacity: 1)
    made.initialize(to: Sketch())
    state.storeBytes(of: made, as: UnsafeMutablePointer<Sketch>.self)
    return made
  }

  override func destroy(_ state: UnsafeMutableRawPointer) {
    guard let sketch = existing(state) else { return }
    sketch.pointee.positive.release(heap)
    sketch.pointee.negative.release(heap)
    heap.deallocate(sketch, MemoryLayout<Sketch>.size)
    state.storeBytes(of: 0, as: Int.self)
  }

  override func update(_ visit: Visit, _ column: ArgumentColumn, _ order: RowOrder) {
    if column.type == .double {
      let values = column.doubles
      return forEach(visit) { add(values[Int($0)], $1) }
    }
    forEachValue(visit, column) { row, value, state in
      if value.kind.isNumber || value.kind == .duration {
        add(value.number, state)
      } else {
        leftOut.pointee.notNumbers &+= 1
      }
    }
  }

  @inline(__always) private func add(_ value: Double, _ state: UnsafeMutableRawPointer) {
    if value != value {
      leftOut.pointee.nans &+= 1
      return
    }
    let sketch = sketch(state)
    if value.magnitude == .infinity {
      if value > 0 { sketch.pointee.infinite &+= 1 } else { sketch.pointee.negativeInfinite &+= 1 }
      return
    }
    sketch.pointee.least = value < sketch.pointee.least ? value : sketch.pointee.least
    sketch.pointee.greatest = value > sketch.pointee.greatest ? value : sketch.pointee.greatest
    if value > 0 {
      sketch.pointee.positive.add(LogScale.index(value), 1, heap)
    } else if value < 0 {
      sketch.pointee.negative.add(LogScale.index(-value), 1, heap)
    } else {
      sketch.pointee.zeros &+= 1
    }
  }

  override func merge(_ from: UnsafeRawPointer, into state: UnsafeMutableRawPointer) {
    guard let other = existing(from) else { return }
    let own = sketch(state)
    own.pointee.positive.add(other.pointee.positive, heap)
    own.pointee.negative.add(other.pointee.negative, heap)
    own.pointee.zeros &+= other.pointee.zeros
    own.pointee.infinite &+= other.pointee.infinite
    own.pointee.negativeInfinite &+= other.pointee.negativeInfinite
    own.pointee.least = min(own.pointee.least, other.pointee.least)
    own.pointee.greatest = max(own.pointee.greatest, other.pointee.greatest)
  }

  override func save(_ state: UnsafeRawPointer, _ out: inout StateBytesWriter) {
    guard let sketch = existing(state) else { return out.put(UInt8(0)) }
    out.put(UInt8(1))
    for count in [sketch.pointee.zeros, sketch.pointee.infinite, sketch.pointee.negativeInfinite] { out.put(count) }
    out.put(sketch.pointee.least)
    out.put(sketch.pointee.greatest)
    for row in [sketch.pointee.positive, sketch.pointee.negative] {
      var count: UInt32 = 0
      row.forEachDescending { _, _ in count += 1 }
      out.put(count)
      row.forEachDescending { bucket, count in
        out.put(Int32(bucket))
        out.put(count)
      }
    }
  }

  override func restore(_ state: UnsafeMutableRawPointer, _ from: inout StateBytesReader) throws {
    if try from.getCount(UInt8.self, limit: 1) == 0 { return }
    let sketch = sketch(state)
    sketch.pointee.zeros = try from.get()
    sketch.pointee.infinite = try from.get()
    sketch.pointee.negativeInfinite = try from.get()
    sketch.pointee.least = try from.getDouble()
    sketch.pointee.greatest = try from.getDouble()
    guard !sketch.pointee.least.isNaN, !sketch.pointee.greatest.isNaN else {
      throw StateBytesReader.damaged("NaN as the least value")
    }
    for isNegative in [false, true] {
      for _ in 0..<(try from.getCount(limit: BucketRow.maxBuckets)) {
        let (bucket, count): (Int32, UInt64) = (try from.get(), try from.get())
        guard abs(Int(bucket)) <= LogScale.greatestIndex, count > 0 else {
          throw StateBytesReader.damaged("\(count) values in bucket \(bucket)")
        }
        if isNegative {
          sketch.pointee.negative.add(Int(bucket), count, heap)
        } else {
          sketch.pointee.positive.add(Int(bucket), count, heap)
        }
      }
    }
  }

  /// The value of rank floor(q (n - 1)), counted from 0, within 1 %; nil of nothing.
  func quantile(_ q: Double, _ state: UnsafeRawPointer) -> Double? {
    guard let sketch = existing(state)?.pointee else { return nil }
    let (below, above) = (sketch.negative.total, sketch.positive.total)
    let finite = below &+ sketch.zeros &+ above
    let total = sketch.negativeInfinite &+ finite &+ sketch.infinite
    guard total > 0 else { return nil }
    let place = (q * Double(total - 1)).rounded(.down)
    var rank = place < 0x1p63 ? UInt64(place) : total - 1
    if rank < sketch.negativeInfinite { return -.infinity }
    rank -= sketch.negativeInfinite
    if rank >= finite { return .infinity }
    if rank == 0 { return sketch.least }
    if rank == finite - 1 { return sketch.greatest }
    let value =
      if rank < below {
        -LogScale.value(sketch.negative.bucket(rank: below - 1 - rank))
      } else if rank - below < sketch.zeros {
        0.0
      } else {
        LogScale.value(sketch.positive.bucket(rank: rank - below - sketch.zeros))
      }
    return min(max(value, sketch.least), sketch.greatest)
  }
}
