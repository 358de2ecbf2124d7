import Glibc

/// A C or C++ compiler of the machine, and the contract's place in the tree.
struct Compiler: Sendable, CustomStringConvertible {
  let command: String
  let language: [String]
  static let c = [Compiler(command: "cc", language: cFlags), Compiler(command: "clang", language: cFlags)]
  static let cxx = [Compiler(command: "g++", language: cxxFlags), Compiler(command: "clang++", language: cxxFlags)]
  static let all = c + cxx

  private static let cFlags = ["-x", "c", "-std=c11"]
  private static let cxxFlags = ["-x", "c++", "-std=c++17"]

  var description: String { "\(command) \(language[2])" }

  /// The root of the tree, found from this file.
  static let root: String = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }

  /// Runs the compiler with all warnings as errors, and gives what it said; empty when it was content.
  func run(_ arguments: [String]) -> String {
    let result = spawn(
      [command] + language + ["-Wall", "-Wextra", "-pedantic", "-Werror", "-I", Compiler.root + "/include"] + arguments)
    return result.status == 0 && result.output.isEmpty ? "" : "\(self): status \(result.status): \(result.output)"
  }
}

/// Headers of the contract, as they are included: "tidemill/frame.h".
func contractHeaders() -> [String] {
  var found: [String] = []
  func visit(_ folder: String) {
    guard let directory = opendir(Compiler.root + "/include/" + folder) else { return }
    defer { closedir(directory) }
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.hasSuffix(".h") { found.append(folder + "/" + name) } else if !name.contains(".") { visit(folder + "/" + name) }
    }
  }
  visit("tidemill")
  return found.sorted()
}

/// A file of its own under /tmp, removed when the value goes.
final class ScratchFile {
  let path: String
  init(suffix: String, text: String = "") {
    var template = Array("/tmp/tidemill-contract-XXXXXX\(suffix)".utf8CString)
    let descriptor = mkstemps(&template, Int32(suffix.utf8.count))
    precondition(descriptor >= 0, "a scratch file can be made under /tmp")
    path = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    _ = text.withCString { write(descriptor, $0, strlen($0)) }
    close(descriptor)
  }
  deinit { unlink(path) }
}

/// Runs a command found in PATH to its end; gives its status and what it wrote.
func spawn(_ command: [String]) -> (status: Int32, output: String) {
  var ends: [Int32] = [0, 0]
  precondition(pipe(&ends) == 0, "a pipe can be made")
  for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
  posix_spawn_file_actions_adddup2(&actions, ends[1], 2)
  var child: pid_t = 0
  var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
  defer { for argument in arguments { free(argument) } }
  let failure = posix_spawnp(&child, command[0], &actions, nil, &arguments, environ)
  close(ends[1])
  defer { close(ends[0]) }
  guard failure == 0 else { return (failure, "\(command[0]) cannot be run: \(String(cString: strerror(failure)))") }
  var output: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 4096)
  while true {
    let count = read(ends[0], &chunk, chunk.count)
    if count <= 0 { break }
    output += chunk[..<count]
  }
  var status: Int32 = 0
  waitpid(child, &status, 0)
  return (status, String(decoding: output, as: UTF8.self))
}
