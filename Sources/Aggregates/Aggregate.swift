import PluginKit

/// One aggregate of an operator, compiled.
public struct Aggregate {
  /// Of the field that it makes.
  public var name: String
  public var function: AggregateFunction
  /// Nil for `count()`.
  public var argument: Expression?
  /// Rows for which it is not true do not count.
  public var filter: Expression?
  /// The second argument; see `AggregateFunction.parameter`.
  public var parameter: Double?
  /// The type of the field, when a plan promises one; nil takes what the argument gives.
  public var resultType: ColumnType?

  public init(
    _ name: String, _ function: AggregateFunction, _ argument: Expression? = nil, parameter: Double? = nil,
    filter: Expression? = nil, resultType: ColumnType? = nil
  ) {
    (self.name, self.function, self.argument) = (name, function, argument)
    (self.parameter, self.filter, self.resultType) = (parameter, filter, resultType)
  }

  /// Compiles what an option holds.
  ///
  /// - Parameters:
  ///   - text: such as `quantile(value, 0.99)`.
  ///   - path: of the option, for messages.
  public init(_ name: String, _ text: String, filter: String? = nil, at path: String = "", host: Host) throws {
    let parsed = try Self.parse(text, at: path)
    self.init(
      name, parsed.function, try parsed.argument.map { try Expression($0, of: nil, at: path, host: host) },
      parameter: parsed.parameter,
      filter: try filter.map { try Expression($0, of: .bool, at: path, host: host) })
  }

  private static func parse(
    _ text: String, at path: String
  ) throws -> (function: AggregateFunction, argument: String?, parameter: Double?) {
    do throws(AggregateTextError) {
      let text = try AggregateText(text)
      let function = try text.function()
      return (function, text.arguments.first?.text, try text.parameter(of: function))
    } catch {
      throw PluginError.config(error.description, at: path)
    }
  }
}
