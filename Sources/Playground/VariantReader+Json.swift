import Expressions
import Frames

extension VariantReader {
  /// A string; empty for other kinds.
  var string: Text { Text(utf8: text.map { Array($0) } ?? []) }

  /// The members of an object by name; the last of equal names is the one that counts.
  var members: [String: VariantReader] {
    var members: [String: VariantReader] = [:]
    forEachField { name, value in members[String(decoding: name, as: UTF8.self)] = value }
    return members
  }
}
