import CTidemill
import Glibc

/// A column that a frame gets while it is copied: values that were handed over, in the encoding that pays, not yet in the frame.
///
/// Numbers wait where they are; texts are sorted out here, once. Memory is kept from frame to frame.
final class StagedColumn {
  private enum Source {
    /// Nothing is written: whoever asked for the room fills it.
    case room(heapBytes: Int)
    /// Values of eight bytes, or truths of one, in the memory of others.
    case words(UnsafeRawPointer)
    case truths(UnsafePointer<UInt8>)
    /// Texts, binaries or variants in the memory of others.
    case strings(UnsafePointer<tide_string>, bytes: Int)
    case codes
    /// Offsets and bytes that wait here.
    case stored
    /// No row has a value.
    case nothing
  }

  @exclusivity(unchecked) private(set) var type = ColumnType.int
  @exclusivity(unchecked) private(set) var encoding = ColumnEncoding.flat
  @exclusivity(unchecked) private(set) var nulls = 0
  @exclusivity(unchecked) private var source = Source.nothing
  @exclusivity(unchecked) private var rows = ValueRows(count: 0)
  @exclusivity(unchecked) private var states: UnsafePointer<UInt8>?
  @exclusivity(unchecked) private var valid = ValidStates.values
  private let dictionary = TextDictionary()
  private let codes = ByteStore()
  /// Offsets and bytes of `stored`, and bits of rows that have a value; nothing while all have one.
  let offsets = ByteStore()
  var heap = ByteStore()
  let validity = ByteStore()
  /// Key dictionary of variants.
  private let keys = ByteStore()

  /// Where the values went, once laid out.
  @exclusivity(unchecked) private(set) var placed = tide_column()

  /// Descriptors beside its own.
  var extraDescriptors: Int { encoding == .dictionary || type == .variant ? 1 : 0 }

  // MARK: What is in it

  /// Room for `count` values with so many nulls, to be filled by the caller.
  func reserve(_ type: ColumnType, count: Int, nulls: Int, heapBytes: Int) {
    begin(type, ValueRows(count: count))
    self.nulls = nulls
    source = .room(heapBytes: heapBytes)
    // The bits are the caller's too.
    if nulls > 0 { validity.append(repeating: UInt8(0), count: (count + 7) / 8) }
  }

  /// One value for `count` rows.
  func setConstant(_ value: Int64, count: Int) {
    begin(.int, ValueRows(count: count))
    encoding = .constant
    offsets.append(repeating: value, count: 1)
    source = .words(UnsafeRawPointer(offsets.base))
  }

  /// No value for any of `count` rows.
  func setNothing(_ type: ColumnType, count: Int) {
    begin(type, ValueRows(count: count))
    if type == .variant { keep(keys: UnsafeRawBufferPointer(start: nil, count: 0)) }
    stageNothing()
  }

  /// The values of rows, in the encoding that pays; what `values` points to must stay until the frame is written.
  func stage(_ values: ColumnValues, _ type: ColumnType, _ rows: ValueRows) {
    begin(type, rows)
    states = values.raw.state
    valid = type == .variant ? .valuesAndNulls : .values
    stageValidity()
    guard nulls < rows.count, let data = values.raw.data else {
      if type == .variant { keep(keys: values.keys) }
      return stageNothing()
    }
    switch type {
    case .bool: stageTruths(data.assumingMemoryBound(to: UInt8.self))
    case .string, .binary: stageTexts(data.assumingMemoryBound(to: tide_string.self))
    case .variant:
      keep(keys: values.keys)
      stageVariants(data.assumingMemoryBound(to: tide_string.self))
    default: stageWords(data)
    }
  }

  /// Variants that `fill` appends to `offsets` and `heap`, and bits to `validity` when some are null.
  func store(variants count: Int, keys: UnsafeRawBufferPointer, nulls: Int) {
    begin(.variant, ValueRows(count: count), keepsStores: true)
    self.nulls = nulls
    keep(keys: keys)
    source = .stored
  }

  private func begin(_ type: ColumnType, _ rows: ValueRows, keepsStores: Bool = false) {
    self.type = type
    self.rows = rows
    encoding = .flat
    nulls = 0
    states = nil
    valid = .values
    if !keepsStores { for store in [offsets, heap, validity] { store.removeAll() } }
  }

  private func keep(keys: UnsafeRawBufferPointer) {
    self.keys.removeAll()
    if keys.count > 0 { return self.keys.append(keys) }
    VariantKeys.none.withUnsafeBytes { self.keys.append($0) }
  }

  // MARK: Encodings

  private func stageNothing() {
    nulls = rows.count
    validity.removeAll()
    validity.append(repeating: UInt8(0), count: (rows.count + 7) / 8)
    source = .nothing
    encoding = .constant
  }

  private func stageValidity() {
    guard let states else { return }
    let bytes = (rows.count + 7) / 8
    let bits = validity.extend(by: bytes).assumingMemoryBound(to: UInt8.self)
    memset(bits, 0, bytes)
    var there = 0
    for row in 0..<rows.count where valid.contains(states[rows[row]]) {
      bits[row >> 3] |= 1 << UInt8(row & 7)
      there &+= 1
    }
    nulls = rows.count - there
    if nulls == 0 { validity.removeAll() }
  }

  private func stageWords(_ data: UnsafeRawPointer) {
    source = .words(data)
    guard nulls == 0 else { return }
    let words = data.assumingMemoryBound(to: UInt64.self)
    let first = words[rows[0]]
    var row = 1
    while row < rows.count, words[rows[row]] == first { row &+= 1 }
    if row == rows.count { encoding = .constant }
  }

  private func stageTruths(_ truths: UnsafePointer<UInt8>) {
    source = .truths(truths)
    guard nulls == 0 else { return }
    let first = truths[rows[0]]
    if (0..<rows.count).allSatisfy({ truths[rows[$0]] == first }) { encoding = .constant }
  }

  private func stageTexts(_ texts: UnsafePointer<tide_string>) {
    codes.removeAll()
    dictionary.removeAll()
    let into = codes.extend(by: 2 * rows.count).assumingMemoryBound(to: UInt16.self)
    guard dictionary.encode(texts, rows, states: states, valid: valid, into: into) else { return stageStrings(texts) }
    encoding = dictionary.count == 1 && nulls == 0 ? .constant : .dictionary
    source = .codes
  }

  private func stageVariants(_ values: UnsafePointer<tide_string>) {
    stageStrings(values)
    guard nulls == 0, states == nil else { return }
    let first = values[rows[0]]
    func isFirst(_ value: tide_string) -> Bool {
      value.length == first.length && (value.data == first.data || memcmp(value.data, first.data, Int(first.length)) == 0)
    }
    if (0..<rows.count).allSatisfy({ isFirst(values[rows[$0]]) }) { encoding = .constant }
  }

  private func stageStrings(_ texts: UnsafePointer<tide_string>) {
    var bytes = 0
    for row in 0..<rows.count {
      let place = rows[row]
      switch states?[place] ?? ColumnValues.State.value.rawValue {
      case ColumnValues.State.value.rawValue: bytes += Int(texts[place].length)
      case ColumnValues.State.null.rawValue where valid == .valuesAndNulls: bytes += 1
      default: break
      }
    }
    source = .strings(texts, bytes: bytes)
  }

  // MARK: In the frame

  /// Lays the column out behind what is there, and gives its descriptors, without name and role; the second one is its
  /// dictionary or its keys.
  func place(_ layout: inout FrameLayout) -> (column: tide_column, extra: tide_column?) {
    var column = tide_column.behind(type)
    column.flags = UInt8(TIDE_NULLABLE)
    column.enc = encoding.rawValue
    column.len = UInt32(rows.count)
    column.nulls = UInt32(nulls)
    if nulls > 0 { column.valid = layout.place(copying: validity) }
    placeValues(&column, &layout)
    placed = column
    return (column, placeExtra(&layout))
  }

  private func placeExtra(_ layout: inout FrameLayout) -> tide_column? {
    if type == .variant {
      var extra = tide_column.behind(.binary)
      extra.enc = ColumnEncoding.constant.rawValue
      extra.len = 1
      placeText(UnsafeRawBufferPointer(keys.all), &extra, &layout)
      return extra
    }
    guard encoding == .dictionary else { return nil }
    var extra = tide_column.behind(type)
    extra.len = UInt32(dictionary.count)
    extra.data = layout.place(copying: dictionary.offsets)
    extra.data_len = UInt32(dictionary.offsets.count)
    extra.heap = layout.place(copying: dictionary.heap)
    extra.heap_len = UInt32(truncatingIfNeeded: dictionary.heap.count)
    return extra
  }

  /// The two offsets and the bytes of one string.
  private func placeText(_ text: UnsafeRawBufferPointer, _ column: inout tide_column, _ layout: inout FrameLayout) {
    column.data = withUnsafeBytes(of: (Int32(0), Int32(truncatingIfNeeded: text.count))) {
      layout.place(copying: $0.baseAddress!, 8)
    }
    column.data_len = 8
    let (offset, memory) = layout.place(text.count)
    column.heap = offset
    column.heap_len = UInt32(truncatingIfNeeded: text.count)
    if let from = text.baseAddress, text.count > 0 { memory?.copyMemory(from: from, byteCount: text.count) }
  }

  private func placeValues(_ column: inout tide_column, _ layout: inout FrameLayout) {
    switch source {
    case .room(let heapBytes):
      let isText = type.hasHeap
      (column.data, _) = reserve(isText ? 4 * (rows.count + 1) : 8 * rows.count, &column.data_len, &layout)
      if isText { (column.heap, _) = reserve(heapBytes, &column.heap_len, &layout) }
    case .nothing: placeNothing(&column, &layout)
    case .words(let data): placeWords(data, &column, &layout)
    case .truths(let truths): placeTruths(truths, &column, &layout)
    case .codes where encoding == .constant: placeText(dictionary.heap.all, &column, &layout)
    case .codes:
      column.data = layout.place(copying: codes)
      column.data_len = UInt32(codes.count)
    case .stored:
      column.data = layout.place(copying: offsets)
      column.data_len = UInt32(offsets.count)
      column.heap = layout.place(copying: heap)
      column.heap_len = UInt32(truncatingIfNeeded: heap.count)
    case .strings(let texts, _) where encoding == .constant:
      let text = texts[rows[0]]
      placeText(UnsafeRawBufferPointer(start: text.data, count: Int(text.length)), &column, &layout)
    case .strings(let texts, let bytes): placeStrings(texts, bytes, &column, &layout)
    }
  }

  private func reserve(
    _ bytes: Int, _ length: inout UInt32, _ layout: inout FrameLayout
  ) -> (offset: UInt32, memory: UnsafeMutableRawPointer?) {
    length = UInt32(truncatingIfNeeded: bytes)
    return layout.place(bytes)
  }

  /// A constant that every row is without.
  private func placeNothing(_ column: inout tide_column, _ layout: inout FrameLayout) {
    if type.hasHeap { return placeText(UnsafeRawBufferPointer(start: nil, count: 0), &column, &layout) }
    let (offset, memory) = reserve(type == .bool ? 1 : 8, &column.data_len, &layout)
    column.data = offset
    if let memory { memset(memory, 0, Int(column.data_len)) }
  }

  private func placeWords(_ data: UnsafeRawPointer, _ column: inout tide_column, _ layout: inout FrameLayout) {
    let words = data.assumingMemoryBound(to: UInt64.self)
    let count = encoding == .constant ? 1 : rows.count
    let (offset, memory) = reserve(8 * count, &column.data_len, &layout)
    column.data = offset
    guard let into = memory?.assumingMemoryBound(to: UInt64.self) else { return }
    guard let places = rows.places else {
      memcpy(into, words + rows.start, 8 * count)
      return
    }
    var row = 0
    while row < count {
      into[row] = words[Int(places[row])]
      row &+= 1
    }
  }

  private func placeTruths(_ truths: UnsafePointer<UInt8>, _ column: inout tide_column, _ layout: inout FrameLayout) {
    let count = encoding == .constant ? 1 : rows.count
    let (offset, memory) = reserve((count + 7) / 8, &column.data_len, &layout)
    column.data = offset
    guard let into = memory?.assumingMemoryBound(to: UInt8.self) else { return }
    memset(into, 0, (count + 7) / 8)
    for row in 0..<count { into[row >> 3] |= (truths[rows[row]] & 1) << UInt8(row & 7) }
  }

  private func placeStrings(
    _ texts: UnsafePointer<tide_string>, _ bytes: Int, _ column: inout tide_column, _ layout: inout FrameLayout
  ) {
    let (dataOffset, data) = reserve(4 * (rows.count + 1), &column.data_len, &layout)
    let (heapOffset, memory) = reserve(bytes, &column.heap_len, &layout)
    (column.data, column.heap) = (dataOffset, heapOffset)
    guard let offsets = data?.assumingMemoryBound(to: Int32.self), let memory else { return }
    var end = 0
    offsets[0] = 0
    for row in 0..<rows.count {
      let place = rows[row]
      switch states?[place] ?? ColumnValues.State.value.rawValue {
      case ColumnValues.State.value.rawValue:
        let text = texts[place]
        if text.length > 0 { memcpy(memory + end, text.data, Int(text.length)) }
        end &+= Int(text.length)
      case ColumnValues.State.null.rawValue where valid == .valuesAndNulls:
        // A null of a variant's own.
        (memory + end).storeBytes(of: 0, as: UInt8.self)
        end &+= 1
      default: break
      }
      offsets[row + 1] = Int32(truncatingIfNeeded: end)
    }
  }
}
