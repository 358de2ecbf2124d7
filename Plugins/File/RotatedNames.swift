import Glibc
import PluginKit

/// What full files are renamed to: the path and a number that grows, `events.jsonl.000001`. A number is never used again.
struct RotatedNames {
  private let path: String
  private let directory: String
  private let prefix: String
  /// Number of the next file.
  private(set) var next = 1

  init(_ path: String) {
    self.path = path
    let slash = path.lastIndex(of: "/")
    directory = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    prefix = (slash.map { String(path[path.index(after: $0)...]) } ?? path) + "."
  }

  func name(_ number: Int) -> String {
    let digits = String(number)
    return "\(path).\(String(repeating: "0", count: max(0, 6 - digits.count)))\(digits)"
  }

  /// Numbers of the files that are there, least first.
  func present() -> [Int] {
    guard let list = opendir(directory) else { return [] }
    defer { closedir(list) }
    var numbers: [Int] = []
    while let entry = readdir(list) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      let digits = name.dropFirst(prefix.count)
      guard name.hasPrefix(prefix), digits.count >= 6, digits.allSatisfy({ ("0"..."9").contains($0) }) else { continue }
      if let number = Int(digits) { numbers.append(number) }
    }
    return numbers.sorted()
  }

  /// Goes on behind the files that are there.
  mutating func begin() { next = max(next, (present().last ?? 0) + 1) }

  /// Renames the full file and gives its new name. Throws when it cannot be.
  mutating func move() throws -> String {
    while access(name(next), F_OK) == 0 { next += 1 }
    let target = name(next)
    guard rename(path, target) == 0 else { throw FileFailure.rotating(path, target, errno) }
    next += 1
    return target
  }

  /// Removes the oldest of the full files until no more than so many are left.
  func keep(_ count: Int) { for number in present().dropLast(count) { unlink(name(number)) } }

  /// Takes back what was renamed from number `first` on: the file that it names has its path again, later ones are gone.
  mutating func undo(from first: Int) {
    next = first
    let later = present().filter { $0 >= first }
    guard later.first == first else { return }
    for number in later.dropFirst() { unlink(name(number)) }
    _ = rename(name(first), path)
  }

  /// Makes new names last through a loss of power.
  func sync() {
    let folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { return }
    fsync(folder)
    close(folder)
  }
}
