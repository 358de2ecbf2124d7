import Aggregates
import PluginKit

/// Panes in snapshots: entry by entry in the blob of its key's group.
///
/// An entry is a tag, the key, then: 1 the pane (number, from, changed) and the aggregates; 2 a window and how often a result of the
/// key was corrected.
extension PaneWindows {
  private enum Tag: UInt8 {
    case aggregates = 1
    case correction
  }

  func snapshot(_ writer: StateWriter) throws {
    for key in context.keys.ordered() {
      let group = context.keys.group(key)
      for pane in panes {
        guard let place = pane[key] else { continue }
        try writer.write(Tag.aggregates.rawValue, group: group)
        try KeyState.write(context.keys.key(key), writer, group)
        try writer.write(pane.index, group: group)
        try writer.write(pane.from, group: group)
        try writer.write(StateRecord.of(place).pointee.isChanged ? 1 as UInt8 : 0, group: group)
        try context.aggregates.snapshot(place, writer, group: group)
      }
      for (end, counts) in corrections.sorted(by: { $0.key < $1.key }) {
        guard let count = counts[key] else { continue }
        try writer.write(Tag.correction.rawValue, group: group)
        try KeyState.write(context.keys.key(key), writer, group)
        try writer.write(end, group: group)
        try writer.write(count, group: group)
      }
    }
  }

  private static func readCount(_ reader: StateReader) throws -> Int64 {
    let count = try reader.read(Int64.self)
    guard WindowLimits.corrections.contains(count) else {
      throw PluginError(.state, "the saved windows hold a window that was corrected \(count) times")
    }
    return count
  }

  func restore(group: UInt32, _ reader: StateReader) throws {
    while let byte = try reader.readUnlessAtEnd(UInt8.self) {
      guard let tag = Tag(rawValue: byte) else {
        throw PluginError(.state, "the saved windows hold an entry of kind \(byte)")
      }
      switch tag {
      case .aggregates:
        let key = try context.readKey(reader, group)
        let (index, from) = (try reader.read(Int64.self), try reader.read(Int64.self))
        guard index.magnitude <= UInt64(Ruler.limit) else { throw PluginError(.state, "the saved windows hold pane \(index)") }
        let isChanged = try Bool(reader)
        let pane = pane(index, from: from)
        guard pane[key] == nil else { throw PluginError(.state, "the saved windows hold a key twice in pane \(index)") }
        let place = pane.add(key, context.keys)
        try context.aggregates.restore(place, reader)
        StateRecord.of(place).pointee.isChanged = isChanged
        if isChanged { pane.isChanged = true }
      case .correction:
        let key = try context.readKey(reader, group)
        corrections[try reader.read(), default: [:]][key] = try Self.readCount(reader)
      }
    }
  }
}
