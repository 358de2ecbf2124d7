import CArrow
import CTidemill

extension PluginBenchHost {
  /// `tide.arrow/1` over copies of frames that the bench counts.
  func fillArrow() {
    arrow.pointee.size = UInt32(MemoryLayout<tide_arrow>.size)
    arrow.pointee.export_batch = { context, batch, flags, array, schema in
      let bench = Unmanaged<PluginBenchHost>.fromOpaque(context!).takeUnretainedValue().bench
      guard let batch, let array, let schema else { return TIDE_E_FATAL }
      let length = Int(batch.pointee.frame.pointee.frame_len)
      let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: length, alignment: 64)
      copy.copyMemory(from: UnsafeRawBufferPointer(start: batch.pointee.frame, count: length))
      var exported = batch.pointee
      exported.frame = UnsafeRawPointer(copy.baseAddress!).assumingMemoryBound(to: tide_frame.self)
      let holder = ExportedFrame(bench, copy)
      let owner = tide_arrow_owner(context: Unmanaged.passRetained(holder).toOpaque()) {
        Unmanaged<ExportedFrame>.fromOpaque($0!).release()
      }
      var why: UnsafePointer<CChar>?
      let status = tide_arrow_export(&exported, flags, owner, array, schema, &why)
      if status < 0 { Unmanaged.passUnretained(holder).release() }
      return status
    }
  }
}

/// A frame that exported arrays hold.
private final class ExportedFrame {
  private let bench: PluginBench
  private let bytes: UnsafeMutableRawBufferPointer

  init(_ bench: PluginBench, _ bytes: UnsafeMutableRawBufferPointer) {
    self.bench = bench
    self.bytes = bytes
    bench.exported += 1
  }

  deinit {
    bench.exported -= 1
    bytes.deallocate()
  }
}
