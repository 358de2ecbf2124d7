import Aggregates
import PluginKit

/// Records of a set, and their results read back out of a frame.
final class Groups {
  let set: AggregateSet
  let records: [UnsafeMutableRawPointer]

  init(_ set: AggregateSet, count: Int) {
    self.set = set
    records = (0..<count).map { _ in
      let record = UnsafeMutableRawPointer.allocate(byteCount: set.recordBytes, alignment: 8)
      set.initialize(record)
      return record
    }
  }

  deinit {
    for record in records {
      set.destroy(record)
      record.deallocate()
    }
  }

  // What is done with a record is done here, so that the groups live as long as it takes.
  var saved: [[UInt8]] { records.map { set.save($0) } }
  func save(_ index: Int) -> [UInt8] { set.save(records[index]) }
  func restore(_ index: Int, from bytes: UnsafeRawBufferPointer) throws { try set.restore(records[index], from: bytes) }
  func merge(_ index: Int, into other: Groups, _ place: Int) { set.merge(records[index], into: other.records[place]) }

  /// The results of each record, in the order of the aggregates, with the reasons of failures.
  func results() throws -> (values: [[ModelValue]], failures: [String]) {
    let builder = FrameBuilder()
    builder.maxRows = FrameLimits.maxRows
    builder.maxBytes = 1 << 30
    let first = try set.addColumns(to: builder)
    var failures: [String] = []
    records.withUnsafeBufferPointer { set.prepare($0, for: builder, firstColumn: first) }
    for record in records {
      if let failure = set.write(record, to: builder, firstColumn: first) { failures.append(failure.reason) }
      builder.endRow()
    }
    if let failure = builder.failure { throw failure }
    let bytes = UnsafeMutableRawPointer.allocate(byteCount: builder.byteCount, alignment: 64)
    defer { bytes.deallocate() }
    bytes.initializeMemory(as: UInt8.self, repeating: 0, count: builder.byteCount)
    _ = builder.write(into: bytes, capacity: builder.byteCount)
    let frame = UnsafePointer(bytes.assumingMemoryBound(to: tide_frame.self))
    let columns = set.aggregates.indices.map { ColumnView(frame: frame, index: Int32(first + $0)) }
    let values = records.indices.map { row in columns.map { Self.value($0, row) } }
    return (values, failures)
  }

  private static func value(_ column: ColumnView, _ row: Int) -> ModelValue {
    guard column.isValid(row) else { return .null }
    switch column.type {
    case .bool: return .bool(column.bool(row))
    case .int: return .int(column.int(row))
    case .uint64: return .uint(tide_u64(column.frame, column.index, UInt32(row)))
    case .double: return .double(column.double(row))
    case .time: return .time(column.time(row))
    case .duration: return .duration(column.int(row))
    case .string: return .string(column.string(row))
    default: return value(column.variantReader(row))
    }
  }

  private static func value(_ reader: VariantReader) -> ModelValue {
    switch reader.kind {
    case .bool: return .bool(reader.bool!)
    case .int: return .int(reader.int!)
    case .double: return .double(reader.double!)
    case .decimal: return .uint(UInt64(reader.decimal!.significand))
    case .time: return .time(reader.time!)
    case .string: return .string(String(decoding: reader.text!, as: UTF8.self))
    case .array: return .list((0..<reader.count).map { value(reader[$0]) })
    case .object:
      var counts: [String: Int] = [:]
      reader.forEachField { name, value in counts[String(decoding: name, as: UTF8.self)] = Int(value.int ?? -1) }
      return .counts(counts)
    default: return .null
    }
  }
}
