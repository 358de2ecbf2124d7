/// Bounds of what options and saved windows may say.
enum WindowLimits {
  /// Length of a pane, so that numbers of panes never leave their range.
  static let paneNanoseconds: Int64 = 4
  /// Length of a pane on the clock of a time zone: an hour that comes twice is walked through pane by pane. Bounds so close need
  /// no clock of a place.
  static let zonedPaneNanoseconds: Int64 = 60_000_000_000
  /// Results of one window and key before the one at hand: far above what a run can reach, and room to count on.
  static let corrections: ClosedRange<Int64> = 0...(1 << 62)
}
