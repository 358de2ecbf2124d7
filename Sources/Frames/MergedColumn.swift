import CTidemill
import Glibc

/// The values of one column, gathered from frames of one schema, and of the columns inside it.
///
/// The encoding of the first frame stays as long as the next ones fit it: a constant with the same value, a sequence that goes on,
/// a dictionary with room. Else a constant may become a dictionary, and all others become flat.
final class MergedColumn {
  let type: ColumnType
  let width: Int
  /// As in the first frame; the name counts from the first name.
  let template: tide_column
  let children: [MergedColumn]
  private(set) var encoding = ColumnEncoding.flat
  private(set) var rows = 0
  private(set) var nulls = 0
  /// One bit a row, nothing while no row is null.
  let validity = ByteStore()
  /// Values, offsets or codes, as the encoding has them in a frame.
  private(set) var data = ByteStore()
  private(set) var heap = ByteStore()
  /// Room for the values in another encoding.
  private var (otherData, otherHeap) = (ByteStore(), ByteStore())
  let dictionary = MergedDictionary()
  /// Key dictionaries of variants.
  let keys = MergedKeys()

  /// Gathers what stands in a column of this form.
  init(like column: ColumnView) {
    guard let type = column.type else { preconditionFailure("a column of a valid frame has a type") }
    self.type = type
    width = type.width(column.parameter)
    var template = column.descriptor.pointee
    template.flags &= UInt8(TIDE_NULLABLE)
    template.name = template.name_len == 0 ? 0 : template.name - column.frame.pointee.names
    self.template = template
    children = (0..<column.childCount).map { MergedColumn(like: column.child($0)) }
  }

  /// Gathers what rides beside the event's columns.
  init(rider type: ColumnType) {
    self.type = type
    width = type.width(0)
    template = .behind(type)
    children = []
  }

  var byteCount: Int {
    validity.count + data.count + heap.count + dictionary.byteCount + keys.byteCount + children.reduce(0) { $0 + $1.byteCount }
  }

  func removeAll() {
    rows = 0
    nulls = 0
    for store in [validity, data, heap] { store.removeAll() }
    dictionary.removeAll()
    keys.removeAll()
    for child in children { child.removeAll() }
  }

  /// Appends rows `range` of a column of the same form.
  func append(_ column: ColumnView, _ range: Range<Int>) {
    guard !range.isEmpty else { return }
    if type == .variant { keys.begin(column, row: rows) }
    let source = SourceColumn(column, width: width, range)
    append(source) {
      switch type {
      case .structure: appendFields(column, source)
      case .list: appendLists(column, source)
      default: if rows == 0 { adopt(source) } else { join(source) }
      }
    }
  }

  /// Appends an integer so many times.
  func append(constant value: Int64, count: Int) {
    guard count > 0 else { return }
    withUnsafeBytes(of: value) { bytes in
      let source = SourceColumn(
        encoding: .constant, width: width, data: bytes.baseAddress!, heap: bytes.baseAddress!, range: 0..<count)
      append(source) { if rows == 0 { adopt(source) } else { join(source) } }
    }
  }

  private func append(_ source: SourceColumn, _ values: () -> Void) {
    appendValidity(source)
    values()
    rows += source.range.count
  }

  // MARK: Columns inside

  private func appendFields(_ column: ColumnView, _ source: SourceColumn) {
    for (index, child) in children.enumerated() {
      let theirs = column.child(index)
      if source.encoding == .constant {
        for _ in source.range { child.append(theirs, 0..<1) }
      } else {
        child.append(theirs, source.range)
      }
    }
  }

  private func appendLists(_ column: ColumnView, _ source: SourceColumn) {
    if rows == 0 { data.append(repeating: Int32(0), count: 1) }
    let (child, theirs) = (children[0], column.child(0))
    let from = source.data.assumingMemoryBound(to: Int32.self)
    if source.encoding == .constant {
      for row in source.range {
        if source.isValid(row) { child.append(theirs, Int(from[0])..<Int(from[1])) }
        data.append(repeating: Int32(truncatingIfNeeded: child.rows), count: 1)
      }
      return
    }
    let (first, end) = (from[source.range.lowerBound], from[source.range.upperBound])
    let shift = Int32(truncatingIfNeeded: child.rows) &- first
    child.append(theirs, Int(first)..<Int(end))
    let offsets = data.extend(by: 4 * source.range.count).assumingMemoryBound(to: Int32.self)
    for k in 0..<source.range.count { offsets[k] = from[source.range.lowerBound + k + 1] &+ shift }
  }

  // MARK: Encodings

  private func adopt(_ source: SourceColumn) {
    encoding = source.encoding
    switch encoding {
    case .constant: adoptConstant(source)
    case .sequence:
      data.append(repeating: source.sequenceValue(source.range.lowerBound), count: 1)
      data.append(repeating: source.step, count: 1)
    case .dictionary: _ = appendCodes(source)
    case .flat:
      if type.hasHeap { data.append(repeating: Int32(0), count: 1) }
      appendFlat(source)
    }
  }

  private func join(_ source: SourceColumn) {
    switch (encoding, source.encoding) {
    case (.constant, .constant) where isSame(source), (.sequence, .sequence) where goesOn(source): return
    case (.dictionary, .dictionary), (.dictionary, .constant): if appendCodes(source) { return }
    case (.constant, .constant) where type.hasDictionary, (.constant, .dictionary):
      becomeDictionary()
      if appendCodes(source) { return }
    default: break
    }
    becomeFlat()
    appendFlat(source)
  }

  private func adoptConstant(_ source: SourceColumn) {
    if type == .bool { return data.append(source.data, 1) }
    let value = source.bytes(source.range.lowerBound)
    if type.hasHeap {
      data.append(repeating: Int32(0), count: 1)
      data.append(repeating: Int32(truncatingIfNeeded: value.count), count: 1)
      heap.append(value)
    } else {
      data.append(value)
    }
  }

  private func isSame(_ source: SourceColumn) -> Bool {
    switch type {
    case .bool: UnsafeRawPointer(data.base).bit(0) == source.data.bit(0)
    case .string, .binary: heap.holds(source.bytes(source.range.lowerBound))
    case .variant: keys.areShared && heap.holds(source.bytes(source.range.lowerBound))
    default: data.holds(source.bytes(source.range.lowerBound))
    }
  }

  private func goesOn(_ source: SourceColumn) -> Bool {
    let base = data.base.load(as: Int64.self)
    let step = data.base.load(fromByteOffset: 8, as: Int64.self)
    return source.step == step && source.sequenceValue(source.range.lowerBound) == base &+ step &* Int64(rows)
  }

  // MARK: Dictionaries

  /// False when the dictionary has no room for what comes: then no row was appended.
  private func appendCodes(_ source: SourceColumn) -> Bool {
    let (before, count) = (data.count, source.range.count)
    let codes = data.extend(by: 2 * count).assumingMemoryBound(to: UInt16.self)
    dictionary.beginFrame(max(source.dictionaryCount, 1))
    for k in 0..<count {
      let row = source.range.lowerBound + k
      guard source.isValid(row) else {
        codes[k] = 0
        continue
      }
      guard let code = dictionary.code(source.code(row), { source.bytes(row) }) else {
        data.truncate(to: before)
        return false
      }
      codes[k] = code
    }
    return true
  }

  /// A constant is a dictionary of one entry.
  private func becomeDictionary() {
    let value = (type.hasHeap ? heap : data).all
    dictionary.beginFrame(1)
    _ = dictionary.code(0) { value }
    heap.removeAll()
    data.removeAll()
    data.append(repeating: UInt16(0), count: rows)
    encoding = .dictionary
  }

  // MARK: Flat

  /// Writes what is there as flat values.
  private func becomeFlat() {
    guard encoding != .flat else { return }
    let (oldData, oldHeap) = (data, heap)
    let old = SourceColumn(
      encoding: encoding, width: width, data: oldData.base, heap: oldHeap.base,
      validity: nulls > 0 ? UnsafeRawPointer(validity.base) : nil,
      entries: encoding == .dictionary ? dictionary.entries : nil, range: 0..<rows)
    (data, heap, otherData, otherHeap) = (otherData, otherHeap, data, heap)
    data.removeAll()
    heap.removeAll()
    encoding = .flat
    if type.hasHeap { data.append(repeating: Int32(0), count: 1) }
    withExtendedLifetime((oldData, oldHeap)) { appendFlat(old) }
    dictionary.removeAll()
  }

  private func appendFlat(_ source: SourceColumn) {
    if type == .bool { return appendBits(source) }
    if type.hasHeap { appendHeap(source) } else { appendValues(source) }
  }

  private func appendBits(_ source: SourceColumn) {
    let isConstant = source.encoding == .constant
    // What an older encoding becomes stands in no memory yet.
    data.extendBits(from: data.count == 0 ? 0 : rows, by: source.range.count) { k in
      let row = source.range.lowerBound + k
      return source.isValid(row) && source.data.bit(isConstant ? 0 : row)
    }
  }

  private func appendValues(_ source: SourceColumn) {
    let (from, count) = (source.range.lowerBound, source.range.count)
    let into = data.extend(by: width * count)
    switch source.encoding {
    case .flat: return into.copyMemory(from: source.data + width * from, byteCount: width * count)
    case .sequence:
      let words = into.assumingMemoryBound(to: Int64.self)
      for k in 0..<count { words[k] = source.sequenceValue(from + k) }
    default:
      for k in 0..<count { (into + width * k).copyMemory(from: source.bytes(from + k).baseAddress!, byteCount: width) }
    }
    guard source.hasNulls else { return }
    for k in 0..<count where !source.isValid(from + k) { memset(into + width * k, 0, width) }
  }

  private func appendHeap(_ source: SourceColumn) {
    let count = source.range.count
    let offsets = data.extend(by: 4 * count).assumingMemoryBound(to: Int32.self)
    if source.encoding == .flat {
      let from = source.data.assumingMemoryBound(to: Int32.self) + source.range.lowerBound
      let shift = Int32(truncatingIfNeeded: heap.count) &- from[0]
      heap.append(source.heap + Int(from[0]), Int(from[count] - from[0]))
      for k in 0..<count { offsets[k] = from[k + 1] &+ shift }
      return
    }
    for k in 0..<count {
      let row = source.range.lowerBound + k
      if source.isValid(row) { heap.append(source.bytes(row)) }
      offsets[k] = Int32(truncatingIfNeeded: heap.count)
    }
  }

  // MARK: Nulls

  private func appendValidity(_ source: SourceColumn) {
    let count = source.range.count
    let valid = source.hasNulls ? source.range.count { source.isValid($0) } : count
    guard nulls > 0 || valid < count else { return }
    if nulls == 0 {
      validity.removeAll()
      validity.extendBits(from: 0, by: rows) { _ in true }
    }
    validity.extendBits(from: rows, by: count) { source.isValid(source.range.lowerBound + $0) }
    nulls += count - valid
  }

  // MARK: Keys of variants

  /// Gives all variants of each column one dictionary of keys, before the frame is laid out.
  func shareKeys() {
    for child in children { child.shareKeys() }
    guard type == .variant, !keys.areShared else { return }
    precondition(encoding == .flat, "variants over several key dictionaries are flat")
    heap = keys.share(offsets: data.base.assumingMemoryBound(to: Int32.self), heap: heap, rows: rows)
  }
}
