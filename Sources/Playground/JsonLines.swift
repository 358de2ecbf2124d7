import Formats
import Frames
import Glibc

/// Lines of JSON objects, one at a time, read as sources of the format `json` read their records.
public final class JsonLines {
  /// A line that is not blank. What it holds is borrowed for the call that is given it.
  public enum Line {
    /// Absent when it has no members.
    case object(VariantReader)
    /// No JSON object; says why.
    case broken(String)
  }

  private let decoder: RecordDecoder
  private var frame = AlignedMemory(byteCount: 64 << 10)
  private var offset: UInt64 = 0

  public init() {
    var plan = RecordPlan()
    plan.rest = true
    guard let made = try? RecordDecoder(plan) else { preconditionFailure("a plan without columns works") }
    decoder = made
  }

  /// Reads a descriptor to its end. `pause` comes before each wait for more bytes. The result is 0, or the number of the error
  /// when reading fails.
  public func read(_ descriptor: Int32, pause: () -> Void = {}, _ body: (Line) -> Void) -> Int32 {
    var bytes: [UInt8] = []
    var isTooLong = false
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      pause()
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else {
        if !isTooLong && !bytes.isEmpty { bytes.withUnsafeBytes { decode($0, body) } }
        return count < 0 ? errno : 0
      }
      bytes += chunk[..<count]
      var start = 0
      while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
        if !isTooLong { bytes[start...end].withUnsafeBytes { decode($0, body) } }
        isTooLong = false
        start = end + 1
      }
      bytes.removeSubrange(..<start)
      if isTooLong || bytes.count > decoder.plan.maxRecordBytes {
        if !isTooLong { body(.broken("a line of more than \(decoder.plan.maxRecordBytes) bytes")) }
        isTooLong = true
        bytes.removeAll(keepingCapacity: true)
      }
    }
  }

  /// Decodes one line, with or without its end.
  public func read(line: String, _ body: (Line) -> Void) {
    let bytes = Array(line.utf8)
    bytes.withUnsafeBytes { decode($0, body) }
  }

  /// Decodes one line.
  func decode(_ line: UnsafeRawBufferPointer, _ body: (Line) -> Void) {
    guard let start = line.baseAddress else { return }
    _ = decoder.decode(start, length: line.count, readable: line.count, offset: offset, final: true, ingestTime: 0)
    offset += UInt64(line.count)
    if let dead = decoder.deadRecords.first { body(.broken(dead.reason)) }
    let length = decoder.frameByteCount
    guard decoder.rows > 0, length > 0 else { return }
    frame.reserve(length)
    guard decoder.writeFrame(into: frame.start, capacity: frame.byteCount, stream: 0, firstID: 0) == length else {
      return body(.broken("a line that does not fit in a frame"))
    }
    body(.object(FrameView(bytes: frame.start).column(role: .rest)?.variantReader(0) ?? .nothing))
  }
}

extension VariantReader {
  /// What reads as absent.
  static var nothing: VariantReader {
    VariantReader(value: UnsafeRawBufferPointer(start: nil, count: 0), keys: UnsafeRawBufferPointer(start: nil, count: 0))
  }
}

/// Memory as frames need it, at a multiple of 64 bytes.
private struct AlignedMemory: ~Copyable {
  private(set) var start: UnsafeMutableRawPointer
  private(set) var byteCount: Int

  init(byteCount: Int) {
    start = .allocate(byteCount: byteCount, alignment: 64)
    self.byteCount = byteCount
  }

  deinit { start.deallocate() }

  /// What was there is gone when it grows.
  mutating func reserve(_ count: Int) {
    guard count > byteCount else { return }
    start.deallocate()
    start = .allocate(byteCount: count, alignment: 64)
    byteCount = count
  }
}
