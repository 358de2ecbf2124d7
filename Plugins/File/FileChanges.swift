import Glibc

/// What the kernel tells about directories and files (inotify(7)): a source that follows files hears of a change at once.
///
/// Not everything that changes is told, least of all on network file systems, and a queue that overflows loses the rest; whoever
/// listens looks for itself from time to time.
final class FileChanges {
  enum Kind {
    /// A name came to be in a directory, made new or moved there.
    case appeared
    /// A name is gone from a directory because its file has another one now.
    case movedAway
    /// A name is gone from a directory.
    case deleted
    /// A file was written, cut or closed by a writer.
    case written
    /// Nothing more is told of what was watched: it is gone.
    case ended
    /// Changes were lost.
    case overflow
  }

  struct Change {
    /// What `watch` answered for the directory or the file.
    let watch: Int32
    let kind: Kind
    /// The same at both ends of one move, 0 otherwise.
    let cookie: UInt32
    /// Name in a directory.
    let name: String
  }

  /// Ready for reading when there are changes.
  let descriptor: Int32

  private static let directoryEvents = IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ONLYDIR
  private static let fileEvents = IN_MODIFY | IN_CLOSE_WRITE

  /// Nil when the kernel gives none: too many are open.
  init?() {
    descriptor = inotify_init1(Int32(IN_CLOEXEC | IN_NONBLOCK))
    if descriptor < 0 { return nil }
  }

  deinit { close(descriptor) }

  /// Nil when the directory is missing or may not be watched.
  func watch(directory: String) -> Int32? {
    let number = inotify_add_watch(descriptor, directory, UInt32(Self.directoryEvents))
    return number < 0 ? nil : number
  }

  /// Watches an open file, wherever it is renamed to.
  func watch(file: Descriptor) -> Int32? {
    let number = inotify_add_watch(descriptor, "/proc/self/fd/\(file.number)", UInt32(Self.fileEvents))
    return number < 0 ? nil : number
  }

  func unwatch(_ number: Int32) { _ = inotify_rm_watch(descriptor, number) }

  /// All changes since the last call, in their order.
  func take() -> [Change] {
    var changes: [Change] = []
    withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: 8) { bytes in
      while true {
        let count = read(descriptor, bytes.baseAddress, bytes.count)
        guard count > 0 else { return }
        Self.parse(UnsafeRawBufferPointer(rebasing: bytes[..<count]), into: &changes)
      }
    }
    return changes
  }

  /// struct inotify_event: watch, mask, cookie, length of the name, the name padded with NULs.
  private static func parse(_ bytes: UnsafeRawBufferPointer, into changes: inout [Change]) {
    var at = 0
    while at + 16 <= bytes.count {
      let watch = bytes.loadUnaligned(fromByteOffset: at, as: Int32.self)
      let mask = Int(bytes.loadUnaligned(fromByteOffset: at + 4, as: UInt32.self))
      let cookie = bytes.loadUnaligned(fromByteOffset: at + 8, as: UInt32.self)
      let length = Int(bytes.loadUnaligned(fromByteOffset: at + 12, as: UInt32.self))
      let end = min(at + 16 + length, bytes.count)
      let name = String(decoding: bytes[at + 16..<end].prefix { $0 != 0 }, as: UTF8.self)
      at = end
      if let kind = kind(mask) { changes.append(Change(watch: watch, kind: kind, cookie: cookie, name: name)) }
    }
  }

  private static func kind(_ mask: Int) -> Kind? {
    if mask & Int(IN_Q_OVERFLOW) != 0 { return .overflow }
    if mask & Int(IN_IGNORED) != 0 { return .ended }
    if mask & Int(IN_CREATE | IN_MOVED_TO) != 0 { return .appeared }
    if mask & Int(IN_MOVED_FROM) != 0 { return .movedAway }
    if mask & Int(IN_DELETE) != 0 { return .deleted }
    return mask & Int(fileEvents) != 0 ? .written : nil
  }
}
