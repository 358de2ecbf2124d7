import Manifest
import Testing

@Suite struct DiagnosticTests {
  private let diagnostic = Diagnostic(
    file: "p.yaml", location: .init(line: 2, column: 3), message: "'widht' is not an option", fix: "did you mean 'width'?")

  @Test func `a diagnostic is one line with its place first`() {
    #expect(diagnostic.description == "p.yaml:2:3: 'widht' is not an option; did you mean 'width'?")
    var warning = diagnostic
    warning.severity = .warning
    warning.fix = nil
    #expect(warning.description == "p.yaml:2:3: warning: 'widht' is not an option")
  }

  @Test func `an excerpt shows the line and a caret below the place`() {
    #expect(
      diagnostic.rendered(source: "a:\n  widht: 1\r\nb: 2")
        == "p.yaml:2:3: 'widht' is not an option; did you mean 'width'?\n  2 |   widht: 1\n        ^")
  }

  @Test func `what a diagnostic is about is underlined, as far as the line goes`() {
    var long = Diagnostic(file: "p.yaml", location: .init(line: 1, column: 4), length: 3, message: "here")
    #expect(long.rendered(source: "a: b + c") == "p.yaml:1:4: here\n  1 | a: b + c\n         ^~~")
    long.length = 99
    #expect(long.rendered(source: "a: b + c") == "p.yaml:1:4: here\n  1 | a: b + c\n         ^~~~~")
    long.location.column = 9
    #expect(long.rendered(source: "a: b + c") == "p.yaml:1:9: here\n  1 | a: b + c\n              ^")
  }

  @Test func `a place that the text does not have needs no excerpt`() {
    #expect(diagnostic.rendered(source: "a: 1") == diagnostic.description)
    #expect(diagnostic.rendered(source: "") == diagnostic.description)
    #expect(diagnostic.rendered(source: "\nx") == diagnostic.description)
  }

  @Test func `a long line is cut around the place`() {
    let far = Diagnostic(file: "p.yaml", location: .init(line: 1, column: 500), message: "here")
    let lines = far.rendered(source: String(repeating: "x", count: 499) + "!" + String(repeating: "y", count: 500)).split(
      separator: "\n")
    #expect(lines.count == 3)
    #expect(lines[1].count < 140)
    #expect(Array(lines[1])[lines[2].count - 1] == "!")
  }

  @Test func `tabs and wide characters keep the caret in its column`() {
    let wide = Diagnostic(file: "p.yaml", location: .init(line: 1, column: 4), message: "here")
    #expect(wide.rendered(source: "\täöü") == "p.yaml:1:4: here\n  1 |  äöü\n         ^")
  }
}
