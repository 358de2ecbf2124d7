import Expressions
import Testing

struct ValueMapTests {
  @Test func `an int, a uint and a whole double of one number are the same key`() {
    var map = ValueMap()
    let inserted = [map.insert(.int(7), .string("seven")), map.insert(.uint(7), .null)]
    #expect(inserted == [true, false] && map.count == 1)
    for key in [Value.int(7), .uint(7), .double(7)] {
      guard case .string(let text)? = map[key] else {
        Issue.record("\(key) finds nothing")
        continue
      }
      #expect(text == "seven")
    }
    #expect(map[.double(7.5)] == nil && map[.int(-7)] == nil)
  }

  @Test func `texts that look alike but have other code points are different keys`() {
    var map = ValueMap()
    let inserted = [map.insert(.string("\u{e9}"), .int(1)), map.insert(.string("e\u{301}"), .int(2))]
    #expect(inserted == [true, true] && map.count == 2)
  }
}
