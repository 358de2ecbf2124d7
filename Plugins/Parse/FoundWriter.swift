import PluginKit

/// Writes what was found in texts as variants over names that all rows of a frame share.
final class FoundWriter {
  var names = VariantNames()
  let encoder = VariantEncoder()
  private let scratch = Scratch()

  func removeAll() {
    encoder.removeAll()
    scratch.reset()
  }

  /// Writes a value; false when a container has too many members.
  func write(_ value: Found) -> Bool {
    switch value.kind {
    case .absent, .null: encoder.putNull()
    case .text: encoder.put(text: value.bytes)
    case .bool: encoder.put(value.integer != 0)
    case .time: encoder.put(time: value.integer)
    case .number: write(number: value.bytes)
    case .container:
      var reader = JSONReader(value.bytes)
      return write(container: &reader)
    }
    return true
  }

  /// Copies a value of the frame.
  func write(_ value: VariantReader) { encoder.put(value) { names.rank(of: $0) } }

  /// Adds what was written from `start` on to the innermost open object.
  func add(_ name: Bytes, from start: Int) { encoder.add(names.rank(of: name), from: start) }

  /// Writes a text that is a number with all of its digits; false when it is none.
  func write(numberAsWritten bytes: Bytes) -> Bool {
    guard let number = NumberText(bytes) else { return false }
    if let decimal = number.decimalAsWritten(bytes) {
      encoder.put(decimal: decimal.significand, scale: decimal.scale)
    } else {
      write(number: bytes)
    }
    return true
  }

  private func write(number bytes: Bytes) {
    let number = NumberText(checked: bytes)
    if let value = number.int, !(number.isNegative && number.digits == 0) {
      encoder.put(int: value)
    } else if !number.isInteger || number.digits == 0, let value = number.faithful(bytes) {
      encoder.put(value)
    } else if let decimal = number.decimal {
      encoder.put(decimal: decimal.significand, scale: decimal.scale)
    } else {
      encoder.put(text: bytes)
    }
  }

  /// A container that was checked when it was found.
  private func write(container reader: inout JSONReader) -> Bool {
    let isObject = reader.next == UInt8(ascii: "{")
    let closing = isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")
    let open = encoder.begin()
    do throws(ParseFailure) {
      var goesOn = reader.open(closing: closing)
      while goesOn {
        let rank = isObject ? names.rank(of: try reader.name(scratch)) : 0
        let start = encoder.count
        if reader.next == UInt8(ascii: "{") || reader.next == UInt8(ascii: "[") {
          guard write(container: &reader) else { return false }
        } else {
          _ = write(try reader.value(scratch, depth: 0))
        }
        encoder.add(rank, from: start)
        goesOn = try reader.goesOn(closing: closing)
      }
    } catch {
      return false
    }
    return isObject ? encoder.endObject(open) : encoder.endArray(open)
  }
}
