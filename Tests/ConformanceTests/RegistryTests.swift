import Conformance
import TestSupport
import Testing

@Suite struct RegistryTests {
  @Test func `every case has a name of its own and a sentence`() {
    let all = CaseRegistry.all
    #expect(Set(all.map(\.id)).count == all.count && all.count > 60)
    for test in all {
      #expect(test.id.allSatisfy { $0.isLowercase || $0 == "-" }, "\(test.id)")
      #expect(test.sentence.hasSuffix("."), "\(test.id): \(test.sentence)")
    }
  }
}
