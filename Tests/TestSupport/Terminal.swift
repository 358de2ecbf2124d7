import Glibc

/// A pseudo-terminal: what a program writes to `childEnd` goes where a person would see it, here to `read`.
public final class Terminal {
  /// The end that stands for the terminal in the child.
  public let childEnd: Int32
  private let ownEnd: Int32

  // ioctl numbers of Linux, <asm-generic/ioctls.h>: unlock a pseudo-terminal, ask for its number.
  private static let unlock: UInt = 0x4004_5431
  private static let number: UInt = 0x8004_5430

  public init() throws {
    ownEnd = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)
    guard ownEnd >= 0 else { throw Files.Failure("/dev/ptmx") }
    var off: Int32 = 0, number: Int32 = 0
    guard ioctl(ownEnd, Self.unlock, &off) == 0, ioctl(ownEnd, Self.number, &number) == 0 else {
      throw Files.Failure("/dev/ptmx")
    }
    childEnd = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
    guard childEnd >= 0 else { throw Files.Failure("/dev/pts/\(number)") }
  }

  deinit {
    close(ownEnd)
    close(childEnd)
  }

  /// Waits until there is something to read, or the time is up.
  func waitForOutput(milliseconds: Int32) {
    var wait = pollfd(fd: ownEnd, events: Int16(POLLIN), revents: 0)
    poll(&wait, 1, milliseconds)
  }

  /// What has been written to the terminal since the last call; never waits.
  public func read() -> String {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = Glibc.read(ownEnd, &chunk, chunk.count)
      if count <= 0 { return String(decoding: bytes, as: UTF8.self) }
      bytes += chunk[..<count]
    }
  }
}
