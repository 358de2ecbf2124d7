/// An aggregate as it is written: `fn(expression, number)`, cut into its parts.
///
/// An expression ends at the comma or bracket that is in no bracket, no string and no comment of the expression language; what it
/// means is not looked at.
public struct AggregateText: Equatable, Sendable {
  /// Part of the text, and where it starts, in bytes.
  public struct Part: Equatable, Sendable {
    public var text: String
    public var offset: Int
  }

  public var name: Part
  public var arguments: [Part]

  public init(_ text: String) throws(AggregateTextError) {
    var scanner = AggregateScanner(text)
    (name, arguments) = try scanner.scan()
  }

  /// The function, whose arguments are as many as it takes.
  public func function() throws(AggregateTextError) -> AggregateFunction {
    guard let function = AggregateFunction(rawValue: name.text) else {
      let all = AggregateFunction.allCases.map(\.rawValue).joined(separator: ", ")
      throw AggregateTextError("'\(name.text)' is no aggregate function; there are \(all)", at: name.offset)
    }
    let least = function.argument == .optional ? 0 : function.parameter.map { $0.standard == nil } == true ? 2 : 1
    let most = function.parameter == nil ? 1 : 2
    guard arguments.count >= least else {
      let missing = arguments.isEmpty ? "an expression" : "a number, its '\(function.parameter?.name ?? "")'"
      throw AggregateTextError("\(function.rawValue) needs \(missing)", at: name.offset)
    }
    guard arguments.count <= most else {
      throw AggregateTextError(
        "\(function.rawValue) takes \(most == 1 ? "one argument" : "two arguments"), not \(arguments.count)",
        at: arguments[most].offset)
    }
    return function
  }

  /// The number that is written as the second argument, or what stands for it.
  public func parameter(of function: AggregateFunction) throws(AggregateTextError) -> Double? {
    guard let parameter = function.parameter else { return nil }
    guard arguments.count > 1 else { return parameter.standard }
    guard let value = Double(arguments[1].text), parameter.range.contains(value),
      !parameter.isInteger || value.rounded() == value
    else {
      let (low, high) = (parameter.range.lowerBound, parameter.range.upperBound)
      let kind = parameter.isInteger ? "an integer from \(Int(low)) to \(Int(high))" : "a number from \(low) to \(high)"
      throw AggregateTextError(
        "\(parameter.name) of \(function.rawValue) is \(kind), not '\(arguments[1].text)'", at: arguments[1].offset)
    }
    return value
  }
}

/// What is wrong with an aggregate as written, and where.
public struct AggregateTextError: Error, Equatable, CustomStringConvertible {
  /// A sentence without a period.
  public let reason: String
  /// In bytes of the text.
  public let offset: Int

  init(_ reason: String, at offset: Int) { (self.reason, self.offset) = (reason, offset) }

  public var description: String { reason }
}
