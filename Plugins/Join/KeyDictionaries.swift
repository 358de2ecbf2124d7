import PluginKit

/// Key dictionaries that variants of kept rows refer to, each kept once, as long as a row needs it.
final class KeyDictionaries {
  private var entries: [(bytes: [UInt8], uses: Int)] = []
  private var numbers: [[UInt8]: UInt32] = [:]
  private var free: [UInt32] = []
  private(set) var byteCount = 0

  subscript(_ number: UInt32) -> [UInt8] { entries[Int(number)].bytes }

  /// True for a number that some row may refer to.
  func isKnown(_ number: UInt32) -> Bool { Int(number) < entries.count && !entries[Int(number)].bytes.isEmpty }

  /// The number of a dictionary; valid while something uses it, or until the next `sweep`.
  func number(of bytes: UnsafeRawBufferPointer) -> UInt32 {
    let bytes = Array(bytes)
    if let known = numbers[bytes] { return known }
    let number: UInt32
    if let old = free.popLast() {
      number = old
      entries[Int(old)] = (bytes, 0)
    } else {
      number = UInt32(entries.count)
      entries.append((bytes, 0))
    }
    numbers[bytes] = number
    byteCount += 2 * bytes.count + 64
    return number
  }

  func use(_ number: UInt32) { entries[Int(number)].uses += 1 }
  func release(_ number: UInt32) { entries[Int(number)].uses -= 1 }

  /// Forgets dictionaries that no row refers to, when there are many.
  func sweep() {
    guard numbers.count > 16 else { return }
    for number in entries.indices where entries[number].uses == 0 && !entries[number].bytes.isEmpty {
      byteCount -= 2 * entries[number].bytes.count + 64
      numbers[entries[number].bytes] = nil
      entries[number].bytes = []
      free.append(UInt32(number))
    }
  }
}
