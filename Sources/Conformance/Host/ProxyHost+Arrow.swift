import CArrow
import CTidemill

/// Batches as arrays of Arrow (`tide.arrow/1`), of a copy of the frame, so that what is used after its release shows.
extension ProxyHost {
  /// Lives for ever: plugins keep the pointer.
  nonisolated(unsafe) static let arrow: UnsafeMutablePointer<tide_arrow> = {
    let table = UnsafeMutablePointer<tide_arrow>.allocate(capacity: 1)
    table.initialize(to: tide_arrow())
    table.pointee.size = UInt32(MemoryLayout<tide_arrow>.size)
    table.pointee.export_batch = { context, batch, flags, array, schema in
      ProxyHost.at(context) { me in
        me.checkLife("export_batch")
        guard let array, let schema else { return me.answer(TIDE_E_FATAL) }
        array.initialize(to: ArrowArray())
        schema.initialize(to: ArrowSchema())
        return me.export(batch, flags, array, schema)
      }
    }
    return table
  }()

  private final class Copy {
    let kept: KeptBatch

    init(_ batch: UnsafePointer<tide_batch>) { kept = KeptBatch(copying: batch) }

    deinit { kept.free() }
  }

  private func export(
    _ batch: UnsafePointer<tide_batch>?, _ flags: UInt32, _ array: UnsafeMutablePointer<ArrowArray>,
    _ schema: UnsafeMutablePointer<ArrowSchema>
  ) -> tide_status {
    guard let batch, batch == call?.batch || kept[UInt(bitPattern: batch)] != nil else {
      breach(
        "forwards-own-batch", "export_batch takes the batch that the call was given, by its own pointer, or a retained one")
      return answer(TIDE_E_FATAL)
    }
    if refusals.oneIn > 0, random.chance(refusals.oneIn) { return answer(TIDE_E_RETRY) }
    let copy = Copy(batch)
    let owner = tide_arrow_owner(context: Unmanaged.passRetained(copy).toOpaque()) { context in
      Unmanaged<Copy>.fromOpaque(context!).release()
    }
    var why: UnsafePointer<CChar>?
    let status = tide_arrow_export(copy.kept.batch, flags, owner, array, schema, &why)
    if status < 0 { Unmanaged.passUnretained(copy).release() }
    return answer(status)
  }
}
