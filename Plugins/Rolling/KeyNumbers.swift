import PluginKit

/// The keys of the rows of a batch as small numbers, by the fields that an option names.
final class KeyNumbers {
  let table = KeyTable()
  let names: [String]
  private var fields: [Field]
  /// Of the batch at hand.
  private(set) var columns: [ColumnView] = []

  init(_ names: [String]) {
    self.names = names
    fields = names.map { Field($0) }
  }

  /// One number for each row to visit, in their order; valid until the next call.
  func read(_ batch: Batch) -> UnsafePointer<UInt32> {
    columns.removeAll(keepingCapacity: true)
    for at in fields.indices { columns.append(fields[at].column(of: batch)) }
    return table.numbers(of: batch, by: columns)
  }
}
