/// How a source's watermark W follows its event times. W is exclusive: no event before it is expected, one at W is.
public enum WatermarkPolicy: Sendable, Equatable {
  /// W = largest event time seen - delay, moved event by event.
  case delay(nanoseconds: Int64)
  /// Event times never go back: a delay of 0.
  case monotonic

  public var delayNanoseconds: Int64 {
    switch self {
    case .delay(let nanoseconds): nanoseconds
    case .monotonic: 0
    }
  }
}

/// What becomes of a row that a node rejects, and of a node that fails.
public enum OnError: String, Sendable, CaseIterable {
  /// Rejected rows go to the dead-letter port (counted and logged where nothing reads it).
  case deadLetter = "dead_letter"
  /// The pipeline stops with the error.
  case stop
}

public enum Delivery: String, Sendable, CaseIterable {
  case atMostOnce = "at_most_once"
}

/// What a full edge does.
public enum WhenFull: String, Sendable, CaseIterable {
  /// The producer waits.
  case block
}

/// Bounds of each edge into a node.
public struct BufferPlan: Sendable, Equatable {
  /// Most frames that wait.
  public var frames: Int
  /// Most bytes that wait.
  public var bytes: Int
  public var whenFull: WhenFull

  /// What an edge has when the manifest says nothing.
  public static let defaultFrames = 64
  public static let defaultBytes = 4 << 20
  static let framesRange = 1...65_536
  static let bytesRange: ClosedRange<Int64> = (64 << 10)...(1 << 40)

  public init(frames: Int = defaultFrames, bytes: Int = defaultBytes, whenFull: WhenFull = .block) {
    self.frames = frames
    self.bytes = bytes
    self.whenFull = whenFull
  }
}
