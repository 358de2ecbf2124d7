import CHost
import Frames
import TestSupport
import Testing

struct ChecksumTests {
  /// RFC 3720, appendix B.4.
  @Test func `CRC32C gives the known values, by instruction and by table`() {
    let vectors: [([UInt8], UInt32)] = [
      ([], 0),
      ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
      ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
      ((0..<32).map { UInt8($0) }, 0x46DD_794E),
      ((0..<32).map { UInt8(31 - $0) }, 0x113F_DB5C),
      (Array("123456789".utf8), 0xE306_9283),
    ]
    for (bytes, crc) in vectors {
      #expect(tide_crc32c(0, bytes, UInt64(bytes.count)) == crc)
      #expect(tide_crc32c_portable(0, bytes, UInt64(bytes.count)) == crc)
    }
  }

  @Test func `CRC32C of pieces is that of the whole`() {
    var random = SplitMix(seed: 0x7EED_0003)
    for _ in 0..<500 {
      let bytes = (0..<Int.random(in: 0..<200, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      let cut = Int.random(in: 0...bytes.count, using: &random)
      let whole = tide_crc32c(0, bytes, UInt64(bytes.count))
      let first = tide_crc32c(0, bytes, UInt64(cut))
      let both = bytes.withUnsafeBytes {
        tide_crc32c_portable(first, $0.baseAddress.map { $0 + cut }, UInt64(bytes.count - cut))
      }
      #expect(both == whole)
    }
  }

  /// Bit by bit, as the polynomial defines it.
  private func crc32c(_ crc: UInt32, _ bytes: UnsafeRawBufferPointer) -> UInt32 {
    ~bytes.reduce(~crc) { state, byte in
      (0..<8).reduce(state ^ UInt32(byte)) { state, _ in state >> 1 ^ (state & 1 == 0 ? 0 : 0x82F6_3B78) }
    }
  }

  @Test func `CRC32C is that of its definition at every length and alignment`() {
    let seed: UInt64 = 0x7EED_0005
    var random = SplitMix(seed: seed)
    let bytes = (0..<20_000).map { _ in UInt8.random(in: 0...255, using: &random) }
    bytes.withUnsafeBytes { bytes in
      for round in 0..<1500 {
        let from = Int.random(in: 0..<64, using: &random)
        let most = [500, 4000, bytes.count - from][round % 3]
        let piece = UnsafeRawBufferPointer(rebasing: bytes[from..<from + Int.random(in: 0...most, using: &random)])
        let start = UInt32.random(in: 0 ... .max, using: &random)
        let crc = tide_crc32c(start, piece.baseAddress, UInt64(piece.count))
        #expect(tide_crc32c_portable(start, piece.baseAddress, UInt64(piece.count)) == crc, "seed \(seed), round \(round)")
        if round % 10 == 0 { #expect(crc32c(start, piece) == crc, "seed \(seed), round \(round)") }
      }
    }
  }

  @Test func `UTF-8 is judged as the standard library judges it`() {
    let seed: UInt64 = 0x7EED_0004
    var random = SplitMix(seed: seed)
    let pieces: [[UInt8]] =
      ["a", "é", "€", "𝄞", "\u{0}", "\u{7FF}", "\u{800}", "\u{FFFF}", "\u{10FFFF}", "\u{D7FF}", "\u{E000}"].map {
        Array($0.utf8)
      }
      + [
        [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80], [0xF0, 0x8F, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80],
        [0xF5], [0xFF], [0x80], [0xE2, 0x82], [0xF0, 0x9D, 0x84],
      ]
    for _ in 0..<20_000 {
      var bytes: [UInt8] = []
      for _ in 0..<Int.random(in: 0..<12, using: &random) {
        let bad = Int.random(in: 0..<8, using: &random) == 0
        bytes += pieces[bad ? Int.random(in: 11..<pieces.count, using: &random) : Int.random(in: 0..<11, using: &random)]
        if Int.random(in: 0..<4, using: &random) == 0 { bytes += [UInt8](repeating: 0x61, count: 40) }
      }
      var ascii: Int32 = -1
      let good = tide_utf8_prefix(bytes, UInt64(bytes.count), &ascii)
      #expect((good == bytes.count) == (String(validating: bytes, as: UTF8.self) != nil), "seed \(seed): \(bytes)")
      #expect((ascii == 1) == bytes.allSatisfy { $0 < 0x80 })
      #expect(String(validating: bytes[..<Int(good)], as: UTF8.self) != nil)
    }
  }
}
