extension Component {
  /// With which options something holds; without any: always.
  public struct Condition: Sendable {
    let option: String?
    let value: String?
    let without: String?

    /// - Parameters:
    ///   - option: where it is given.
    ///   - value: where the option has this value, a text.
    ///   - without: not where this option is given.
    public init(
      with option: (any DeclaredOption)? = nil, value: String? = nil, without: (any DeclaredOption)? = nil
    ) {
      self.option = option?.name
      self.value = value
      self.without = without?.name
    }

    /// Whatever the options are.
    public static let always = Condition()
  }

  /// What waits for the watermark: without one that moves it comes at the end of the input, and `tidemill validate` says so.
  public struct Wait: Sendable {
    let condition: Condition
    let reason: String

    /// - Parameters:
    ///   - option: where it is given; nil: always.
    ///   - value: where the option has this value, a text.
    ///   - without: not where this option is given.
    ///   - reason: what the component does when the watermark moves, as "fires its windows".
    public init(
      with option: (any DeclaredOption)? = nil, value: String? = nil, without: (any DeclaredOption)? = nil, reason: String
    ) {
      condition = Condition(with: option, value: value, without: without)
      self.reason = reason
    }
  }
}

extension Component.Condition {
  var json: String { JSONText.object { $0.add(self) } }
}

extension Component.Wait {
  var json: String {
    JSONText.object {
      $0.add(condition)
      $0.add("reason", reason)
    }
  }
}

extension JSONText {
  fileprivate mutating func add(_ condition: Component.Condition) {
    add("option", condition.option)
    add("value", condition.value)
    add("without", condition.without)
  }
}
