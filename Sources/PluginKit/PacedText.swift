/// The text of a sink's batch on its way to a reader that may not take it at once.
///
/// What is not taken is kept, and the host is asked to call again with the same batch: between the calls it serves stops.
public struct PacedText {
  /// What became of one attempt to write.
  public struct Step {
    let taken: Int
    let isDone: Bool

    /// - Parameters:
    ///   - taken: bytes from the front that need not be offered again.
    ///   - isDone: nothing is left, neither of the text nor of what was taken.
    public init(taken: Int, isDone: Bool) {
      self.taken = taken
      self.isDone = isDone
    }
  }

  private var rest: [UInt8] = []
  private var sent = 0
  private var isUnderWay = false

  public init() {}

  /// Serves one call of `process`: `text` is asked in the first call for a batch alone, `write` in each.
  public mutating func send(
    _ out: inout Output, text: () throws -> UnsafeRawBufferPointer, write: (UnsafeRawBufferPointer) throws -> Step
  ) throws {
    if isUnderWay {
      let step = try rest.withUnsafeBytes { try write(UnsafeRawBufferPointer(rebasing: $0[sent...])) }
      sent += step.taken
      isUnderWay = !step.isDone
    } else {
      let bytes = try text()
      let step = try write(bytes)
      isUnderWay = !step.isDone
      if isUnderWay {
        // The encoder's bytes end with the call; keep what is left of them.
        rest.removeAll(keepingCapacity: true)
        rest.append(contentsOf: bytes[step.taken...])
        sent = 0
      }
    }
    if isUnderWay { out.callAgain() }
  }
}
