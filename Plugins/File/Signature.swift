/// What the first bytes of a file say about it.
enum Signature {
  /// Compressed formats, by the name of their usual tool.
  enum Packed: String {
    case gzip, zstd, xz, bzip2

    var command: String {
      switch self {
      case .gzip: "zcat"
      case .zstd: "zstdcat"
      case .xz: "xzcat"
      case .bzip2: "bzcat"
      }
    }
  }

  case packed(Packed)
  /// A byte order mark of UTF-16.
  case wide
  /// Text whose first byte stands at `start`, behind a byte order mark of UTF-8 if there is one.
  case text(start: Int)

  /// Signatures: RFC 1952 2.3.1, RFC 8878 3.1.1, xz-file-format 2.1.1.1, bzip2's "BZh", Unicode 23.8.
  init(_ bytes: UnsafeRawBufferPointer) {
    func begins(_ with: [UInt8]) -> Bool { bytes.count >= with.count && bytes.prefix(with.count).elementsEqual(with) }
    self =
      if begins([0x1F, 0x8B]) { .packed(.gzip) } else if begins([0x28, 0xB5, 0x2F, 0xFD]) {
        .packed(.zstd)
      } else if begins([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]) {
        .packed(.xz)
      } else if begins([0x42, 0x5A, 0x68]) && bytes.count >= 10
        && bytes[4..<10].elementsEqual([0x31, 0x41, 0x59, 0x26, 0x53, 0x59])
      {
        .packed(.bzip2)
      } else if begins([0xFF, 0xFE]) || begins([0xFE, 0xFF]) { .wide } else {
        .text(start: begins([0xEF, 0xBB, 0xBF]) ? 3 : 0)
      }
  }
}
