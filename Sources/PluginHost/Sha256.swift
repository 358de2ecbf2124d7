import CHost
import CMd
import Glibc

/// SHA-256 (FIPS 180-4) of bytes that come in pieces: whole blocks by the processor where it can, the rest by libmd.
package struct Sha256 {
  private static let blockBytes = 64

  private var context = SHA2_CTX()

  package init() { SHA256Init(&context) }

  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    var rest = bytes
    let blocks = bytes.count / Self.blockBytes
    if blocks > 0, context.bitcount.0 % UInt64(8 * Self.blockBytes) == 0, takeBlocks(bytes, blocks) {
      context.bitcount.0 += UInt64(8 * Self.blockBytes * blocks)
      rest = UnsafeRawBufferPointer(rebasing: bytes[(Self.blockBytes * blocks)...])
    }
    guard let start = rest.baseAddress, rest.count > 0 else { return }
    SHA256Update(&context, start.assumingMemoryBound(to: UInt8.self), rest.count)
  }

  /// False where the processor has no instructions for it.
  private mutating func takeBlocks(_ bytes: UnsafeRawBufferPointer, _ count: Int) -> Bool {
    withUnsafeMutableBytes(of: &context.state) { state in
      tide_sha256_blocks(state.baseAddress!.assumingMemoryBound(to: UInt32.self), bytes.baseAddress, UInt64(count)) != 0
    }
  }

  package mutating func update(_ text: String) {
    var text = text
    text.withUTF8 { update(UnsafeRawBufferPointer($0)) }
  }

  /// 64 lower-case hexadecimal digits; ends the computation.
  package mutating func finish() -> String {
    var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
    SHA256Final(&digest, &context)
    let digits = Array("0123456789abcdef".utf8)
    var text = ""
    text.reserveCapacity(64)
    for byte in digest {
      text.unicodeScalars.append(Unicode.Scalar(digits[Int(byte >> 4)]))
      text.unicodeScalars.append(Unicode.Scalar(digits[Int(byte & 15)]))
    }
    return text
  }

  /// Hash of a file, read in 64 KiB pieces; when `copy` is a descriptor, what was read is also written there.
  /// Refuses a file that is larger than a plugin's may be.
  package static func file(_ path: String, copyingTo copy: Int32? = nil) throws(PluginError) -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw PluginError("cannot read \(path): \(FilePaths.systemMessage(errno))") }
    defer { close(descriptor) }
    if let problem = PluginFileReader.sizeProblem(path) { throw PluginError("\(path) \(problem)") }
    var hash = Sha256()
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 64)
    defer { piece.deallocate() }
    var count = 0
    while true {
      let got = read(descriptor, piece.baseAddress!, piece.count)
      if got == 0 { return hash.finish() }
      if got < 0 {
        if errno == EINTR { continue }
        throw PluginError("cannot read \(path): \(FilePaths.systemMessage(errno))")
      }
      count += got
      guard count <= PluginFileReader.byteLimit else {
        throw PluginError("\(path) has more than \(PluginFileReader.byteLimit >> 20) MiB, the most that a file of a plugin has")
      }
      hash.update(UnsafeRawBufferPointer(start: piece.baseAddress, count: got))
      if let copy { try FileWrites.writeAll(copy, UnsafeRawBufferPointer(start: piece.baseAddress, count: got), to: path) }
    }
  }
}
