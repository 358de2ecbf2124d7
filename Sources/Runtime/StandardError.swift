import Glibc
import Synchronization

/// Standard error, where everything goes that is not data: log lines, progress, reports.
public enum StandardError {
  private static let lock = Mutex<Void>(())
  /// The live display that a line must not be written into.
  private static let display = Mutex<(@Sendable () -> String)?>(nil)

  /// Writes text whole; lines of several threads do not mix. A live display is cleared first.
  public static func write(_ text: String) {
    let clearing = display.withLock { $0?() } ?? ""
    lock.withLock { _ in writeAll(clearing + text) }
  }

  /// Says how to clear the live display; nil = there is none.
  public static func onWrite(_ clear: (@Sendable () -> String)?) { display.withLock { $0 = clear } }

  static func writeDirectly(_ text: String) { lock.withLock { _ in writeAll(text) } }

  private static func writeAll(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      var at = 0
      while at < bytes.count {
        let count = Glibc.write(2, bytes.baseAddress! + at, bytes.count - at)
        // Nobody reads any more: there is nowhere left to say so.
        if count <= 0 { return }
        at += count
      }
    }
  }

  public static var isTerminal: Bool { isatty(2) == 1 }

  /// Columns and rows of the terminal, 80 x 24 when it does not say.
  static var size: (columns: Int, rows: Int) {
    var size = winsize()
    guard ioctl(2, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return (80, 24) }
    return (Int(size.ws_col), Int(size.ws_row))
  }
}
