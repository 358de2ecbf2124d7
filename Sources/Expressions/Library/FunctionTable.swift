/// The functions that the checker knows beside those that the evaluator has: the two must be the same.
public enum FunctionTable {
  /// Operators, and the methods that do not evaluate all that they are given, are no functions of the library.
  private static let others: Set<String> = [
    Operators.add, Operators.subtract, Operators.multiply, Operators.divide, Operators.modulo, Operators.equal,
    Operators.notEqual, Operators.less, Operators.lessOrEqual, Operators.greater, Operators.greaterOrEqual, "or", "orValue",
  ]

  /// Functions that are declared, by name.
  public static var names: [String] { Declarations.functions.keys.sorted() }

  /// Forms of functions that are declared and cannot be called.
  public static var missing: [String] {
    Declarations.functions.filter { !others.contains($0.key) }.flatMap { name, overloads in
      overloads.filter { overload in
        Library.standard.definition(name, isMethod: overload.isMethod, count: overload.parameters.count) == nil
      }.map { "\(name) with \($0.parameters)" }
    }
  }

  /// Functions that could be called and are not declared.
  public static var undeclared: [String] { Library.standard.names.filter { Declarations.functions[$0] == nil } }
}
