import PluginHost
import Testing

/// The hash that plugins are told apart by.
struct Sha256Tests {
  /// Examples of FIPS 180-4's own test vectors.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (String(repeating: "a", count: 1_000_000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
  ])
  func `known texts have their known hashes`(text: String, hash: String) {
    var whole = Sha256()
    whole.update(text)
    #expect(whole.finish() == hash)
  }

  /// Single bytes never make a whole block, so the instructions of the processor are held against the library here.
  @Test func `bytes that come one by one have the hash that they have together`() {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 3) }
    for count in [1, 63, 64, 65, 127, 128, 129, 191, 192, 640, 1000] {
      let hash = Self.hash(bytes[..<count], pieces: count)
      for piece in [1, 7, 64, 100, 128] {
        #expect(Self.hash(bytes[..<count], pieces: piece) == hash, "\(count) bytes in pieces of \(piece)")
      }
    }
  }

  private static func hash(_ bytes: ArraySlice<UInt8>, pieces size: Int) -> String {
    var hash = Sha256()
    for start in stride(from: bytes.startIndex, to: bytes.endIndex, by: size) {
      bytes[start..<min(start + size, bytes.endIndex)].withUnsafeBytes { hash.update($0) }
    }
    return hash.finish()
  }
}
