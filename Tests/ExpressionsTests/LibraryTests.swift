import Testing

@testable import Expressions

struct LibraryTests {
  /// Operators, and the methods that do not evaluate all that they are given, are no functions of the library.
  private static let others: Set<String> = [
    Operators.add, Operators.subtract, Operators.multiply, Operators.divide, Operators.modulo, Operators.equal,
    Operators.notEqual,
    Operators.less, Operators.lessOrEqual, Operators.greater, Operators.greaterOrEqual, "or", "orValue",
  ]

  @Test func `each function that is declared is there, in each of its forms`() {
    for (name, overloads) in Declarations.functions where !Self.others.contains(name) {
      for overload in overloads {
        let definition = Library.standard.definition(name, isMethod: overload.isMethod, count: overload.parameters.count)
        #expect(definition != nil, "\(name) with \(overload.parameters)")
      }
    }
  }

  @Test func `a function that is there is declared`() {
    for name in Library.standard.names { #expect(Declarations.functions[name] != nil, "\(name)") }
  }

  @Test func `a function of no name or with another number of arguments is an error`() {
    expect(["nothing(1)": "error: unknown function 'nothing'", "size(1, 2)": "error: no such overload", "[1].size(2)": "error"])
  }
}
