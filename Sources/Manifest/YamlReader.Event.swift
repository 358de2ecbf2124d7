import CYaml

extension YamlReader {
  /// What an event of the parser says, copied out of its memory.
  struct Event {
    let type: yaml_event_type_t
    let location: SourceLocation
    /// The anchor of a value, or the name of an alias.
    var anchor: String?
    var tag: String?
    /// A scalar's characters.
    var text = ""
    /// True for a scalar without quotes that is no block.
    var plain = false

    init(_ event: yaml_event_t) {
      type = event.type
      location = SourceLocation(event.start_mark)
      switch event.type {
      case YAML_ALIAS_EVENT:
        anchor = Self.string(event.data.alias.anchor)
      case YAML_SCALAR_EVENT:
        anchor = Self.string(event.data.scalar.anchor)
        tag = Self.string(event.data.scalar.tag)
        text = String(
          decoding: UnsafeBufferPointer(start: event.data.scalar.value, count: event.data.scalar.length), as: UTF8.self)
        plain = event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE
      case YAML_SEQUENCE_START_EVENT:
        anchor = Self.string(event.data.sequence_start.anchor)
        tag = Self.string(event.data.sequence_start.tag)
      case YAML_MAPPING_START_EVENT:
        anchor = Self.string(event.data.mapping_start.anchor)
        tag = Self.string(event.data.mapping_start.tag)
      default: break
      }
    }

    private static func string(_ bytes: UnsafeMutablePointer<yaml_char_t>?) -> String? {
      bytes.map { String(cString: $0) }
    }
  }
}

extension SourceLocation {
  init(_ mark: yaml_mark_t) {
    self.init(line: Int(mark.line) + 1, column: Int(mark.column) + 1)
  }
}
