import PluginKit

/// A path that is followed: the file that it leads to, and those that took its place before that one was read to its end.
final class FollowedName {
  let path: String
  /// Written in the options, not found by a pattern.
  let isListed: Bool
  /// Of the files that it leads to, one after the other.
  var partition: UInt32
  var current: FollowedFile?
  /// Read after `current`, oldest first.
  var next: [FollowedFile] = []
  /// The path may lead elsewhere now.
  var isStirred = true
  /// `current` has lost this name and nobody writes it any more: what is left of it is being read.
  var isClosing = false
  /// When `current` was first seen to have lost this name.
  var lostAt: Int64?
  /// What was last said to be wrong with it.
  var trouble = ""
  /// Where a restored position belongs, until the file is opened.
  var saved: SavedPosition?

  init(_ path: String, isListed: Bool, partition: UInt32) {
    self.path = path
    self.isListed = isListed
    self.partition = partition
  }

  var needsTurn: Bool { isStirred || current?.isStirred ?? !next.isEmpty }

  func settle() {
    isStirred = false
    current?.isStirred = false
  }
}

/// How far a file was read when a checkpoint was made.
struct SavedPosition {
  let path: String
  let position: UInt64
  /// Nil when it was saved by a version that did not know.
  let identity: FileIdentity?
}
