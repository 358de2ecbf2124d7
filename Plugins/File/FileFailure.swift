import Glibc
import PluginKit

/// What can go wrong with a file, as sentences that name it and, where there is one, the fix.
enum FileFailure {
  static func reading(_ path: String, _ code: Int32) -> PluginError {
    switch code {
    case ENOENT: missing(path)
    case EACCES, EPERM: .fatal("\(path): this user may not read it (\(errnoText(code)))")
    case EISDIR: directory(path)
    case EMFILE, ENFILE: .fatal("\(path): too many files are open; raise the limit with 'ulimit -n'")
    default: .fatal("\(path): cannot be read: \(errnoText(code))")
    }
  }

  /// `unsupported` where a new instance would meet the same: the host starts none then. `retry` where somebody may make room.
  static func writing(_ path: String, _ code: Int32) -> PluginError {
    switch code {
    case ENOENT: noDirectory(path)
    case EACCES, EPERM, EROFS: PluginError(.unsupported, "\(path): this user may not write it (\(errnoText(code)))")
    case EISDIR: .fatal("\(path): is a directory; name a file in it")
    case ENOSPC, EDQUOT: .retry("\(path): the disk is full (\(errnoText(code)))")
    case EPIPE: PluginError(.unsupported, "\(path): the reader of this pipe is gone")
    case ENXIO: .fatal("\(path): is a pipe that nothing reads")
    case EBADF, EFBIG: PluginError(.unsupported, "\(path): cannot be written: \(errnoText(code))")
    default: .fatal("\(path): cannot be written: \(errnoText(code))")
    }
  }

  /// What was written before may be lost, so there is nothing to try again.
  static func syncing(_ path: String, _ code: Int32) -> PluginError {
    let failure = writing(path, code)
    return PluginError(failure.code == .retry ? .unsupported : failure.code, failure.text)
  }

  private static func missing(_ path: String) -> PluginError {
    if let hint = unexpanded(path) { return .fatal("\(path): there is no such file; \(hint)") }
    if let target = target(of: path) { return .fatal("\(path): is a link to '\(target)', which is not there") }
    return .fatal("\(path): there is no such file")
  }

  private static func noDirectory(_ path: String) -> PluginError {
    if let hint = unexpanded(path) { return .fatal("\(path): its directory does not exist; \(hint)") }
    if let target = target(of: path) {
      return .fatal(
        "\(path): is a link to '\(target)', whose directory does not exist; make it with 'mkdir -p \(parent(of: target))'")
    }
    return .fatal("\(path): its directory does not exist; make it with 'mkdir -p \(parent(of: path))'")
  }

  /// What a shell would have put in the place of a part of the path, and nothing here does.
  private static func unexpanded(_ path: String) -> String? {
    if path == "~" || path.hasPrefix("~/") { return "'~' is not expanded: write ${HOME}\(path.dropFirst())" }
    if path.hasPrefix("~") { return "'~' is not expanded: write the directory itself" }
    if path.contains("**") { return "'**' stands for one name, as '*' does: give a pattern for each depth under 'paths'" }
    return nil
  }

  /// Where a link leads in the end, as a path that can be used; nil for what is no link.
  private static func target(of path: String) -> String? {
    var found: String?
    var place = path
    // As many links as the kernel follows (path_resolution(7)).
    for _ in 0..<40 {
      var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
      let count = buffer.withUnsafeMutableBytes { readlink(place, $0.baseAddress!, $0.count) }
      guard count > 0 else { break }
      let link = String(decoding: buffer[..<count], as: UTF8.self)
      place = link.hasPrefix("/") || !place.contains("/") ? link : parent(of: place) + "/" + link
      found = place
    }
    return found
  }

  static func directory(_ path: String) -> PluginError {
    .fatal("\(path): is a directory; to read the files in it, write '\(path.hasSuffix("/") ? path : path + "/")*'")
  }

  static func notRegular(_ path: String) -> PluginError {
    .fatal("\(path): is not a regular file; to read a pipe or a device, use the source 'stdin'")
  }

  static func noMatch(_ pattern: String) -> PluginError {
    .fatal("\(pattern): no file has such a name\(unexpanded(pattern).map { "; \($0)" } ?? "")")
  }

  static func onlyDirectories(_ pattern: String) -> PluginError {
    .fatal("\(pattern): only directories have such names; to read the files in them, write '\(pattern)/*'")
  }

  static func packed(_ path: String, _ kind: Signature.Packed) -> PluginError {
    .fatal(
      "\(path): is compressed (\(kind.rawValue)), which this version does not read; unpack it, or use the source 'stdin' as in "
        + "'\(kind.command) \(path) | tidemill run …'")
  }

  static func wide(_ path: String) -> PluginError {
    .fatal("\(path): is UTF-16; convert it with 'iconv -f UTF-16 -t UTF-8 \(path)'")
  }

  static func shrunk(_ path: String, _ length: Int64, _ position: UInt64) -> PluginError {
    PluginError(.state, "\(path): holds \(length) bytes, but the checkpoint stands at byte \(position); is it another file?")
  }

  static func rotating(_ path: String, _ target: String, _ code: Int32) -> PluginError {
    .fatal("\(path): cannot be renamed to \(target): \(errnoText(code))")
  }

  static func notRotatable(_ path: String) -> PluginError {
    .config("\(path) is a pipe or a device, which cannot be rotated", at: "path")
  }

  static func written(_ path: String) -> PluginError {
    .fatal("\(path): this process writes that file, so it cannot be an input too; choose another path for the output")
  }

  static func inUse(_ path: String) -> PluginError {
    .fatal("\(path): this process has that file open already, as an input or another output; choose another path")
  }

  private static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
