import Expressions
import Testing

struct TypeReadingTests {
  @Test(arguments: [
    "dyn", "null", "bool", "int", "uint", "double", "string", "bytes", "timestamp", "duration", "list(int)", "map(string, dyn)",
    "optional(list(uint))", "type(int)", "map(int, map(string, list(optional(bytes))))", "net.IP", "net.CIDR",
  ])
  func `a type is read as it is written`(text: String) throws {
    let type = try #require(ValueType(text))
    #expect("\(type)" == text)
  }

  @Test func `the names of the specification are read, and blanks do not matter`() {
    #expect(ValueType("google.protobuf.Timestamp") == .timestamp)
    #expect(ValueType(" map( null_type ,optional_type(google.protobuf.Duration)) ") == .map(.null, .optional(.duration)))
    #expect(ValueType("list") == .list(.dyn) && ValueType("map") == .map(.dyn, .dyn) && ValueType("type") == .type(.dyn))
  }

  @Test(arguments: [
    "", "integer", "list(", "list()", "list(int))", "list int", "map(int)", "map(int, int, int)", "int(int)", "(int)",
  ])
  func `what is no type is refused`(text: String) {
    #expect(ValueType(text) == nil)
  }

  @Test func `types nest only so deep`() {
    let deep = String(repeating: "list(", count: 100_000) + "int" + String(repeating: ")", count: 100_000)
    #expect(ValueType(deep) == nil)
  }
}
