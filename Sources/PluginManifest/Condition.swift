extension ComponentManifest {
  /// With which options something holds of a component; without any member: always.
  public struct Condition: Sendable, Codable, Equatable {
    /// Where this option is written, or has a default.
    public var option: String?
    /// Where the option has this value; nil = any.
    public var value: ConfigValue?
    /// Not where this option is given.
    public var without: String?

    public init(option: String? = nil, value: ConfigValue? = nil, without: String? = nil) {
      self.option = option
      self.value = value
      self.without = without
    }

    /// - Parameter config: as resolved, with its defaults.
    public func holds(in config: ConfigValue) -> Bool {
      if let without, config[without] ?? .null != .null { return false }
      guard let option else { return true }
      guard let given = config[option], given != .null else { return false }
      return value == nil || value == given
    }
  }

  /// What waits for the watermark.
  public struct Wait: Sendable, Codable, Equatable {
    public var option: String?
    public var value: ConfigValue?
    public var without: String?
    /// What the component does when the watermark moves, as "fires its windows".
    public var reason: String

    public var condition: Condition { Condition(option: option, value: value, without: without) }
  }
}

extension ComponentManifest.Arrival {
  public var condition: ComponentManifest.Condition { ComponentManifest.Condition(option: option, value: value) }
}
