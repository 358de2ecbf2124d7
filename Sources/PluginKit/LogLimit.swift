/// Holds back log lines of one kind that come too often: a few at a time, then how many were left out.
public struct LogLimit {
  private let lines: Int
  private let window: Int64
  private var begin = Int64.min
  private var written = 0
  private var left = 0

  /// - Parameters:
  ///   - lines: the most lines in one window.
  ///   - window: how long a window is.
  public init(lines: Int = 5, per window: Duration = .seconds(10)) {
    self.lines = lines
    self.window = max(window.wholeNanoseconds, 1)
  }

  /// Writes the line, or counts it as left out.
  public mutating func log(_ level: Host.Level, _ text: @autoclosure () -> String, _ host: Host) {
    let now = host.now
    if now >= begin &+ window || begin == .min {
      begin = now
      written = 0
    }
    guard written < lines else {
      left += 1
      return
    }
    written += 1
    host.log(level, left > 0 ? "\(text()) (and \(left) more like it before)" : text())
    left = 0
  }
}
