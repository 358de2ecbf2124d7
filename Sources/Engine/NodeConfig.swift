import CTidemill
import Glibc
import PluginManifest
import Synchronization

/// The configuration of an instance as the contract's getters give it out; strings live as long as this object.
final class NodeConfig: Sendable {
  private let values: ConfigValue
  private let strings = Mutex<[String: Text]>([:])

  /// Memory that was handed to a plugin; freed with the configuration.
  private struct Text: @unchecked Sendable {
    let bytes: UnsafeMutablePointer<CChar>
    let length: Int
  }

  init(_ values: ConfigValue) { self.values = values }

  deinit { strings.withLock { for text in $0.values { free(text.bytes) } } }

  func int(_ key: String) -> Int64? {
    switch values.value(at: key) {
    case .int(let value): value
    case .double(let value): Int64(exactly: value)
    default: nil
    }
  }

  func double(_ key: String) -> Double? {
    switch values.value(at: key) {
    case .int(let value): Double(value)
    case .double(let value): value
    default: nil
    }
  }

  func bool(_ key: String) -> Bool? {
    guard case .bool(let value) = values.value(at: key) else { return nil }
    return value
  }

  func size(_ key: String) -> Int? {
    switch values.value(at: key) {
    case .list(let items): items.count
    case .map(let entries): entries.count
    default: nil
    }
  }

  /// A string as it is, any other scalar as text, and everything under the empty path as JSON.
  func string(_ key: String) -> tide_string? {
    let value: String
    switch values.value(at: key) {
    case .string(let text): value = text
    case .map, .list: value = values.value(at: key)!.json
    case .int, .double, .bool: value = values.value(at: key)!.json
    case .null, nil: return nil
    }
    let text = strings.withLock { cache in
      if let known = cache[key] { return known }
      let text = Text(bytes: strdup(value), length: value.utf8.count)
      cache[key] = text
      return text
    }
    return tide_string(data: UnsafePointer(text.bytes), length: UInt64(text.length))
  }
}
