import CTidemill
import Glibc
import PluginManifest

/// Options as the contract's getters give them; strings live for ever.
final class ProxyConfig {
  let values: ConfigValue
  private var strings: [String: tide_string] = [:]

  init(_ values: ConfigValue) { self.values = values }

  /// A string as it is, other values as JSON.
  func string(_ key: String) -> tide_string? {
    if let known = strings[key] { return known }
    let text: String
    switch values.value(at: key) {
    case .string(let value): text = value
    case .null, nil: return nil
    case let value?: text = value.json
    }
    let copy = tide_string(data: strdup(text), length: UInt64(text.utf8.count))
    strings[key] = copy
    return copy
  }
}

extension ProxyHost {
  /// The value of an option, if it may be read now.
  private func value(_ function: String, _ key: UnsafePointer<CChar>?) -> ConfigValue? {
    checkControl(function)
    guard let key else {
      breach("config-in-control", "\(function) was called without a key")
      return nil
    }
    return config.values.value(at: String(cString: key))
  }

  private func checkControl(_ function: String) {
    checkLife(function)
    guard let call, call.name.isControl else {
      return breach("config-in-control", "\(function) was called \(place)")
    }
    if call.thread != thread {
      breach("config-in-control", "\(function) was called on another thread than \(call.name.rawValue)")
    }
  }

  func fillConfiguration() {
    host.pointee.config_int = { context, key, into in
      ProxyHost.at(context) { me in
        switch me.value("config_int", key) {
        case .int(let value): into?.pointee = value
        case .double(let value):
          guard let whole = Int64(exactly: value) else { return me.answer(TIDE_E_CONFIG) }
          into?.pointee = whole
        default: return me.answer(TIDE_E_CONFIG)
        }
        return TIDE_OK
      }
    }
    host.pointee.config_double = { context, key, into in
      ProxyHost.at(context) { me in
        switch me.value("config_double", key) {
        case .int(let value): into?.pointee = Double(value)
        case .double(let value): into?.pointee = value
        default: return me.answer(TIDE_E_CONFIG)
        }
        return TIDE_OK
      }
    }
    host.pointee.config_bool = { context, key, into in
      ProxyHost.at(context) { me in
        guard case .bool(let value) = me.value("config_bool", key) else { return me.answer(TIDE_E_CONFIG) }
        into?.pointee = value ? 1 : 0
        return TIDE_OK
      }
    }
    host.pointee.config_size = { context, key, into in
      ProxyHost.at(context) { me in
        switch me.value("config_size", key) {
        case .list(let items): into?.pointee = UInt64(items.count)
        case .map(let entries): into?.pointee = UInt64(entries.count)
        default: return me.answer(TIDE_E_CONFIG)
        }
        return TIDE_OK
      }
    }
    host.pointee.config_string = { context, key, into in
      ProxyHost.at(context) { me in
        guard me.value("config_string", key) != nil, let key, let text = me.config.string(String(cString: key)) else {
          return me.answer(TIDE_E_CONFIG)
        }
        into?.pointee = text
        return TIDE_OK
      }
    }
    host.pointee.port = { context, number, name, index, connected in
      ProxyHost.at(context) { me in
        me.checkControl("port")
        let wanted = String(borrowed: name)
        let found = wanted.isEmpty ? Int(number) : me.subject.outputs.firstIndex(of: wanted) ?? -1
        guard me.subject.outputs.indices.contains(found) else { return me.answer(TIDE_E_CONFIG) }
        index?.pointee = UInt32(found)
        connected?.pointee = 1
        return TIDE_OK
      }
    }
  }
}
