import CTidemill

extension KeyTable {
  /// Memory for one batch: hashes and places of some rows, and the numbers of all.
  struct Scratch {
    /// Rows that are looked up together: their first probes do not wait for each other.
    static let together = 64

    let hashes = UnsafeMutablePointer<UInt64>.allocate(capacity: Scratch.together)
    let words = UnsafeMutablePointer<UInt64>.allocate(capacity: Scratch.together)
    let texts = UnsafeMutablePointer<tide_string>.allocate(capacity: Scratch.together)
    /// Where the keys of the first probes stand, and bytes of them: what is read here is near when keys are compared.
    let starts = UnsafeMutablePointer<Int>.allocate(capacity: Scratch.together)
    let heads = UnsafeMutablePointer<UInt8>.allocate(capacity: Scratch.together)
    var numbers = UnsafeMutablePointer<UInt32>.allocate(capacity: 1024)
    var capacity = 1024
    /// By code of a dictionary: number + 1, 0 = not looked up.
    var byCode = UnsafeMutablePointer<UInt32>.allocate(capacity: 256)
    var codeCapacity = 256

    var byteCount: Int { (capacity + codeCapacity) * 4 + Self.together * 41 }

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
      starts.deallocate()
      heads.deallocate()
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
      if columns.isEmpty { fill(number(of: UnsafeRawBufferPointer(start: nil, count: 0)), count) } else { general(batch, columns) }
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

  private func coded(_ batch: Batch, _ column: ColumnView, _ codes: UnsafePointer<UInt16>, _ dictionary: ColumnView) {
    scratch.clearCodes(dictionary.count)
    let (numbers, byCode, count) = (scratch.numbers, scratch.byCode, batch.count)
    let tag = UInt8(TIDE_KEY_TEXT)
    if column.validity != nil {
      var noValue: UInt32?
      for at in 0..<count {
        let row = batch.selection.map { Int($0[at]) } ?? at
        if column.isValid(row) {
          let code = Int(codes[row])
          if byCode[code] == 0 { byCode[code] = number(tag: tag, dictionary.bytes(code), isTagged: true) &+ 1 }
          numbers[at] = byCode[code] &- 1
        } else {
          let number = noValue ?? number(of: reader.bytes(of: column, row: row))
          noValue = number
          numbers[at] = number
        }
      }
      return
    }
    var at = 0
    while at < count {
      let code = Int(codes[batch.selection.map { Int($0[at]) } ?? at])
      var found = byCode[code]
      if found == 0 {
        found = number(tag: tag, dictionary.bytes(code), isTagged: true) &+ 1
        byCode[code] = found
      }
      numbers[at] = found &- 1
      at &+= 1
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
    let (hashes, words, texts, numbers) = (scratch.hashes, scratch.words, scratch.texts, scratch.numbers + start)
    let (slots, mask, seed, limit, tag) = (self.slots, self.mask, self.seed, self.limit, UInt8(TIDE_KEY_TEXT))
    let (frame, index, selection) = (column.frame, column.index, batch.selection)
    let hasNulls = column.validity != nil
    var at = 0
    while at < count {
      let text = tide_utf8(frame, index, tide_row(selection, UInt32(truncatingIfNeeded: start &+ at)))
      texts[at] = text
      hashes[at] = Self.hash(UnsafeRawPointer(text.data), Int(truncatingIfNeeded: text.length), tag, seed)
      at &+= 1
    }
    at = 0
    while at < count {
      words[at] = slots[Int(truncatingIfNeeded: hashes[at]) & mask]
      at &+= 1
    }
    if limit > Self.near {
      let (starts, heads, entries, bytes) = (scratch.starts, scratch.heads, entries, bytes)
      at = 0
      while at < count {
        // A free slot names the last number of all, so it reads the first one.
        let number = Int(UInt32(truncatingIfNeeded: words[at]) &- 1)
        starts[at] = entries[number < limit ? number : 0].start
        at &+= 1
      }
      at = 0
      while at < count {
        heads[at] = bytes.load(fromByteOffset: starts[at], as: UInt8.self)
        at &+= 1
      }
    }
    at = 0
    while at < count {
      let (hash, word, text) = (hashes[at], words[at], texts[at])
      if hasNulls, !column.isValid(Int(tide_row(selection, UInt32(truncatingIfNeeded: start &+ at)))) {
        var noValue = UInt8(TIDE_KEY_NULL)
        numbers[at] = withUnsafeBytes(of: &noValue) { number(of: $0) }
      } else if at > 0, hash == hashes[at &- 1], isSame(text, texts[at &- 1]), !hasNulls {
        numbers[at] = numbers[at &- 1]
      } else {
        let (rest, length) = (UnsafeRawPointer(text.data!), Int(truncatingIfNeeded: text.length))
        let number = UInt32(truncatingIfNeeded: word) &- 1
        let isFound = word >> 32 == hash >> 32 && word != 0 && holds(number, hash, tag, rest, length, true)
        numbers[at] = isFound ? number : self.number(hash: hash, tag: tag, rest, length, isTagged: true)
      }
      at &+= 1
    }
  }

  @inline(__always)
  private func isSame(_ one: tide_string, _ other: tide_string) -> Bool {
    one.length == other.length && Self.isSame(one.data!, other.data!, Int(truncatingIfNeeded: one.length))
  }
}
