import CTidemill
import EngineBench
import Rings

/// A source that gives records to the host's decoder step by step: which rows are in a frame, and in which order partitions
/// come, is the test's.
///
/// It stands in for the component that a manifest names, so that everything else of the manifest holds.
package enum LineSource {
  package enum Step {
    /// The records of one frame.
    case lines(partition: Int, String)
    case idle(partition: Int)
    /// Moves the clock.
    case pass(nanoseconds: Int64)
  }

  /// Steps of one partition, in frames of so many records; lines come with their ends.
  package static func steps(_ lines: [String], frame: Int) -> [Step] {
    stride(from: 0, to: lines.count, by: frame).map { start in
      .lines(partition: 0, lines[start..<min(start + frame, lines.count)].joined())
    }
  }

  /// A component that takes the steps one after the other and ends; all partitions are known from the first step on.
  package static func component(_ id: String, partitions: Int, _ steps: [Step], clock: VirtualClock) -> ScriptedComponent {
    let component = ScriptedComponent(id)
    nonisolated(unsafe) var offsets = [UInt64](repeating: 0, count: partitions)
    nonisolated(unsafe) var rest: [UInt8] = []
    component.poll = { me, _, out in
      if me.step == 0 {
        for partition in 0..<UInt32(partitions) {
          let status = me.host.pointee.watermark(out, partition, .min)
          if status != TIDE_OK { return status }
        }
      }
      guard me.step < steps.count else { return TIDE_END }
      switch steps[me.step] {
      case .pass(let nanoseconds): clock.advance(by: nanoseconds)
      case .idle(let partition):
        let status = me.host.pointee.idle(out, UInt32(partition))
        if status != TIDE_OK { return status }
      case .lines(let partition, let text):
        if rest.isEmpty { rest = Array(text.utf8) }
        let status = decode(&rest, UInt32(partition), &offsets[partition], me, out)
        if status == TIDE_MORE { return TIDE_OK }
        if status != TIDE_OK { return status }
      }
      me.step += 1
      return TIDE_OK
    }
    return component
  }

  /// Hands bytes to the decoder and keeps those that it left.
  private static func decode(
    _ bytes: inout [UInt8], _ partition: UInt32, _ offset: inout UInt64, _ me: ScriptedInstance, _ out: OpaquePointer
  ) -> tide_status {
    guard let codec = me.host.pointee.extension(me.host.pointee.context, TIDE_CODEC)?.assumingMemoryBound(to: tide_codec.self)
    else { return me.fail(TIDE_E_FATAL, "no codec") }
    var taken: UInt64 = 0
    let status = bytes.withUnsafeBufferPointer {
      codec.pointee.decode(
        me.host.pointee.context, out, partition, $0.baseAddress, UInt64($0.count), UInt64($0.count), offset, 0, &taken)
    }
    offset += taken
    bytes.removeFirst(Int(taken))
    if status == TIDE_OK, !bytes.isEmpty { return me.fail(TIDE_E_FATAL, "records are left over") }
    return status
  }
}
