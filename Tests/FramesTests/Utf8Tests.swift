import CHost
import Glibc
import TestSupport
import Testing

/// The check of many bytes at once against the one that goes a character at a time, which ChecksumTests hold against the library.
struct Utf8Tests {
  /// Where the two disagree; nil when nowhere. The bytes end at the end of a page.
  private func difference(_ bytes: [UInt8]) -> String? {
    let memory = AlignedBytes(count: bytes.count)
    memcpy(memory.memory, bytes, bytes.count)
    var ascii: (Int32, Int32) = (-1, -1)
    let fast = tide_utf8_prefix(memory.memory, UInt64(bytes.count), &ascii.0)
    let slow = tide_utf8_prefix_portable(memory.memory, UInt64(bytes.count), &ascii.1)
    return fast == slow && ascii.0 == ascii.1 ? nil : "\(fast) instead of \(slow), ascii \(ascii): \(bytes)"
  }

  @Test func `random texts of every length, broken at random, end at the same byte`() {
    let seed: UInt64 = 0x7EED_0020
    var random = SplitMix(seed: seed)
    let pieces = [
      "a", "long plain text ", "é", "€", "𝄞", "\u{7FF}", "\u{800}", "\u{FFFF}", "\u{10FFFF}", "\u{D7FF}", "\u{E000}",
    ]
    .map { Array($0.utf8) }
    for length in 0..<600 {
      for _ in 0..<4 {
        var bytes: [UInt8] = []
        let kinds = Int.random(in: 1...pieces.count, using: &random)
        while bytes.count < length { bytes += pieces[Int.random(in: 0..<kinds, using: &random)] }
        bytes.removeLast(bytes.count - length)
        for _ in 0..<Int.random(in: 0...2, using: &random) where length > 0 {
          let at = Int.random(in: 0..<length, using: &random)
          bytes[at] = Bool.random(using: &random) ? UInt8.random(in: 0...255, using: &random) : bytes[at] ^ 0x40
        }
        if let difference = difference(bytes) { Issue.record("seed \(seed): \(difference)") }
      }
    }
  }

  /// Two bytes of every value, and the two that may follow, across the borders of the blocks that are checked at once.
  @Test func `every beginning of a character is judged alike wherever it stands`() {
    let followers: [(UInt8, UInt8)] = [(0x61, 0x61), (0x80, 0x61), (0x80, 0x80), (0xBF, 0xBF)]
    let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: 256)
    defer { bytes.deallocate() }
    var differences = 0
    for place in [63, 64, 93, 95, 96, 124, 125, 126, 127, 128, 156, 187] {
      for pair in 0..<65536 {
        let (third, fourth) = followers[(pair ^ pair >> 5) & 3]
        memset(bytes, 0x61, 256)
        bytes[place] = UInt8(pair >> 8)
        bytes[place + 1] = UInt8(pair & 0xFF)
        bytes[place + 2] = third
        bytes[place + 3] = fourth
        if tide_utf8_prefix(bytes, 192, nil) != tide_utf8_prefix_portable(bytes, 192, nil) { differences += 1 }
      }
    }
    #expect(differences == 0)
  }
}
