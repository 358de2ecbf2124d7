extension Component {
  /// Kind of a component, by the manifest's words.
  @usableFromInline
  enum Kind: String, Sendable {
    case source, `operator`, sink
  }

  /// The component's entry in the manifest, as JSON.
  func manifest(_ kind: Kind, stateVersion: UInt32?) -> String {
    JSONText.object {
      $0.add("id", id)
      $0.add("kind", kind.rawValue)
      $0.add("doc", doc)
      $0.add("concurrency", concurrency.rawValue)
      $0.add("codec", codec?.rawValue)
      $0.add("options", json: options.isEmpty ? nil : JSONText.array(options.map { $0.schema }))
      $0.add("ports", json: portsJSON)
      $0.add("inputs", json: inputs.map { JSONText.array($0.map { $0.json }) })
      $0.add("outputs", json: outputs?.json)
      $0.add("poll_every", pollEvery.map { durationText($0.wholeNanoseconds) })
      $0.add("blocking", blocking ? true : nil)
      $0.add("state_version", stateVersion)
      $0.add("isolation", isolated ? "process" : nil)
      $0.add("allocation", allocates?.rawValue)
      $0.add("keyed_state", keyedState ? true : nil)
      $0.add("arrival", json: arrival.isEmpty ? nil : JSONText.array(arrival.map { $0.json }))
      $0.add("event_time", json: eventTime.isEmpty ? nil : JSONText.array(eventTime.map { $0.json }))
      $0.add("waits", json: waits.isEmpty ? nil : JSONText.array(waits.map { $0.json }))
      $0.add("sets_watermark", setsWatermark ? true : nil)
      $0.add("example", example)
    }
  }

  private var portsJSON: String? {
    guard inputPorts != nil || outputPorts != nil || outputPortsFrom != nil else { return nil }
    return JSONText.object {
      $0.add("in", json: inputPorts.map { JSONText.array($0.map { $0.json }) })
      $0.add("out", json: outputPorts.map { JSONText.array($0.map { $0.json }) })
      $0.add("out_from", outputPortsFrom?.name)
    }
  }
}

extension Component.Port {
  fileprivate var json: String {
    JSONText.object {
      $0.add("name", name)
      $0.add("doc", doc)
      $0.add("late", isLate ? true : nil)
      $0.add("outputs", json: outputs?.json)
    }
  }
}

extension Component.Arrival {
  fileprivate var json: String {
    JSONText.object {
      $0.add("option", option)
      $0.add("value", value)
      $0.add("partitions", partitions ? true : nil)
      $0.add("reason", reason)
    }
  }
}

extension Component.Input {
  fileprivate var json: String {
    JSONText.object {
      $0.add("name", name)
      $0.add("option", option)
      $0.add("type", type?.rawValue)
      $0.add("required", required)
      $0.add("doc", doc)
    }
  }
}

extension Component.Field {
  fileprivate var json: String {
    JSONText.object {
      $0.add("name", name)
      $0.add("type", type.rawValue)
      $0.add("role", role?.rawValue)
      $0.add("doc", doc)
    }
  }
}

extension Component.JoinedInput {
  fileprivate var json: String {
    JSONText.object {
      $0.add("port", port)
      $0.add("key", json: JSONText.array(key.map { JSONText.quoted($0.name) }))
      $0.add("prefix", prefix?.name)
    }
  }
}

extension Component.Outputs {
  fileprivate var json: String {
    let (same, fields): (Bool, [Component.Field]) =
      switch self {
      case .same, .merged, .changed, .open: (true, [])
      case .adding(let fields): (true, fields)
      case .fields(let fields), .results(_, let fields), .joined(_, let fields): (false, fields)
      }
    return JSONText.object {
      $0.add("same", same ? true : nil)
      if case .merged = self { $0.add("merged", true) }
      if case .open(let open) = self {
        $0.add("open", true)
        $0.add("named_by", json: open.namedBy.isEmpty ? nil : JSONText.array(open.namedBy.map { JSONText.quoted($0.name) }))
        $0.add("prefix", open.prefix?.name)
        $0.add("wanted", open.wanted?.name)
        $0.add("event_time", open.eventTime?.name)
      }
      if case .changed(let cast, let rename, let set, let remove, let keep) = self {
        for (name, option) in [("cast", cast), ("rename", rename), ("set", set), ("remove", remove), ("keep", keep)] {
          $0.add(name, option?.name)
        }
      }
      if case .joined(let inputs, _) = self { $0.add("joined", json: JSONText.array(inputs.map { $0.json })) }
      if case .results(let options, _) = self {
        $0.add("fields_of", json: JSONText.array(options.map { JSONText.quoted($0.name) }))
      }
      $0.add("fields", json: fields.isEmpty ? nil : JSONText.array(fields.map { $0.json }))
    }
  }
}
