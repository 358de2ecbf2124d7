import CWorker
import Glibc

/// What a process has that a plugin might have left behind.
struct ProcessState {
  let threads: Set<String>
  let descriptors: [String: String]
  let children: Set<String>
  let signals: UInt64
  let files: Set<String>
  let directory: String
  let mask: mode_t
  let locale: String

  static func now() -> ProcessState {
    let place = getcwd(nil, 0)
    defer { free(place) }
    let directory = place.map { String(cString: $0) } ?? ""
    let mask = umask(0)
    umask(mask)
    return ProcessState(
      threads: Set(names("/proc/self/task")), descriptors: descriptors(), children: children(),
      signals: tide_worker_handled_signals(), files: Set(names(".")), directory: directory, mask: mask,
      locale: setlocale(LC_ALL, nil).map { String(cString: $0) } ?? "")
  }

  /// What another state has beside this one, as a sentence; nil when nothing.
  func leftBehind(in later: ProcessState) -> String? {
    if let change = started(in: later) { return change }
    if later.signals & ~signals != 0 {
      return "it installed a handler of signal \((later.signals & ~signals).trailingZeroBitCount)"
    }
    if later.directory != directory { return "it changed the working directory" }
    if later.mask != mask { return "it changed the file mask" }
    if later.locale != locale { return "it changed the locale" }
    return nil
  }

  /// Threads, processes, descriptors and files alone.
  func started(in later: ProcessState) -> String? {
    let threads = later.threads.subtracting(self.threads).count
    if threads > 0 { return "\(threads) \(threads == 1 ? "thread is" : "threads are") left that it started" }
    let children = later.children.subtracting(self.children).count
    if children > 0 { return "\(children) \(children == 1 ? "process is" : "processes are") left that it started" }
    for (number, target) in later.descriptors.sorted(by: { $0.key < $1.key }) where descriptors[number] != target {
      return "descriptor \(number) is left open: \(target)"
    }
    if let file = later.files.subtracting(files).sorted().first { return "it made the file \(file)" }
    return nil
  }

  private static func names(_ directory: String) -> [String] {
    guard let handle = opendir(directory) else { return [] }
    defer { closedir(handle) }
    var names: [String] = []
    while let entry = readdir(handle) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  private static func descriptors() -> [String: String] {
    var found: [String: String] = [:]
    for name in names("/proc/self/fd") {
      var target = [UInt8](repeating: 0, count: Int(PATH_MAX))
      let length = target.withUnsafeMutableBytes { readlink("/proc/self/fd/\(name)", $0.baseAddress!, $0.count) }
      // The directory that is being read here is gone by now.
      if length > 0 { found[name] = String(decoding: target[..<length], as: UTF8.self) }
    }
    return found
  }

  private static func children() -> Set<String> {
    var found: Set<String> = []
    for task in names("/proc/self/task") {
      guard let file = fopen("/proc/self/task/\(task)/children", "re") else { continue }
      defer { fclose(file) }
      var line = [UInt8](repeating: 0, count: 4096)
      let length = fread(&line, 1, line.count, file)
      found.formUnion(String(decoding: line[..<length], as: UTF8.self).split(separator: " ").map(String.init))
    }
    return found
  }
}
