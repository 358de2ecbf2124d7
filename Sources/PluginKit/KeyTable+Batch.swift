import CTidemill

extension KeyTable {
  /// Memory for one batch: hashes and places of some rows, and the numbers of all.
  struct Scratch {
    /// Rows that are looked up together: their first probes do not wait for each other.
    static let together = 64

    let hashes = UnsafeMutablePointer<UInt64>.allocate(capacity: Scratch.together)
    let words = UnsafeMutablePointer<UInt64>.allocate(capacity: Scratch.together)
    let texts = UnsafeMutablePointer<tide_string>.allocate(capacity: Scratch.together)
    /// Lengths of the keys of the first probes: what is read here is near when keys are compared.
    let lengths = UnsafeMutablePointer<UInt32>.allocate(capacity: Scratch.together)
    /// Codes of a dictionary whose texts are looked up.
    let codes = UnsafeMutablePointer<Int>.allocate(capacity: Scratch.together)
    var numbers = UnsafeMutablePointer<UInt32>.allocate(capacity: 1024)
    var capacity = 1024
    /// By code of a dictionary: 1 where a row has it, 0 where none does, later the number.
    var byCode = UnsafeMutablePointer<UInt32>.allocate(capacity: 256)
    var codeCapacity = 256

    var byteCount: Int { (capacity + codeCapacity) * 4 + Self.together * 44 }

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

    func deallocate() {
      hashes.deallocate()
      words.deallocate()
      texts.deallocate()
      lengths.deallocate()
      codes.deallocate()
      numbers.deallocate()
      byCode.deallocate()
    }
  }

  /// The numbers of the keys of a batch, one for each row to visit, in their order; valid until the next call.
  ///
  /// A dictionary's texts are looked up once each; other texts several at a time, and runs of one text once.
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
    } else {
      general(batch, columns)
    }
    return UnsafePointer(scratch.numbers)
  }

  private func fill(_ number: UInt32, _ count: Int) { scratch.numbers.update(repeating: number, count: count) }

  private func general(_ batch: Batch, _ columns: [ColumnView]) {
    var at = 0
    for row in batch.rows {
      scratch.numbers[at] = number(of: reader.bytes(of: columns, row: row))
      at += 1
    }
  }

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
    var start = 0
    while start < batch.count {
      let count = min(batch.count - start, Scratch.together)
      lookUp(batch, column, start, count)
      start += count
    }
  }

  /// So many keys are near anyway.
  private static let near = 4096

  /// Some rows at a time, each step for all of them: hashes, first probes, what stands there, comparisons.
  private func lookUp(_ batch: Batch, _ column: ColumnView, _ start: Int, _ count: Int) {
    let (hashes, texts, numbers, seed) = (scratch.hashes, scratch.texts, scratch.numbers + start, seed)
    let (frame, index, selection, tag) = (column.frame, column.index, batch.selection, UInt8(TIDE_KEY_TEXT))
    let hasNulls = column.validity != nil
    var at = 0
    while at < count {
      let text = tide_utf8(frame, index, tide_row(selection, UInt32(truncatingIfNeeded: start &+ at)))
      texts[at] = text
      hashes[at] = Self.hash(UnsafeRawPointer(text.data), Int(truncatingIfNeeded: text.length), tag, seed)
      at &+= 1
    }
    probe(count)
    at = 0
    while at < count {
      if hasNulls, !column.isValid(Int(tide_row(selection, UInt32(truncatingIfNeeded: start &+ at)))) {
        var noValue = UInt8(TIDE_KEY_NULL)
        numbers[at] = withUnsafeBytes(of: &noValue) { number(of: $0) }
      } else if at > 0, hashes[at] == hashes[at &- 1], isSame(texts[at], texts[at &- 1]), !hasNulls {
        numbers[at] = numbers[at &- 1]
      } else {
        numbers[at] = find(at)
      }
      at &+= 1
    }
  }

  /// Of so many texts that are hashed: the slot that is likely to be each one's, one of its first two.
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

  /// The number of a text that `probe` has seen.
  @inline(__always)
  private func find(_ at: Int) -> UInt32 {
    let (hash, word, text, tag) = (scratch.hashes[at], scratch.words[at], scratch.texts[at], UInt8(TIDE_KEY_TEXT))
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
