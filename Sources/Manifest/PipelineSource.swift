import PluginManifest

/// A value and where it stands.
public struct Located<Value: Sendable & Equatable>: Sendable, Equatable {
  public var value: Value
  public var location: SourceLocation

  public init(_ value: Value, at location: SourceLocation) {
    self.value = value
    self.location = location
  }
}

/// A pipeline manifest as written: its grammar is checked, no component has been looked up.
public struct PipelineSource: Sendable, Equatable {
  public var file: String
  /// Nil when the manifest gives none; the plan then takes the file's name.
  public var name: Located<String>?
  /// In the order in which they were written. A node with a wrong part is here without that part.
  public var nodes: [NodeSource] = []
  /// Where `sources` and `sinks` stand, if they do.
  public var sections: [ComponentManifest.Kind: SourceLocation] = [:]
  public var delivery: Located<Delivery>?
  public var maxMemoryBytes: Located<Int64>?
  /// True when an error was reported; no plan is made of such a source, but its other parts are still checked.
  public var hasErrors = false
  /// True when nodes may be missing here that the manifest has.
  var isPartial = false
  /// The manifest itself, for places inside of its values.
  var text = ""
  /// Places of values that could not be read, which has been reported.
  var unreadable: Set<SourceLocation> = []

  public init(file: String) {
    self.file = file
  }
}

/// A source, operator or sink as written.
public struct NodeSource: Sendable, Equatable {
  public var name: String
  public var kind: ComponentManifest.Kind
  /// Place of the name.
  public var location: SourceLocation
  /// Nil when it is missing or wrong, which has been reported.
  public var use: Located<String>?
  /// In place of `use`: a function of a library.
  public var function: FunctionSource?
  /// Nil when there is none, or it is wrong, which has been reported.
  public var from: FromSource?
  /// A map.
  public var with: SourceValue?
  public var watermark: Located<WatermarkPolicy>?
  public var onError: Located<ErrorPolicy>?
  public var buffer: BufferSource?
  public var state: Located<StateLimits>?
  public var lanes: Located<LaneCount>?
  public var order: Located<InputOrder>?
  public var delivery: Located<Delivery>?

  public init(_ name: String, _ kind: ComponentManifest.Kind, at location: SourceLocation) {
    self.name = name
    self.kind = kind
    self.location = location
  }
}

/// Instances side by side, as a manifest asks for them.
public enum LaneCount: Sendable, Equatable {
  /// Keys are in so many groups (`TIDE_KEY_GROUPS`), each of which is one lane's.
  public static let most = 128

  case exactly(Int)
  /// As many as the planner finds worth it on the machine that the pipeline runs on.
  case auto
}

/// What a node reads: a list for each input port that is named, or one list for its only port.
public struct FromSource: Sendable, Equatable {
  public struct Port: Sendable, Equatable {
    /// Nil where the manifest names no port.
    public var name: Located<String>?
    public var references: [NodeReference]
  }
  public var location: SourceLocation
  public var ports: [Port]
}

/// `node`, `node.port`, or either with `*` for any characters of node names.
public struct NodeReference: Sendable, Equatable {
  public var node: String
  public var port: String?
  public var location: SourceLocation

  public init(node: String, port: String?, location: SourceLocation) {
    self.node = node
    self.port = port
    self.location = location
  }

  public var isPattern: Bool { node.contains("*") }
  /// As written.
  public var text: String { port.map { "\(node).\($0)" } ?? node }

  /// True when a node's name fits the pattern.
  public func matches(_ name: String) -> Bool {
    guard isPattern else { return node == name }
    let pieces = node.split(separator: "*", omittingEmptySubsequences: false)
    var rest = Substring(name)
    guard rest.hasPrefix(pieces[0]) else { return false }
    rest = rest.dropFirst(pieces[0].count)
    for piece in pieces.dropFirst().dropLast() where !piece.isEmpty {
      guard let end = Self.end(of: piece, in: rest) else { return false }
      rest = rest[end...]
    }
    return rest.hasSuffix(pieces[pieces.count - 1])
  }

  private static func end(of piece: Substring, in text: Substring) -> Substring.Index? {
    var start = text.startIndex
    while start < text.endIndex {
      if text[start...].hasPrefix(piece) { return text.index(start, offsetBy: piece.count) }
      start = text.index(after: start)
    }
    return nil
  }
}
