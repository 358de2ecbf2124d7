import Aggregates
import Testing

/// Aggregates as they are written.
@Suite struct AggregateTextTests {
  @Test func `a function and its arguments`() throws {
    let text = try AggregateText(" quantile ( value * 2.0 , 0.99 ) ")
    #expect(text.name.text == "quantile")
    #expect(text.name.offset == 1)
    #expect(text.arguments.map(\.text) == ["value * 2.0", "0.99"])
    #expect(text.arguments.map(\.offset) == [12, 26])
    #expect(try text.function() == .quantile)
    #expect(try text.parameter(of: .quantile) == 0.99)
    #expect(try AggregateText("count()").arguments.isEmpty)
    #expect(try AggregateText("count( )").arguments.isEmpty)
  }

  @Test(arguments: [
    ("max(f(a, b))", "f(a, b)"), ("max([a, b][0])", "[a, b][0]"), ("max({'k': 1, 'l': 2}['k'])", "{'k': 1, 'l': 2}['k']"),
    ("max(',)' + x)", "',)' + x"), (#"max("a\",)" + x)"#, #""a\",)" + x"#), (#"max(r'\' + x)"#, #"r'\' + x"#),
    ("max('''it's, )''')", "'''it's, )'''"), ("max(a // , )\n + b)", "a // , )\n + b"), ("max(a / b)", "a / b"),
    (#"max(br"\" + x)"#, #"br"\" + x"#), ("max('ü, é')", "'ü, é'"),
  ])
  func `commas and brackets within an expression are its own`(text: String, argument: String) throws {
    #expect(try AggregateText(text).arguments.map(\.text) == [argument])
  }

  @Test(arguments: [
    ("", "an aggregate is written as a function of an expression, such as 'sum(value)'", 0),
    ("sum", "an aggregate is written as a function of an expression, such as 'sum(value)'", 0),
    ("sum(a", "this bracket is not closed", 3), ("sum((a)", "this bracket is not closed", 3),
    ("sum([a)", "this bracket is not closed", 4), ("sum(a])", "nothing opens this bracket", 5),
    ("sum('a)", "this text does not end", 4), ("top(a,)", "an argument of 'top' is missing", 6),
    ("top(,1)", "an argument of 'top' is missing", 4),
    (
      "sum(a) / 2", "'/ 2' follows the aggregate, which is one function; write what is to be aggregated into it", 7
    ),
  ])
  func `what is no aggregate is told with its place`(text: String, reason: String, offset: Int) {
    let error = #expect(throws: AggregateTextError.self) { try AggregateText(text) }
    #expect(error?.reason == reason)
    #expect(error?.offset == offset)
  }

  @Test(arguments: [
    ("median(a)", "'median' is no aggregate function; there are ", 0), ("sum()", "sum needs an expression", 0),
    ("sum(a, b)", "sum takes one argument, not 2", 7), ("quantile(a)", "quantile needs a number, its 'q'", 0),
    ("quantile(a, 1.5)", "q of quantile is a number from 0.0 to 1.0, not '1.5'", 12),
    ("top(a, 2.5)", "k of top is an integer from 1 to 1000, not '2.5'", 7),
    ("list(a, n)", "limit of list is an integer from 1 to 10000, not 'n'", 8),
  ])
  func `arguments that a function does not take`(text: String, reason: String, offset: Int) throws {
    let parsed = try AggregateText(text)
    let error = #expect(throws: AggregateTextError.self) {
      let function = try parsed.function()
      _ = try parsed.parameter(of: function)
    }
    #expect(error?.reason.hasPrefix(reason) == true, "\(error?.reason ?? "")")
    #expect(error?.offset == offset)
  }
}
