import PluginKit

/// Count, sum, extremes and moments of the values of one argument: only what is asked for, one after the other in the record.
///
/// The first word counts values; where the cell stands for `count()` too it counts rows, and another one those without a value.
/// Doubles stay in the record. What is no double (integers, whose sum is exact; values whose least and greatest are wanted)
/// goes to a block of the side heap, which arguments of doubles alone never have.
final class StatisticsCell: StateCell {
  struct Parts: OptionSet {
    let rawValue: UInt8
    static let sum = Parts(rawValue: 1)
    static let extremes = Parts(rawValue: 2)
    static let moments = Parts(rawValue: 4)
    /// The rows too, those without a value among them: `count()` then costs nothing beside another aggregate.
    static let rows = Parts(rawValue: 8)
  }

  /// Least and greatest double, an empty interval before there is one.
  struct Extremes {
    var least = Double.infinity
    var greatest = -Double.infinity

    /// NaN changes nothing. A negative zero counts as zero, so that what stands does not depend on what comes first.
    @inline(__always) mutating func add(_ value: Double) {
      let value = value + 0
      least = value < least ? value : least
      greatest = value > greatest ? value : greatest
    }
  }

  /// What there is of values that are no doubles.
  struct Rest {
    /// Integers among the values, and values that are no numbers.
    var integers = 0
    var others = 0
    var sum = WideInteger()
    /// Of all but doubles.
    var least = StoredScalar()
    var greatest = StoredScalar()
  }

  var parts: Parts = []

  override var signature: UInt64 { 2 | UInt64(parts.rawValue) << 8 }
  override var byteCount: Int {
    parts.isEmpty
      ? 8
      : 16 + (parts.contains(.sum) ? 16 : 0) + (parts.contains(.extremes) ? 16 : 0) + (parts.contains(.moments) ? 24 : 0)
        + (parts.contains(.rows) ? 8 : 0)
  }

  // Where the parts stand: the count first, the block of the rest last.
  @inline(__always) static func extremesOffset(_ parts: Parts) -> Int { parts.contains(.sum) ? 24 : 8 }
  @inline(__always) static func momentsOffset(_ parts: Parts) -> Int {
    extremesOffset(parts) + (parts.contains(.extremes) ? 16 : 0)
  }
  var restOffset: Int { byteCount - 8 }
  var missingOffset: Int { byteCount - 16 }
  override var countsRows: Bool { parts.contains(.rows) }
  /// True when values need not be looked at.
  var onlyCounts: Bool { parts.isSubset(of: .rows) }

  override func rowCount(_ state: UnsafeRawPointer) -> Int { state.load(as: Int.self) }
  func missing(_ state: UnsafeRawPointer) -> Int {
    parts.contains(.rows) ? state.load(fromByteOffset: missingOffset, as: Int.self) : 0
  }
  func count(_ state: UnsafeRawPointer) -> Int { rowCount(state) &- missing(state) }
  /// A row without a value.
  func addMissing(_ state: UnsafeMutableRawPointer) {
    guard parts.contains(.rows) else { return }
    state.assumingMemoryBound(to: Int.self).pointee &+= 1
    (state + missingOffset).assumingMemoryBound(to: Int.self).pointee &+= 1
  }
  func sumPointer(_ state: UnsafeMutableRawPointer) -> UnsafeMutablePointer<DoubleSum> {
    (state + 8).assumingMemoryBound(to: DoubleSum.self)
  }
  func extremesPointer(_ state: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Extremes> {
    (state + Self.extremesOffset(parts)).assumingMemoryBound(to: Extremes.self)
  }
  func momentsPointer(_ state: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Moments> {
    (state + Self.momentsOffset(parts)).assumingMemoryBound(to: Moments.self)
  }
  /// Nil when all values were doubles.
  @inline(__always) func existingRest(_ state: UnsafeRawPointer) -> UnsafeMutablePointer<Rest>? {
    parts.isEmpty ? nil : state.load(fromByteOffset: restOffset, as: UnsafeMutablePointer<Rest>?.self)
  }
  /// The same, made when there is none.
  @inline(__always) func rest(_ state: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Rest> {
    existingRest(state) ?? makeRest(state)
  }
  @inline(never) private func makeRest(_ state: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Rest> {
    let made = heap.allocate(MemoryLayout<Rest>.size).bindMemory(to: Rest.self, capacity: 1)
    made.initialize(to: Rest())
    state.storeBytes(of: made, toByteOffset: restOffset, as: UnsafeMutablePointer<Rest>.self)
    return made
  }

  override func initialize(_ state: UnsafeMutableRawPointer) {
    super.initialize(state)
    if parts.contains(.extremes) { extremesPointer(state).initialize(to: Extremes()) }
  }

  override func destroy(_ state: UnsafeMutableRawPointer) {
    guard let rest = existingRest(state) else { return }
    rest.pointee.least.release(heap)
    rest.pointee.greatest.release(heap)
    heap.deallocate(rest, MemoryLayout<Rest>.size)
    state.storeBytes(of: nil, toByteOffset: restOffset, as: UnsafeMutablePointer<Rest>?.self)
  }

  // An override belongs to the class itself; what they do is in the extensions.
  override func merge(_ from: UnsafeRawPointer, into state: UnsafeMutableRawPointer) { mergeStates(from, into: state) }
  override func merge(
    _ count: Int, _ from: UnsafePointer<UnsafeMutableRawPointer>, into records: UnsafePointer<UnsafeMutableRawPointer>
  ) {
    mergePairs(count, from, records)
  }
  override func save(_ state: UnsafeRawPointer, _ out: inout StateBytesWriter) { saveState(state, &out) }
  override func restore(_ state: UnsafeMutableRawPointer, _ from: inout StateBytesReader) throws {
    try restoreState(state, &from)
  }
  override func update(_ visit: Visit, _ column: ArgumentColumn, _ order: RowOrder) { addRows(visit, column) }
  override func update(missing visit: Visit) { forEach(visit) { addMissing($1) } }
  override func update(run visit: Visit, _ column: ArgumentColumn, into record: UnsafeMutableRawPointer) -> Bool {
    addRun(visit, column, record + offset)
  }

  // MARK: One value that is no double, and any value

  /// Without the count.
  func addInteger(_ value: Scalar, _ state: UnsafeMutableRawPointer, _ rest: UnsafeMutablePointer<Rest>) {
    rest.pointee.integers &+= 1
    if parts.contains(.sum) {
      if value.kind == .uint { rest.pointee.sum.add(unsigned: value.word) } else { rest.pointee.sum.add(value.int) }
    }
    if parts.contains(.extremes) { addExtremes(value, rest) }
    if parts.contains(.moments) { momentsPointer(state).pointee.add(value.number) }
  }

  /// The least or the greatest, in its place: the bytes of a short text are there.
  static func stored(_ rest: UnsafeMutablePointer<Rest>, greatest: Bool) -> UnsafeMutablePointer<StoredScalar> {
    (UnsafeMutableRawPointer(rest) + (greatest ? 48 : 32)).assumingMemoryBound(to: StoredScalar.self)
  }

  func addExtremes(_ value: Scalar, _ rest: UnsafeMutablePointer<Rest>) {
    let (least, greatest) = (Self.stored(rest, greatest: false), Self.stored(rest, greatest: true))
    if least.pointee.isEmpty || value.order(least.value) < 0 { least.pointee.set(value, heap) }
    if greatest.pointee.isEmpty || value.order(greatest.value) > 0 { greatest.pointee.set(value, heap) }
  }

  /// Of any kind; null does nothing.
  func add(_ value: Scalar, _ state: UnsafeMutableRawPointer) {
    if value.isNull { return addMissing(state) }
    state.assumingMemoryBound(to: Int.self).pointee &+= 1
    if onlyCounts { return }
    switch value.kind {
    case .double:
      if parts.contains(.sum) { sumPointer(state).pointee.add(value.double) }
      if parts.contains(.extremes) {
        extremesPointer(state).pointee.add(value.double)
        if value.isNaN { leftOut.pointee.nans &+= 1 }
      }
      if parts.contains(.moments) { momentsPointer(state).pointee.add(value.double) }
    case .int, .uint, .duration: addInteger(value, state, rest(state))
    default:
      let rest = rest(state)
      rest.pointee.others &+= 1
      if parts.contains(.extremes), value.kind != .none { addExtremes(value, rest) }
      if value.kind == .none {
        leftOut.pointee.unfit &+= 1
      } else if !parts.isDisjoint(with: [.sum, .moments]) {
        leftOut.pointee.notNumbers &+= 1
      }
    }
  }

  // MARK: Results

  /// Numbers and durations among the values.
  func numbers(_ state: UnsafeRawPointer) -> Int { count(state) &- (existingRest(state)?.pointee.others ?? 0) }

  /// The sum: of integers alone as such, else as a double.
  func sum(_ state: UnsafeMutableRawPointer) -> (integer: WideInteger?, double: Double) {
    let doubles = sumPointer(state).pointee
    guard let rest = existingRest(state), rest.pointee.integers > 0 else { return (nil, doubles.value) }
    if rest.pointee.integers == numbers(state) { return (rest.pointee.sum, rest.pointee.sum.double) }
    var total = doubles
    total.add(rest.pointee.sum.double)
    return (nil, total.value)
  }

  /// The least or the greatest value; an integer rather than a double that is equal to it.
  func extreme(_ state: UnsafeMutableRawPointer, greatest: Bool) -> Scalar {
    let doubles = extremesPointer(state).pointee
    var found = Scalar.null
    if doubles.least <= doubles.greatest { found = Scalar(greatest ? doubles.greatest : doubles.least) }
    guard let rest = existingRest(state), !rest.pointee.least.isEmpty else { return found }
    let stored = Self.stored(rest, greatest: greatest).value
    if found.isNull { return stored }
    let order = stored.order(found)
    return order == 0 || (order > 0) == greatest ? stored : found
  }

  /// Sample variance; nil of fewer than two values.
  func variance(_ state: UnsafeMutableRawPointer) -> Double? {
    momentsPointer(state).pointee.variance
  }
}
