import Glibc
import PluginKit

/// Turns paths and patterns into the files that they name, sorted by bytes, each once.
enum FileNames {
  static func expand(_ paths: [String]) throws -> [String] {
    var found: Set<String> = []
    for path in paths {
      found.formUnion(isPattern(path) ? try matches(of: path) : [path])
    }
    return found.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
  }

  /// True when a path stands for the files that fit it, and no file is called so.
  static func isPattern(_ path: String) -> Bool { path.contains { "*?[".contains($0) } && access(path, F_OK) != 0 }

  /// The files that fit a pattern now; maybe none.
  static func present(_ pattern: String) -> [String] {
    var list = glob_t()
    defer { globfree(&list) }
    guard glob(pattern, GLOB_MARK, nil, &list) == 0 else { return [] }
    return (0..<Int(list.gl_pathc)).compactMap { list.gl_pathv[$0].map { String(cString: $0) } }.filter { !$0.hasSuffix("/") }
  }

  /// The files that fit a pattern. Directories are left out: a pattern such as `logs/*` means the files.
  private static func matches(of pattern: String) throws -> [String] {
    var list = glob_t()
    defer { globfree(&list) }
    switch glob(pattern, GLOB_ERR | GLOB_NOSORT | GLOB_MARK, nil, &list) {
    case 0: break
    case GLOB_NOMATCH: throw FileFailure.noMatch(pattern)
    case GLOB_NOSPACE: throw PluginError.fatal("\(pattern): too many files")
    default: throw FileFailure.reading(pattern, errno)
    }
    let names = (0..<Int(list.gl_pathc)).compactMap { list.gl_pathv[$0].map { String(cString: $0) } }
    let files = names.filter { !$0.hasSuffix("/") }
    if files.isEmpty { throw FileFailure.onlyDirectories(pattern.hasSuffix("/") ? String(pattern.dropLast()) : pattern) }
    return files
  }
}
