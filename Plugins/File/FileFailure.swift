import Glibc
import PluginKit

/// What can go wrong with a file, as sentences that name it and, where there is one, the fix.
enum FileFailure {
  static func reading(_ path: String, _ code: Int32) -> PluginError {
    switch code {
    case ENOENT: .fatal("\(path): there is no such file")
    case EACCES, EPERM: .fatal("\(path): this user may not read it (\(errnoText(code)))")
    case EISDIR: directory(path)
    case EMFILE, ENFILE: .fatal("\(path): too many files are open; raise the limit with 'ulimit -n'")
    default: .fatal("\(path): cannot be read: \(errnoText(code))")
    }
  }

  static func writing(_ path: String, _ code: Int32) -> PluginError {
    switch code {
    case ENOENT, ENOTDIR: .fatal("\(path): its directory does not exist; make it with 'mkdir -p \(parent(of: path))'")
    case EACCES, EPERM, EROFS: .fatal("\(path): this user may not write it (\(errnoText(code)))")
    case EISDIR: .fatal("\(path): is a directory; name a file in it")
    case ENOSPC, EDQUOT: .fatal("\(path): the disk is full (\(errnoText(code)))")
    case EPIPE: .fatal("\(path): the reader of this pipe is gone")
    case ENXIO: .fatal("\(path): is a pipe that nothing reads")
    default: .fatal("\(path): cannot be written: \(errnoText(code))")
    }
  }

  static func directory(_ path: String) -> PluginError {
    .fatal("\(path): is a directory; to read the files in it, write '\(path.hasSuffix("/") ? path : path + "/")*'")
  }

  static func notRegular(_ path: String) -> PluginError {
    .fatal("\(path): is not a regular file; to read a pipe or a device, use the source 'stdin'")
  }

  static func noMatch(_ pattern: String) -> PluginError { .fatal("\(pattern): no file has such a name") }

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
