/// A value that can write itself to a snapshot and be read again.
public protocol StateValue {
  /// Appends the value to the blob of a group.
  func write(_ writer: StateWriter, group: UInt32) throws

  /// Reads what `write` wrote. Throws `PluginError(.state, …)` when it cannot be that.
  init(_ reader: StateReader) throws
}

extension StateValue where Self: FixedWidthInteger {
  public func write(_ writer: StateWriter, group: UInt32) throws { try writer.write(self, group: group) }
  public init(_ reader: StateReader) throws { self = try reader.read() }
}

extension Int64: StateValue {}
extension UInt64: StateValue {}
extension Int32: StateValue {}
extension UInt32: StateValue {}

extension Double: StateValue {
  public func write(_ writer: StateWriter, group: UInt32) throws { try writer.write(bitPattern, group: group) }
  public init(_ reader: StateReader) throws { self = Double(bitPattern: try reader.read()) }
}

extension Bool: StateValue {
  public func write(_ writer: StateWriter, group: UInt32) throws { try writer.write(self ? 1 as UInt8 : 0, group: group) }

  public init(_ reader: StateReader) throws {
    let byte: UInt8 = try reader.read()
    guard byte < 2 else { throw PluginError(.state, "the saved state holds \(byte) where true or false belongs") }
    self = byte == 1
  }
}

extension String: StateValue {
  public func write(_ writer: StateWriter, group: UInt32) throws { try writer.write(self, group: group) }
  public init(_ reader: StateReader) throws { self = try reader.readText() }
}
