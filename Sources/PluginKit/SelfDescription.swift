import Synchronization

/// The extension by which a plugin tells its manifest (`tide.manifest/1`).
///
/// The contract asks without an instance or a component, so the plugin's library keeps the text; it is set once, by the entry,
/// and the same for all who ask.
enum SelfDescription {
  private struct Text: @unchecked Sendable {
    var pointer: UnsafePointer<CChar>?
    var length: UInt64 = 0
    var of = ""
  }

  private struct Source: @unchecked Sendable {
    let pointer: UnsafePointer<tide_manifest_source>
  }

  private static let text = Mutex(Text())

  static func publish(_ manifest: String) {
    text.withLock {
      guard $0.of != manifest else { return }
      $0 = Text(pointer: StaticText.cString(manifest), length: UInt64(manifest.utf8.count), of: manifest)
    }
  }

  private static let source: Source = {
    let table = UnsafeMutablePointer<tide_manifest_source>.allocate(capacity: 1)
    table.initialize(
      to: tide_manifest_source(
        size: UInt32(MemoryLayout<tide_manifest_source>.size), reserved: 0,
        json: { SelfDescription.text.withLock { tide_string(data: $0.pointer, length: $0.length) } }))
    return Source(pointer: UnsafePointer(table))
  }()

  static let `extension`: @convention(c) (OpaquePointer?, UnsafePointer<CChar>?) -> UnsafeRawPointer? = { me, id in
    switch id.map({ String(cString: $0) }) {
    case TIDE_MANIFEST_EXTENSION: return UnsafeRawPointer(SelfDescription.source.pointer)
    case TIDE_PARTITIONS: return me.flatMap { PartitionTable.pointer(for: Instance.Reference($0)) }
    default: return nil
    }
  }
}
