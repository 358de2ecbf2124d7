/// A batch as an array of the Arrow C Data Interface (`tide.arrow/1`), for handing rows to Arrow's libraries.
///
/// Columns that are laid out as Arrow's share the frame's memory, read-only; the rest is copied (`ext/arrow.h` has the table). The
/// frame is kept until the array is released: by this value, or by whoever took it over.
///
/// ```swift
/// var exported = try batch.arrow(host)
/// try exported.withPointers { array, schema in try library.take(array, schema) }   // moves them, or only reads
/// ```
public struct ArrowBatch: ~Copyable, @unchecked Sendable {
  private var array = ArrowArray()
  private var schema = ArrowSchema()

  init(_ batch: Batch, _ host: Host, plain: Bool) throws {
    guard let found = host.table.pointee.extension(host.context, TIDE_ARROW) else {
      throw PluginError(.unsupported, "this host exports no batches (\(TIDE_ARROW))")
    }
    let table = found.assumingMemoryBound(to: tide_arrow.self)
    try check(
      table.pointee.export_batch(host.context, batch.raw, plain ? TIDE_ARROW_PLAIN : 0, &array, &schema))
  }

  deinit {
    // What was moved out has no release any more.
    var (array, schema) = (array, schema)
    array.release?(&array)
    schema.release?(&schema)
  }

  /// Rows, those that were to be visited.
  public var count: Int { Int(array.length) }

  /// Gives both structs to `body`, which may move them out, as the interface says: copy the struct, set `release` of the one here to
  /// nil. They are then released elsewhere, on any thread.
  public mutating func withPointers<Result>(
    _ body: (UnsafeMutablePointer<ArrowArray>, UnsafeMutablePointer<ArrowSchema>) throws -> Result
  ) rethrows -> Result {
    try withUnsafeMutablePointer(to: &array) { array in
      try withUnsafeMutablePointer(to: &schema) { try body(array, $0) }
    }
  }
}

extension Batch {
  /// The rows to visit as an array of the Arrow C Data Interface; `plain` writes dictionaries of text and bytes out, so that batches
  /// of one schema have one format.
  ///
  /// Throws `unsupported` when the host has no such extension, and `HostStatus` when the host has no room for it now.
  public func arrow(_ host: Host, plain: Bool = false) throws -> ArrowBatch { try ArrowBatch(self, host, plain: plain) }
}
