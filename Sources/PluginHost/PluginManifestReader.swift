import CTidemill
import PluginManifest

/// One thing that is wrong in a manifest, with its place: `components[0].options[1].default`.
public struct ManifestProblem: Error, Sendable, Equatable, CustomStringConvertible {
  /// Empty when the text as a whole is meant.
  public var path: String
  public var text: String

  public init(_ path: String, _ text: String) {
    self.path = path
    self.text = text
  }

  public var description: String { TerminalText.line(path.isEmpty ? text : "\(path): \(text)") }
}

/// Reads and checks the JSON of a `.tidemill` section.
public struct PluginManifestReader: Sendable {
  /// What reading gave.
  public struct Result: Sendable, Equatable {
    /// Present when the text could be read; usable only when there are no problems.
    public var manifest: PluginManifest?
    /// The text as written, names that are not known included.
    public var document: ConfigValue?
    public var problems: [ManifestProblem] = []
    /// Names that this version does not know: misspelt, or of a later minor revision. They do no harm.
    public var unknown: [ManifestProblem] = []
    /// The minor revision that the plugin needs, when it is later than the host's; the rest is then not judged.
    public var laterAbi: UInt32?
  }

  public var hostMinor: UInt32

  public init(hostMinor: UInt32 = UInt32(TIDE_ABI_MINOR)) {
    self.hostMinor = hostMinor
  }

  /// Reads a section's bytes: the pieces stand one after the other, and NULs between them are dropped.
  public func read(section: [UInt8]) -> Result {
    let bytes = section.filter { $0 != 0 }
    if bytes.isEmpty { return Result(problems: [ManifestProblem("", "the section is empty")]) }
    do throws(JsonError) {
      return read(try JsonReader.read(bytes))
    } catch {
      return Result(problems: [ManifestProblem("", "not JSON at \(error)")])
    }
  }

  /// The same for text.
  public func read(json: String) -> Result { read(section: Array(json.utf8)) }

  private func read(_ value: ConfigValue) -> Result {
    var result = Result(document: value)
    // First of all: a later revision may have words that cannot be judged here.
    if case .int(let abi)? = value["abi"], abi > Int64(hostMinor), abi <= Int64(UInt32.max) { result.laterAbi = UInt32(abi) }
    let decoder = ConfigDecoder()
    do {
      let manifest = try decoder.decode(PluginManifest.self, from: value)
      result.manifest = manifest
      if result.laterAbi != nil { return result }
      result.unknown = decoder.unread.map { ManifestProblem($0, "is not known") }
      result.problems = ManifestRules().problems(of: manifest)
    } catch let error as DecodingError {
      if result.laterAbi == nil { result.problems = [Self.problem(error)] }
    } catch {
      result.problems = [ManifestProblem("", "\(error)")]
    }
    return result
  }

  static func problem(_ error: DecodingError) -> ManifestProblem {
    switch error {
    case .keyNotFound(let key, let context):
      return ManifestProblem(ConfigDecoder.text(context.codingPath + [key]), "is missing")
    case .dataCorrupted(let context), .typeMismatch(_, let context), .valueNotFound(_, let context):
      let path = ConfigDecoder.text(context.codingPath)
      guard context.debugDescription.hasPrefix("Cannot initialize") else {
        return ManifestProblem(path, context.debugDescription)
      }
      let choices = context.codingPath.last.flatMap { words(of: $0.stringValue, path: path) }
      return ManifestProblem(path, choices.map { "should be one of \($0.joined(separator: ", "))" } ?? "has no such value")
    @unknown default: return ManifestProblem("", "\(error)")
    }
  }

  /// The words that stand for the values of an enumeration, by the last name of its path.
  private static func words(of name: String, path: String) -> [String]? {
    switch name {
    case "kind": ComponentManifest.Kind.allCases.map(\.rawValue)
    case "concurrency": [ComponentManifest.Concurrency.stateless, .keyed, .single].map(\.rawValue)
    case "codec": [ComponentManifest.Codec.decode, .encode].map(\.rawValue)
    case "type": OptionSchema.ValueType.every.map(\.rawValue)
    case "format": OptionSchema.Format.every.map(\.rawValue)
    case "result": OptionSchema.ExpressionResult.allCases.map(\.rawValue)
    default: nil
    }
  }
}

extension OptionSchema.ValueType {
  static let every: [Self] = [.string, .integer, .number, .boolean, .list, .map]
}

extension OptionSchema.Format {
  static let every: [Self] = [.duration, .bytes, .secret, .path, .expression, .field, .key, .aggregate]
}
