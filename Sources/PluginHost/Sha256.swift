import CMd
import Glibc

/// SHA-256 (FIPS 180-4), by libmd, of bytes that come in pieces.
package struct Sha256 {
  private var context = SHA2_CTX()

  package init() { SHA256Init(&context) }

  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.baseAddress else { return }
    SHA256Update(&context, start.assumingMemoryBound(to: UInt8.self), bytes.count)
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
