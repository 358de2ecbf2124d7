import Glibc

/// Files and directories, as tests need them: whole, and with an error that names the path.
public enum Files {
  public struct Failure: Error, CustomStringConvertible {
    public let description: String
    init(_ path: String) { description = "\(path): \(String(cString: strerror(errno)))" }
  }

  public static func read(_ path: String) throws -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw Failure(path) }
    defer { close(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = Glibc.read(file, &chunk, chunk.count)
      if count < 0 { throw Failure(path) }
      if count == 0 { return bytes }
      bytes += chunk[..<count]
    }
  }

  public static func text(_ path: String) throws -> String { String(decoding: try read(path), as: UTF8.self) }

  public static func write(_ path: String, _ text: String, mode: mode_t = 0o644) throws {
    try write(path, Array(text.utf8), mode: mode)
  }

  public static func write(_ path: String, _ bytes: [UInt8], mode: mode_t = 0o644) throws {
    try write(path, bytes, O_TRUNC, mode)
  }

  /// Writes behind what a file holds.
  public static func append(_ path: String, _ text: String) throws { try write(path, Array(text.utf8), O_APPEND, 0o644) }

  private static func write(_ path: String, _ bytes: [UInt8], _ flag: Int32, _ mode: mode_t) throws {
    let file = open(path, O_WRONLY | O_CREAT | flag | O_CLOEXEC, mode)
    guard file >= 0 else { throw Failure(path) }
    defer { close(file) }
    var written = 0
    while written < bytes.count {
      let count = bytes[written...].withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      guard count > 0 else { throw Failure(path) }
      written += count
    }
  }

  public static func copy(_ source: String, _ target: String) throws {
    var status = stat()
    guard stat(source, &status) == 0 else { throw Failure(source) }
    try write(target, try read(source), mode: status.st_mode & 0o777)
  }

  public static func makeDirectory(_ path: String) throws {
    if mkdir(path, 0o755) != 0 && errno != EEXIST { throw Failure(path) }
  }

  public static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  public static func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Where a symbolic link leads.
  public static func link(_ path: String) throws -> String {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = buffer.withUnsafeMutableBytes { readlink(path, $0.baseAddress!, $0.count) }
    guard count >= 0 else { throw Failure(path) }
    return String(decoding: buffer[..<count], as: UTF8.self)
  }

  /// Names in a directory, sorted by their bytes; hidden ones are left out.
  public static func names(_ directory: String) throws -> [String] {
    guard let stream = opendir(directory) else { throw Failure(directory) }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Every file below a directory, as paths from it, sorted; hidden files and directories are left out.
  public static func tree(_ directory: String) throws -> [String] {
    try names(directory).flatMap { name -> [String] in
      let path = directory + "/" + name
      return isDirectory(path) ? try tree(path).map { name + "/" + $0 } : [name]
    }
  }

  /// Removes a file or a directory with all that is in it.
  public static func remove(_ path: String) {
    guard isDirectory(path), let stream = opendir(path) else {
      unlink(path)
      return
    }
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name != "." && name != ".." { remove(path + "/" + name) }
    }
    closedir(stream)
    rmdir(path)
  }
}

/// A directory of its own, removed with all that is in it when the value goes away.
public final class TemporaryDirectory: Sendable {
  public let path: String

  public init() throws {
    let place = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(place)/tidemill-test-XXXXXX".utf8CString)
    let made = template.withUnsafeMutableBufferPointer { mkdtemp($0.baseAddress!) }
    guard let made else { throw Files.Failure(place) }
    path = String(cString: made)
  }

  deinit { Files.remove(path) }

  /// A path in the directory.
  public func file(_ name: String) -> String { path + "/" + name }

  /// Writes a file in the directory, making the directories on its way, and gives its path.
  @discardableResult
  public func write(_ name: String, _ text: String) throws -> String { try write(name, Array(text.utf8)) }

  /// The same with bytes.
  @discardableResult
  public func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    let parts = name.split(separator: "/").dropLast()
    for count in parts.indices { _ = try directory(parts[...count].joined(separator: "/")) }
    try Files.write(file(name), bytes)
    return file(name)
  }

  /// The text of a file in the directory, nil when there is none.
  public func read(_ name: String) -> String? { try? Files.text(file(name)) }

  /// Makes a directory in it and gives its path.
  public func directory(_ name: String) throws -> String {
    try Files.makeDirectory(file(name))
    return file(name)
  }
}
