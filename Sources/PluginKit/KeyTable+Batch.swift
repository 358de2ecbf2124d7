import CTidemill

extension KeyTable {
  /// Memory for one batch: hashes and places of some rows, and the numbers of all.
  struct Scratch {
    /// Rows that are looked up together: their first probes do not wait for each other.
    static let together = 64

    let hashes = UnsafeMutablePointer<UInt64>.allocate(capacity: Scratch.together)
    let words = UnsafeMutablePointer<UInt64>.allocate(capacity: Scratch.together)
    /// Their keys: the first byte, and where the others are.
    let tags = UnsafeMutablePointer<UInt8>.allocate(capacity: Scratch.together)
    let texts = UnsafeMutablePointer<tide_string>.allocate(capacity: Scratch.together)
    /// Copies of keys that are nowhere in their frame.
    private var kept = UnsafeMutableRawPointer.allocate(byteCount: 1024, alignment: 8)
    private var keptBytes = 0
    private var keptCapacity = 1024
    /// Lengths of the keys of the first probes: what is read here is near when keys are compared.
    let lengths = UnsafeMutablePointer<UInt32>.allocate(capacity: Scratch.together)
    /// Codes of a dictionary whose texts are looked up.
    let codes = UnsafeMutablePointer<Int>.allocate(capacity: Scratch.together)
    var numbers = UnsafeMutablePointer<UInt32>.allocate(capacity: 1024)
    var capacity = 1024
    /// By code of a dictionary: 1 where a row has it, 0 where none does, later the number.
    var byCode = UnsafeMutablePointer<UInt32>.allocate(capacity: 256)
    var codeCapacity = 256

    var byteCount: Int { (capacity + codeCapacity) * 4 + Self.together * 45 + keptCapacity }

    mutating func reserve(_ count: Int) {
      guard count > capacity else { return }
      numbers.deallocate()
      capacity = count
      numbers = .allocate(capacity: count)
    }

    mutating func clearCodes(_ count: Int) {
      if count > codeCapacity {
        byCode.deallocate()
        codeCapacity = count
        byCode = .allocate(capacity: count)
      }
      byCode.initialize(repeating: 0, count: count)
    }

    /// So many bytes of copies end a group of rows, so that long keys are not there many times at once.
    private static let enough = 64 << 10
    var hasEnough: Bool { keptBytes >= Self.enough }

    /// Copies the key of the row at a place; rows come in order, and the first one's call lets go of all copies before.
    mutating func keep(_ key: UnsafeRawBufferPointer, _ at: Int) {
      if at == 0 { forget() }
      if keptBytes + key.count > keptCapacity { grow(by: key.count, rows: at) }
      let copy = kept + keptBytes
      copy.copyMemory(from: key.baseAddress!, byteCount: key.count)
      keptBytes += key.count
      tags[at] = key[0]
      texts[at] = tide_string(data: (copy + 1).assumingMemoryBound(to: CChar.self), length: UInt64(key.count - 1))
    }

    /// Lets go of all copies, and of memory that few batches need.
    mutating func forget() {
      keptBytes = 0
      guard keptCapacity > 4 * Self.enough else { return }
      kept.deallocate()
      keptCapacity = 1024
      kept = .allocate(byteCount: keptCapacity, alignment: 8)
    }

    private mutating func grow(by bytes: Int, rows: Int) {
      keptCapacity = (keptBytes + bytes) * 2
      let larger = UnsafeMutableRawPointer.allocate(byteCount: keptCapacity, alignment: 8)
      larger.copyMemory(from: kept, byteCount: keptBytes)
      for at in 0..<rows {
        let offset = UnsafeRawPointer(texts[at].data) - UnsafeRawPointer(kept)
        texts[at].data = UnsafePointer((larger + offset).assumingMemoryBound(to: CChar.self))
      }
      kept.deallocate()
      kept = larger
    }

    func deallocate() {
      hashes.deallocate()
      words.deallocate()
      tags.deallocate()
      texts.deallocate()
      kept.deallocate()
      lengths.deallocate()
      codes.deallocate()
      numbers.deallocate()
      byCode.deallocate()
    }
  }

  /// The numbers of the keys of a batch, one for each row to visit, in their order; valid until the next call.
  ///
  /// A dictionary's texts are looked up once each; other keys several at a time, and runs of one key once.
  public func numbers(of batch: Batch, by columns: [ColumnView]) -> UnsafePointer<UInt32> {
    let count = batch.count
    scratch.reserve(count)
    guard columns.count == 1 else {
      if columns.isEmpty {
        fill(number(of: UnsafeRawBufferPointer(start: nil, count: 0)), count)
      } else {
        general(batch, columns)
      }
      return UnsafePointer(scratch.numbers)
    }
    let column = columns[0]
    if column.isAbsent || column.encoding == .constant {
      if count > 0 { fill(number(of: reader.bytes(of: column, row: 0)), count) }
    } else if column.type == .string, let codes = column.codes, let dictionary = column.dictionary {
      coded(batch, column, codes.baseAddress!, dictionary)
    } else if column.type == .string {
      texts(batch, column)
    } else if let values = tide_i64_vec(column.frame, column.index) ?? tide_time_vec(column.frame, column.index) {
      words(batch, column, values)
    } else {
      general(batch, columns)
    }
    return UnsafePointer(scratch.numbers)
  }

  private func fill(_ number: UInt32, _ count: Int) { scratch.numbers.update(repeating: number, count: count) }

  /// Calls `body` with each row to visit and its place among them.
  @inline(__always)
  private func forEach(_ batch: Batch, _ body: (_ at: Int, _ row: Int) -> Void) {
    var at = 0
    if let selection = batch.selection {
      while at < batch.count {
        body(at, Int(selection[at]))
        at &+= 1
      }
    } else {
      while at < batch.count {
        body(at, at)
        at &+= 1
      }
    }
  }

  /// First which texts of the dictionary rows have, then their numbers, then those of the rows: nothing in a row is a surprise.
  private func coded(_ batch: Batch, _ column: ColumnView, _ codes: UnsafePointer<UInt16>, _ dictionary: ColumnView) {
    scratch.clearCodes(dictionary.count)
    let (numbers, byCode, hasNulls) = (scratch.numbers, scratch.byCode, column.validity != nil)
    var nullRow: Int?
    if hasNulls {
      forEach(batch) { _, row in if column.isValid(row) { byCode[Int(codes[row])] = 1 } else { nullRow = row } }
    } else {
      forEach(batch) { _, row in byCode[Int(codes[row])] = 1 }
    }
    number(dictionary)
    guard let nullRow else { return forEach(batch) { at, row in numbers[at] = byCode[Int(codes[row])] } }
    let noValue = number(of: reader.bytes(of: column, row: nullRow))
    forEach(batch) { at, row in numbers[at] = column.isValid(row) ? byCode[Int(codes[row])] : noValue }
  }

  /// Looks up the texts of a dictionary that `scratch.byCode` marks.
  private func number(_ dictionary: ColumnView) {
    let (byCode, codes, texts, hashes) = (scratch.byCode, scratch.codes, scratch.texts, scratch.hashes)
    let tag = UInt8(TIDE_KEY_TEXT)
    scratch.tags.update(repeating: tag, count: Scratch.together)
    var (code, count) = (0, 0)
    while code < dictionary.count {
      if byCode[code] != 0 {
        let text = tide_utf8(dictionary.frame, dictionary.index, UInt32(truncatingIfNeeded: code))
        (codes[count], texts[count]) = (code, text)
        hashes[count] = Self.hash(UnsafeRawPointer(text.data), Int(truncatingIfNeeded: text.length), tag, seed)
        count &+= 1
      }
      code &+= 1
      guard count == Scratch.together || code == dictionary.count else { continue }
      probe(count)
      for at in 0..<count { byCode[codes[at]] = find(at) }
      count = 0
    }
  }

  private func texts(_ batch: Batch, _ column: ColumnView) {
    let (tags, texts, nothing) = (scratch.tags, scratch.texts, nothing)
    let (frame, index, hasNulls) = (column.frame, column.index, column.validity != nil)
    together(batch) { at, row in
      let isNull = hasNulls && !column.isValid(Int(row))
      tags[at] = UInt8(isNull ? TIDE_KEY_NULL : TIDE_KEY_TEXT)
      texts[at] = isNull ? nothing : tide_utf8(frame, index, row)
      return true
    }
  }

  /// The bytes of integers and times in their column are those of their keys.
  private func words(_ batch: Batch, _ column: ColumnView, _ values: UnsafePointer<Int64>) {
    let (tags, texts, nothing, hasNulls) = (scratch.tags, scratch.texts, nothing, column.validity != nil)
    let tag = UInt8(column.type == .time ? TIDE_KEY_TIME : TIDE_KEY_INTEGER)
    together(batch) { at, row in
      let isNull = hasNulls && !column.isValid(Int(row))
      tags[at] = isNull ? UInt8(TIDE_KEY_NULL) : tag
      texts[at] =
        isNull
        ? nothing : tide_string(data: UnsafeRawPointer(values + Int(row)).assumingMemoryBound(to: CChar.self), length: 8)
      return true
    }
  }

  private func general(_ batch: Batch, _ columns: [ColumnView]) {
    together(batch) { at, row in
      scratch.keep(reader.bytes(of: columns, row: Int(row)), at)
      return !scratch.hasEnough
    }
    scratch.forget()
  }

  private var nothing: tide_string {
    tide_string(data: UnsafeRawPointer(scratch.hashes).assumingMemoryBound(to: CChar.self), length: 0)
  }

  /// So many keys are near anyway.
  private static let near = 4096

  /// Some rows at a time, each step for all of them: keys, hashes, first probes, what stands there, comparisons. Runs of one key
  /// are looked up once.
  ///
  /// - Parameter key: puts the key of a row at a place of `scratch.tags` and `texts`; false when it is to be the last of a group.
  @inline(__always)
  private func together(_ batch: Batch, _ key: (_ at: Int, _ row: UInt32) -> Bool) {
    let (hashes, tags, texts, seed, selection) = (scratch.hashes, scratch.tags, scratch.texts, seed, batch.selection)
    var start = 0
    while start < batch.count {
      var count = min(batch.count &- start, Scratch.together)
      var at = 0
      while at < count {
        let hasMore = key(at, tide_row(selection, UInt32(truncatingIfNeeded: start &+ at)))
        hashes[at] = Self.hash(
          UnsafeRawPointer(texts[at].data), Int(truncatingIfNeeded: texts[at].length), tags[at], seed)
        at &+= 1
        if !hasMore { count = at }
      }
      probe(count)
      let numbers = scratch.numbers + start
      at = 0
      while at < count {
        let isRepeated =
          at > 0 && hashes[at] == hashes[at &- 1] && tags[at] == tags[at &- 1] && isSame(texts[at], texts[at &- 1])
        numbers[at] = isRepeated ? numbers[at &- 1] : find(at)
        at &+= 1
      }
      start &+= count
    }
  }

  /// Of so many keys that are hashed: the slot that is likely to be each one's, one of its first two.
  private func probe(_ count: Int) {
    let (hashes, words, slots, mask) = (scratch.hashes, scratch.words, slots, mask)
    var at = 0
    while at < count {
      let hash = hashes[at]
      let slot = Int(truncatingIfNeeded: hash) & mask
      let (first, second) = (slots[slot], slots[(slot &+ 1) & mask])
      words[at] = (first ^ hash) >> 32 == 0 ? first : second
      at &+= 1
    }
    guard limit > Self.near else { return }
    let (lengths, entries, limit) = (scratch.lengths, entries, limit)
    at = 0
    while at < count {
      // A free slot names the last number of all, so it reads the first one.
      let number = Int(UInt32(truncatingIfNeeded: words[at]) &- 1)
      lengths[at] = entries[number < limit ? number : 0].length
      at &+= 1
    }
  }

  /// The number of a key that `probe` has seen.
  @inline(__always)
  private func find(_ at: Int) -> UInt32 {
    let (hash, word, text, tag) = (scratch.hashes[at], scratch.words[at], scratch.texts[at], scratch.tags[at])
    let (rest, length) = (UnsafeRawPointer(text.data!), Int(truncatingIfNeeded: text.length))
    let number = UInt32(truncatingIfNeeded: word) &- 1
    // Keys may have come since, but none has gone.
    if (word ^ hash) >> 32 == 0, word != 0, holds(number, hash, tag, rest, length, true) { return number }
    return self.number(hash: hash, tag: tag, rest, length, isTagged: true)
  }

  @inline(__always)
  private func isSame(_ one: tide_string, _ other: tide_string) -> Bool {
    one.length == other.length && Self.isSame(one.data!, other.data!, Int(truncatingIfNeeded: one.length))
  }
}
