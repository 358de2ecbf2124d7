/// Which runs of panes are windows. A window is named by the number of the pane that it ends before.
///
/// Sliding windows of `size` panes begin every `stride` panes; tumbling ones are those whose size is the stride. Of cumulating ones
/// every pane ends one, which begins at the last multiple of `size` before.
struct WindowShape: Equatable {
  let size: Int64
  let stride: Int64
  let isCumulative: Bool

  /// Most panes of a window.
  static let maxPanes: Int64 = 100_000

  /// The first window that ends before this pane or a later one.
  func end(atLeast end: Int64) -> Int64 {
    isCumulative ? end : Self.floor(end - size + stride - 1, stride) + size
  }

  /// The first window that a pane is in.
  func firstEnd(of pane: Int64) -> Int64 { isCumulative ? pane + 1 : Self.floor(pane - size, stride) + stride + size }

  /// The last window that a pane is in.
  func lastEnd(of pane: Int64) -> Int64 { (isCumulative ? Self.floor(pane, size) : Self.floor(pane, stride)) + size }

  /// The window that ends before another one.
  func end(before end: Int64) -> Int64 { isCumulative ? end - 1 : end - stride }

  /// The pane that a window begins with.
  func start(of end: Int64) -> Int64 { isCumulative ? Self.floor(end - 1, size) : end - size }

  /// The last multiple of `step` that is not above a number.
  private static func floor(_ number: Int64, _ step: Int64) -> Int64 {
    let rest = number % step
    return number - (rest < 0 ? rest + step : rest)
  }
}
