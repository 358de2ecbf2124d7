import Glibc

/// Reads files of /proc, which are small, made on the spot, and may be gone the next moment.
struct ProcFolder {
  let path: String

  /// The lines of a file, nil when it cannot be read.
  func lines(_ name: String) -> [Substring]? { text(name).map { $0.split(separator: "\n") } }

  /// The text of a file, nil when it cannot be read.
  func text(_ name: String) -> String? {
    let file = open("\(path)/\(name)", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { _ = Glibc.close(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16 << 10)
    while bytes.count < 4 << 20 {
      let count = read(file, &chunk, chunk.count)
      if count == 0 { break }
      guard count > 0 else { return nil }
      bytes += chunk[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The processes there are now.
  func processes() -> [Int32] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var found: [Int32] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if let number = Int32(name), number > 0 { found.append(number) }
    }
    return found
  }
}

/// The words of a line, between spaces and tabs.
func words(_ line: Substring) -> [Substring] { line.split { $0 == " " || $0 == "\t" } }

/// Growth of a counter; nil when it went back, as it does when a device is replaced.
func growth(_ now: UInt64, since before: UInt64) -> Double? { now >= before ? Double(now - before) : nil }
