import CMd
import Glibc

/// Tells whether the libraries that a file needs can be found, without loading any: an approximation of ld.so(8) that looks at
/// what this process has loaded, the file's own search path, LD_LIBRARY_PATH, and the system's directories.
struct LibraryResolver {
  /// A library that is not there, and who needs it.
  struct Missing: Equatable {
    var library: String
    /// The library on the way that needs it, nil when the plugin itself does.
    var neededBy: String?
  }

  private static let depthLimit = 16

  /// File names of what this process has loaded, with their paths.
  let loaded: [String: String]
  let environmentDirectories: [String]
  lazy var systemDirectories = Self.readSystemDirectories()
  /// What was found about a library at a path: nil = all it needs is there.
  private var known: [String: Missing?] = [:]

  init(environment: HostEnvironment) {
    loaded = Self.loadedLibraries()
    environmentDirectories = (environment.variables["LD_LIBRARY_PATH"] ?? "").split { $0 == ":" || $0 == ";" }.map(String.init)
  }

  /// The first library in the order of need that cannot be found.
  ///
  /// - Parameter companions: names of files that stand beside the plugin when it is loaded: `$ORIGIN` is a private directory
  ///   that holds these and nothing else.
  mutating func missing(for dynamic: ElfFile.Dynamic, in directory: String, companions: [String]) -> Missing? {
    missing(dynamic, directory, companions: Set(companions), depth: 0)
  }

  private mutating func missing(
    _ dynamic: ElfFile.Dynamic, _ origin: String, companions: Set<String>?, depth: Int
  ) -> Missing? {
    let own = (dynamic.runpath.isEmpty ? dynamic.rpath : dynamic.runpath)
    for name in dynamic.needed where loaded[name] == nil {
      guard let path = find(name, own, origin, companions) else { return Missing(library: name) }
      if let missing = missingBelow(path, depth: depth + 1) {
        return Missing(library: missing.library, neededBy: missing.neededBy ?? name)
      }
    }
    return nil
  }

  private mutating func missingBelow(_ path: String, depth: Int) -> Missing? {
    if let answer = known[path] { return answer }
    known[path] = .some(nil)
    guard depth < Self.depthLimit, let dynamic = try? ElfFile(path: path).dynamic() else { return nil }
    let answer = missing(dynamic, FilePaths.directory(of: path), companions: nil, depth: depth)
    known[path] = .some(answer)
    return answer
  }

  /// Path of a library that the loader would take.
  private mutating func find(_ name: String, _ own: [String], _ origin: String, _ companions: Set<String>?) -> String? {
    if name.contains("/") { return isLibrary(name) ? name : nil }
    for entry in own {
      var directory = entry
      var isOrigin = false
      for token in ["${ORIGIN}", "$ORIGIN"] where directory.contains(token) {
        isOrigin = true
        directory = directory.split(separator: token, omittingEmptySubsequences: false).joined(separator: origin)
      }
      let path = FilePaths.join(directory, name)
      if isOrigin, let companions {
        let relative = path.hasPrefix(origin + "/") ? Self.simplified(String(path.dropFirst(origin.utf8.count + 1))) : path
        guard companions.contains(relative) else { continue }
      }
      if isLibrary(path) { return path }
    }
    for directory in environmentDirectories + systemDirectories {
      let path = FilePaths.join(directory, name)
      if isLibrary(path) { return path }
    }
    return nil
  }

  /// A relative path without "." and empty parts.
  private static func simplified(_ path: String) -> String {
    path.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
  }

  /// Whether a file is there that starts like a library for this processor.
  func isLibrary(_ path: String) -> Bool {
    guard let file = try? FileBytes(path: path), let start = file.bytes(at: 0, count: 20) else { return false }
    return start.starts(with: [0x7F, 0x45, 0x4C, 0x46, 2, 1]) && UInt16(start[18]) | UInt16(start[19]) << 8 == ElfMachine.host
  }

  private static func loadedLibraries() -> [String: String] {
    var paths: [String: String] = [:]
    withUnsafeMutablePointer(to: &paths) { paths in
      _ = dl_iterate_phdr(
        { info, _, data in
          let object = UnsafeRawPointer(info!).assumingMemoryBound(to: tide_loaded_object.self)
          if let path = object.pointee.name, path.pointee != 0 {
            let path = String(cString: path)
            let paths = data!.assumingMemoryBound(to: [String: String].self)
            // The first of a name is what others find by it.
            if paths.pointee[FilePaths.name(of: path)] == nil { paths.pointee[FilePaths.name(of: path)] = path }
          }
          return 0
        }, paths)
    }
    return paths
  }

  /// The directories of /etc/ld.so.conf and the ones that the loader has built in.
  private static func readSystemDirectories() -> [String] {
    var directories: [String] = []
    readConfiguration("/etc/ld.so.conf", depth: 0, &directories)
    #if arch(x86_64)
      let triple = "x86_64-linux-gnu"
    #elseif arch(arm64)
      let triple = "aarch64-linux-gnu"
    #else
      let triple = "riscv64-linux-gnu"
    #endif
    directories += ["/lib/\(triple)", "/usr/lib/\(triple)", "/lib64", "/usr/lib64", "/lib", "/usr/lib"]
    var seen: Set<String> = []
    return directories.filter { seen.insert($0).inserted && FilePaths.isDirectory($0) }
  }

  private static func readConfiguration(_ path: String, depth: Int, _ directories: inout [String]) {
    guard depth < 8, let bytes = try? FileBytes(path: path).all(limit: 1 << 20) else { return }
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      let words = line.prefix { $0 != "#" }.split { $0 == " " || $0 == "\t" || $0 == "," || $0 == ":" }.map(String.init)
      if words.first == "include" {
        for pattern in words.dropFirst() {
          let absolute = pattern.hasPrefix("/") ? pattern : FilePaths.join(FilePaths.directory(of: path), pattern)
          for file in glob(absolute) {
            readConfiguration(file, depth: depth + 1, &directories)
          }
        }
      } else if words.first != "hwcap" {
        directories += words.filter { $0.hasPrefix("/") }
      }
    }
  }

  private static func glob(_ pattern: String) -> [String] {
    var result = glob_t()
    defer { globfree(&result) }
    guard Glibc.glob(pattern, 0, nil, &result) == 0 else { return [] }
    return (0..<Int(result.gl_pathc)).compactMap { result.gl_pathv[$0].map { String(cString: $0) } }
  }
}
