import Expressions
import Testing

struct LibraryTests {
  @Test func `each function that is declared is there, in each of its forms`() {
    #expect(FunctionTable.names.count > 80 && FunctionTable.missing == [])
  }

  @Test func `a function that is there is declared`() { #expect(FunctionTable.undeclared == []) }

  @Test func `a function of no name or with another number of arguments is an error`() {
    expect(["nothing(1)": "error: unknown function 'nothing'", "size(1, 2)": "error: no such overload", "[1].size(2)": "error"])
  }
}
