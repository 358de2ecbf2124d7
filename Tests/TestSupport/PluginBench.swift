import CTidemill
import Glibc
import PluginManifest
import Synchronization

/// A host small enough for a test: drives one plugin through its C table alone and records everything that comes back.
///
/// ```swift
/// let bench = try PluginBench(library: "tidemill-file")
/// let source = try bench.create(.source, "file", with: .map([.init("path", .string("in.jsonl"))]))
/// try source.open()
/// while try source.poll() != TIDE_END {}
/// #expect(bench.records.map(\.text) == ["…"])
/// ```
/// Not for concurrent use; keep it alive as long as its instances.
public final class PluginBench {
  public let table: UnsafePointer<tide_plugin>

  /// What `now` answers, and how far each reading moves it: a source's loop against a deadline ends.
  public var now: Int64 = 1_700_000_000_000_000_000
  public var nowStep: Int64 = 1_000_000
  /// What commit, forward and reject answer.
  public var outputStatus: tide_status = TIDE_OK
  /// Records that one call of the codec's `decode` takes.
  public var recordsPerDecode = Int.max
  public var maxRecordBytes: UInt64 = 8 << 20
  public var offersCodec = true
  public var offersTimers = true
  public var offersArrow = true
  public var offersExpressions = true
  /// False is a host whose expressions end before `left_out`.
  public var offersLeftOut = true
  /// Compiled expressions that are not released.
  public var compiled = 0
  /// Exports of `tide.arrow/1` that are not released.
  public var exported = 0
  /// Options that are left out take the defaults that the plugin's description names.
  public var fillsDefaults = false
  /// Output ports by their number, and those that something reads.
  public var ports = ["out"]
  public var connectedPorts: Set<String> = ["out"]
  /// True keeps what was sent in `passed`, frames and all.
  public var keepsPassed = false
  /// Instance data of `tide_info`.
  public var info = tide_info()

  public var commits: [Commit] = []
  public var forwards: [Forward] = []
  /// Commits and forwards in the order in which they came, with the frames, when `keepsPassed`.
  public var passed: [Passed] = []
  public var rejects: [Reject] = []
  public var failures: [Failure] = []
  public var logs: [String] = []
  /// Values that instances counted as left out; why is in `logs`.
  public var leftOut: UInt64 = 0
  public var watermarks: [Int64] = []
  /// Partitions that were made known by the least watermark, and those that ended by the greatest.
  public var knownPartitions: [UInt32] = []
  public var endedPartitions: [UInt32] = []
  public var idlePartitions: [UInt32] = []
  public var timers: [Timer] = []
  /// Batches that instances hold.
  public var retained = 0
  public var records: [Record] = []
  public var origins: [UInt32: String] = [:]
  public var buried: [Buried] = []
  /// How often an instance called `wake`, from whichever thread.
  public var wakes: Int { woken.load(ordering: .acquiring) }
  let woken = Atomic<Int>(0)

  public init(_ table: UnsafePointer<tide_plugin>?) throws {
    guard let table else { throw Failure(code: TIDE_E_UNSUPPORTED, text: "the plugin refused this host", configPath: "") }
    self.table = table
    info.size = UInt32(MemoryLayout<tide_info>.size)
    info.lanes = 1
    info.groups = TIDE_KEY_GROUPS
  }

  /// Loads a library that stands beside the test program, such as `tidemill-file`.
  public convenience init(library: String) throws {
    try self.init(try PluginLibraryFile.load(library))
    fillsDefaults = true
  }

  /// Waits until an instance calls `wake`; false when the time is up before.
  public func awaitWake(after count: Int, limitSeconds: Int = 20) -> Bool {
    repeats(limitSeconds: limitSeconds, {}, until: { wakes > count })
  }

  /// Components in the order of the table.
  public var components: [UnsafePointer<tide_component>] {
    (0..<Int(table.pointee.count)).compactMap { table.pointee.components[$0] }
  }

  /// Makes an instance; throws the failure that `create` reported.
  public func create(_ kind: ComponentManifest.Kind, _ id: String, with config: ConfigValue = .map([])) throws
    -> PluginBenchInstance
  {
    let found = components.first { component in
      String(cString: component.pointee.id) == id && (kind == .source) == (component.pointee.process == nil)
    }
    guard let found else { throw Failure(code: TIDE_E_UNSUPPORTED, text: "no \(kind.rawValue) '\(id)'", configPath: "") }
    return try PluginBenchInstance(self, found, fillsDefaults ? completed(config, kind, id) : config)
  }

  /// The manifest that the plugin tells of itself (`tide.manifest/1`).
  public func selfDescription() -> String? {
    guard let first = components.first, let ask = first.pointee.extension,
      let found = ask(nil, TIDE_MANIFEST_EXTENSION)?.assumingMemoryBound(to: tide_manifest_source.self)
    else { return nil }
    let text = found.pointee.json()
    return String(decoding: UnsafeRawBufferPointer(start: text.data, count: Int(text.length)), as: UTF8.self)
  }

  /// The failure that goes with a status below zero: the last one reported with that code.
  func failure(_ status: tide_status) -> Failure {
    failures.last { $0.code == status } ?? Failure(code: status, text: "", configPath: "")
  }
}

/// A copy of a frame in memory of its own, which is never given back: a test may hold views of it as long as it likes.
public struct OwnedFrame {
  private let bytes: UnsafeMutableRawBufferPointer

  public init(copying source: UnsafeRawBufferPointer) {
    bytes = .allocate(byteCount: max(source.count, 128), alignment: 64)
    bytes.initializeMemory(as: UInt8.self, repeating: 0)
    bytes.copyMemory(from: source)
  }

  /// The frame, for the readers of frame.h.
  public var pointer: UnsafePointer<tide_frame> { UnsafePointer(bytes.baseAddress!.assumingMemoryBound(to: tide_frame.self)) }
  public var rows: Int { Int(pointer.pointee.rows) }

  /// Sets what a host fills in when a frame is published.
  public func setSchemaID(_ id: UInt64) { bytes.baseAddress!.assumingMemoryBound(to: tide_frame.self).pointee.schema_id = id }
}
