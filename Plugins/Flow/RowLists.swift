import PluginKit

/// Room for two selections of one frame's rows.
final class RowLists {
  let first: UnsafeMutablePointer<UInt16>
  let second: UnsafeMutablePointer<UInt16>

  init() {
    first = .allocate(capacity: FrameLimits.maxRows + 1)
    second = .allocate(capacity: FrameLimits.maxRows + 1)
  }

  deinit {
    first.deallocate()
    second.deallocate()
  }
}
