import CArrow
import CHost
import CTidemill

/// The host's side of `tide.arrow/1`.
enum NodeArrow {
  /// Lives for ever: plugins keep the pointer.
  nonisolated(unsafe) static let table: UnsafeMutablePointer<tide_arrow> = {
    let table = UnsafeMutablePointer<tide_arrow>.allocate(capacity: 1)
    table.initialize(to: tide_arrow())
    table.pointee.size = UInt32(MemoryLayout<tide_arrow>.size)
    table.pointee.export_batch = { context, batch, flags, array, schema in
      guard let node = Node.from(context) else { return TIDE_E_FATAL }
      guard let array, let schema else { return node.refuse(TIDE_E_FATAL, "export_batch fills an array and a schema") }
      array.initialize(to: ArrowArray())
      schema.initialize(to: ArrowSchema())
      guard let batch, node.isHandedOut(batch) else {
        return node.refuse(
          TIDE_E_FATAL, "export_batch takes the batch that the call was given, by its own pointer, or a retained one")
      }
      return node.export(batch, flags: flags, into: array, schema)
    }
    return table
  }()

  /// The reference of a frame that exported arrays share. Needs neither the node nor the pipeline when it goes.
  fileprivate final class Holder {
    let kept: UnsafeMutablePointer<tide_kept>
    private let retained: RetainedFrames

    init?(_ batch: UnsafePointer<tide_batch>, _ retained: RetainedFrames) {
      // Every batch that the host hands out is the first field of a tide_passed.
      let block = UnsafeRawPointer(batch).assumingMemoryBound(to: tide_passed.self).pointee.block!
      guard retained.admit(block) else { return nil }
      guard let kept = tide_keep(batch, block) else {
        retained.takeBack(block)
        return nil
      }
      self.kept = kept
      self.retained = retained
    }

    deinit { retained.letGo(kept) }
  }
}

extension Node {
  /// Makes arrays of the batch, which hold a reference of its frame until they are released.
  fileprivate func export(
    _ batch: UnsafePointer<tide_batch>, flags: UInt32, into array: UnsafeMutablePointer<ArrowArray>,
    _ schema: UnsafeMutablePointer<ArrowSchema>
  ) -> tide_status {
    guard let holder = NodeArrow.Holder(batch, pipeline.retained) else {
      return refuse(TIDE_E_RETRY, "the frames that are retained, and exported arrays with them, leave no room for one more")
    }
    let owner = tide_arrow_owner(context: Unmanaged.passRetained(holder).toOpaque()) { context in
      Unmanaged<NodeArrow.Holder>.fromOpaque(context!).release()
    }
    var why: UnsafePointer<CChar>?
    let status = tide_arrow_export(&holder.kept.pointee.passed.batch, flags, owner, array, schema, &why)
    guard status == TIDE_OK else {
      Unmanaged.passUnretained(holder).release()
      return refuse(status, why.map { String(cString: $0) } ?? "the batch cannot be exported")
    }
    return TIDE_OK
  }
}
