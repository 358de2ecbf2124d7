import Expressions
import Frames

/// Evaluates an expression for events and says what came out, a line for each.
public struct EventReport {
  public enum Form: Sendable {
    /// `double     61.5`
    case text
    /// The notation of cases.
    case json
  }

  private let expression: EventExpression
  private let form: Form
  public private(set) var events = 0
  /// Events without a value, and lines that are no events.
  public private(set) var errors = 0

  public init(_ expression: EventExpression, form: Form) {
    self.expression = expression
    self.form = form
  }

  /// Evaluates the expression for every line of a descriptor; without any line once, if it needs no event. The result is 0, or
  /// the number of the error when reading fails.
  public mutating func run(_ descriptor: Int32, pause: () -> Void, _ write: (String) -> Void) -> Int32 {
    let failure = JsonLines().read(descriptor, pause: pause) { line in
      switch line {
      case .broken(let reason): write(self.line(error: reason))
      case .object(let event): write(self.line(for: event))
      }
    }
    if failure == 0, events == 0, !expression.usesEvents { write(once()) }
    return failure
  }

  /// The line of an expression that needs no event.
  public mutating func once() -> String { line(for: VariantReader.nothing) }

  private mutating func line(for event: VariantReader) -> String {
    do {
      let value = try expression.value(of: event)
      events += 1
      var json = JsonText()
      switch form {
      case .text: return Self.column(value.typeName.shortName) + value.literal
      case .json:
        json.write(value)
        return json.string
      }
    } catch {
      return line(error: error.message)
    }
  }

  private mutating func line(error: String) -> String {
    events += 1
    errors += 1
    switch form {
    case .text: return Self.column("error") + JsonText.escaped(error)
    case .json:
      var json = JsonText()
      json.write(error: error)
      return json.string
    }
  }

  /// The first column, as wide as the longest name of a type.
  private static func column(_ word: String) -> String {
    word + String(repeating: " ", count: max(1, 11 - word.utf8.count))
  }
}
