import PluginKit

/// How many different values there were: `distinct(x)`. Exact up to 256 of them, a HyperLogLog beyond.
final class DistinctCell: StateCell {
  /// Hashes that are kept as they are.
  static let exactLimit = 256

  /// The block of a state: this, then the hashes in a table of open addressing, in which 0 is free, or the registers.
  private struct Head {
    var count = 0
    /// Of the table; 0 with registers.
    var capacity = 0
  }

  override var signature: UInt64 { 8 }
  override var byteCount: Int { 8 }

  private func head(_ state: UnsafeRawPointer) -> UnsafeMutablePointer<Head>? {
    state.load(as: UnsafeMutablePointer<Head>?.self)
  }
  private func hashes(_ head: UnsafeMutablePointer<Head>) -> UnsafeMutablePointer<UInt64> {
    UnsafeMutableRawPointer(head + 1).assumingMemoryBound(to: UInt64.self)
  }
  private func registers(_ head: UnsafeMutablePointer<Head>) -> UnsafeMutablePointer<UInt8> {
    UnsafeMutableRawPointer(head + 1).assumingMemoryBound(to: UInt8.self)
  }
  private func bytes(_ capacity: Int) -> Int {
    MemoryLayout<Head>.size + (capacity == 0 ? HyperLogLog.registers : capacity * 8)
  }

  private func make(_ capacity: Int, _ state: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Head> {
    let block = heap.allocate(bytes(capacity))
    block.initializeMemory(as: UInt8.self, repeating: 0, count: bytes(capacity))
    state.storeBytes(of: block, as: UnsafeMutableRawPointer.self)
    let head = block.bindMemory(to: Head.self, capacity: 1)
    head.pointee.capacity = capacity
    return head
  }

  override func destroy(_ state: UnsafeMutableRawPointer) {
    guard let head = head(state) else { return }
    heap.deallocate(head, bytes(head.pointee.capacity))
    state.storeBytes(of: 0, as: Int.self)
  }

  override func update(_ visit: Visit, _ column: ArgumentColumn, _ order: RowOrder) {
    forEachValue(visit, column) { _, value, state in add(value.canonical.hash, state) }
  }

  @inline(__always) private func add(_ hash: UInt64, _ state: UnsafeMutableRawPointer) {
    guard let head = head(state), head.pointee.capacity == 0 else { return addExact(hash, state) }
    HyperLogLog.add(hash, registers(head))
  }

  private func addExact(_ hash: UInt64, _ state: UnsafeMutableRawPointer) {
    let hash = max(hash, 1)
    let head = head(state) ?? make(8, state)
    let table = hashes(head)
    let place = Self.place(of: hash, in: table, head.pointee.capacity)
    if table[place] == hash { return }
    if head.pointee.count == Self.exactLimit {
      replace(head, 0, state)
      HyperLogLog.add(hash, registers(self.head(state)!))
    } else if 2 * (head.pointee.count + 1) > head.pointee.capacity {
      replace(head, head.pointee.capacity * 2, state)
      addExact(hash, state)
    } else {
      table[place] = hash
      head.pointee.count &+= 1
    }
  }

  private static func place(of hash: UInt64, in table: UnsafeMutablePointer<UInt64>, _ capacity: Int) -> Int {
    var place = Int(truncatingIfNeeded: hash) & (capacity - 1)
    while table[place] != 0, table[place] != hash { place = (place + 1) & (capacity - 1) }
    return place
  }

  /// Moves the hashes of a table into a larger one, or into registers.
  private func replace(_ old: UnsafeMutablePointer<Head>, _ capacity: Int, _ state: UnsafeMutableRawPointer) {
    let made = make(capacity, state)
    forEachHash(old) { hash in
      if capacity == 0 {
        HyperLogLog.add(hash, registers(made))
      } else {
        hashes(made)[Self.place(of: hash, in: hashes(made), capacity)] = hash
        made.pointee.count &+= 1
      }
    }
    heap.deallocate(old, bytes(old.pointee.capacity))
  }

  private func forEachHash(_ head: UnsafeMutablePointer<Head>, _ body: (UInt64) -> Void) {
    let table = hashes(head)
    for place in 0..<head.pointee.capacity where table[place] != 0 { body(table[place]) }
  }

  override func merge(_ from: UnsafeRawPointer, into state: UnsafeMutableRawPointer) {
    guard let other = head(from) else { return }
    if other.pointee.capacity > 0 { return forEachHash(other) { add($0, state) } }
    let own: UnsafeMutablePointer<Head>
    if let head = head(state) {
      if head.pointee.capacity > 0 { replace(head, 0, state) }
      own = self.head(state)!
    } else {
      own = make(0, state)
    }
    let (mine, theirs) = (registers(own), registers(other))
    for place in 0..<HyperLogLog.registers { mine[place] = max(mine[place], theirs[place]) }
  }

  override func save(_ state: UnsafeRawPointer, _ out: inout StateBytesWriter) {
    guard let head = head(state) else { return out.put(UInt16(0)) }
    guard head.pointee.capacity > 0 else {
      out.put(UInt16.max)
      out.bytes.append(contentsOf: UnsafeBufferPointer(start: registers(head), count: HyperLogLog.registers))
      return
    }
    // In order, so that equal states are equal bytes.
    var all: [UInt64] = []
    forEachHash(head) { all.append($0) }
    out.put(UInt16(all.count))
    for hash in all.sorted() { out.put(hash) }
  }

  override func restore(_ state: UnsafeMutableRawPointer, _ from: inout StateBytesReader) throws {
    let count: UInt16 = try from.get()
    if count != .max {
      guard Int(count) <= Self.exactLimit else { throw StateBytesReader.damaged("\(count) hashes") }
      for _ in 0..<count { addExact(try from.get(), state) }
      return
    }
    let saved = try from.take(HyperLogLog.registers)
    guard saved.allSatisfy({ Int($0) <= HyperLogLog.maxRank }) else {
      throw StateBytesReader.damaged("a rank above the greatest")
    }
    UnsafeMutableRawBufferPointer(start: registers(make(0, state)), count: saved.count).copyMemory(from: saved)
  }

  func count(_ state: UnsafeRawPointer) -> Int {
    guard let head = head(state) else { return 0 }
    return head.pointee.capacity > 0 ? head.pointee.count : Int(HyperLogLog.estimate(registers(head)).rounded())
  }
}
