import Glibc
import PluginManifest

/// Paths as text, and the few questions about files that the plugin host asks.
package enum FilePaths {
  package static func join(_ directory: String, _ name: String) -> String {
    directory.hasSuffix("/") ? directory + name : directory + "/" + name
  }

  /// Everything before the last component: "/a/b" gives "/a", "b" gives ".".
  package static func directory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  package static func name(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return path }
    return String(path[path.index(after: slash)...])
  }

  /// A plugin's name as its file tells it: "/x/libtidemill-file.so" gives "file", "/x/libdedupe.so" and "/x/dedupe.so" give
  /// "dedupe".
  static func stem(of path: String) -> String {
    var stem = Substring(name(of: path))
    if stem.hasSuffix(".so") { stem = stem.dropLast(3) }
    for prefix in ["libtidemill-", "lib"] where stem.hasPrefix(prefix) && stem.count > prefix.count {
      return String(stem.dropFirst(prefix.count))
    }
    return String(stem)
  }

  /// The path without symbolic links, nil when it does not exist.
  package static func resolved(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
  }

  /// The path from the root, made from the working directory when it is relative; links are left alone.
  package static func absolute(_ path: String) -> String {
    if path.hasPrefix("/") { return path }
    guard let here = getcwd(nil, 0) else { return path }
    defer { free(here) }
    var rest = Substring(path)
    while rest.hasPrefix("./") { rest = rest.dropFirst(2).drop { $0 == "/" } }
    return rest.isEmpty || rest == "." ? String(cString: here) : join(String(cString: here), String(rest))
  }

  /// What stands at the path, links followed; nil when nothing does.
  static func status(_ path: String) -> stat? {
    var result = stat()
    return stat(path, &result) == 0 ? result : nil
  }

  static func isDirectory(_ path: String) -> Bool { status(path).map { $0.st_mode & S_IFMT == S_IFDIR } ?? false }
  package static func isFile(_ path: String) -> Bool { status(path).map { $0.st_mode & S_IFMT == S_IFREG } ?? false }

  /// Names in a directory in byte order, without "." and ".."; nil when it cannot be read.
  static func names(in directory: String) -> [String]? {
    guard let stream = opendir(directory) else { return nil }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Makes a directory and those above it.
  static func makeDirectories(_ path: String, mode: mode_t = 0o755) throws(PluginError) {
    if isDirectory(path) { return }
    let parent = directory(of: path)
    if parent != path && parent != "." { try makeDirectories(parent, mode: mode) }
    if mkdir(path, mode) != 0 && errno != EEXIST {
      throw PluginError("cannot make the directory \(path): \(systemMessage(errno))")
    }
  }

  package static func systemMessage(_ code: Int32) -> String { String(cString: strerror(code)) }

  /// Text for a shell: quoted when it holds anything but plain characters.
  static func quoted(_ path: String) -> String {
    let isPlain = path.utf8.allSatisfy {
      UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0
        || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || "/._-+=:,@%".utf8.contains($0)
    }
    if isPlain && !path.isEmpty { return path }
    if path.unicodeScalars.contains(where: TerminalText.isControl) { return ansiQuoted(path) }
    var text = "'"
    for character in path { text += character == "'" ? "'\\''" : String(character) }
    return text + "'"
  }

  /// The same with escapes, `$'a\x1bb'`: what would steer a terminal is not in it.
  private static func ansiQuoted(_ path: String) -> String {
    var text = "$'"
    for scalar in path.unicodeScalars {
      switch scalar {
      case "'", "\\": text += "\\\(scalar)"
      case _ where TerminalText.isControl(scalar):
        for byte in String(scalar).utf8 { text += "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16) }
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text + "'"
  }
}
