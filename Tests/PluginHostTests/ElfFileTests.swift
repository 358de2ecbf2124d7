import PluginHost
import TestSupport
import Testing

@Suite struct ElfFileTests {
  @Test func `a library tells its section, its needs and its exports`() throws {
    let path = try Fixture(flags: ["-Wl,-soname,libsample.so.1", "-Wl,-rpath,$ORIGIN:/opt/x", "-Wl,--no-as-needed", "-lm"])
      .build()
    let elf = try ElfFile(path: path)
    #expect(try elf.contents(ofSection: ".tidemill")?.starts(with: Array(#"{"abi":0"#.utf8)) == true)
    #expect(try elf.contents(ofSection: ".nothing") == nil)
    let dynamic = try elf.dynamic()
    #expect(dynamic.soname == "libsample.so.1")
    #expect(dynamic.needed.contains("libm.so.6") && dynamic.needed.contains("libc.so.6"))
    #expect(dynamic.runpath + dynamic.rpath == ["$ORIGIN", "/opt/x"])
    #expect(try elf.exports("tidemill_plugin_1"))
    #expect(try !elf.exports("tidemill_plugin_2"))
    #expect(try !elf.exports("create"))
  }

  @Test func `undefined symbols are listed, weak ones as weak`() throws {
    let source = """
      extern int strong_one(void); extern int weak_one(void) __attribute__((weak));
      int call(void) { return strong_one() + (weak_one ? weak_one() : 0); }
      """
    let symbols = try ElfFile(path: try Compiler.build(source)).undefinedSymbols()
    #expect(symbols.contains { $0.name == "strong_one" && !$0.isWeak })
    #expect(symbols.contains { $0.name == "weak_one" && $0.isWeak })
  }

  @Test func `a file that is cut anywhere is refused or read, and never more`() throws {
    let bytes = try Workspace.bytes(try Fixture().build())
    for length in stride(from: 0, to: bytes.count, by: 97) { Self.exercise(Array(bytes[..<length])) }
    #expect(throws: ElfFile.Problem.self) { try ElfFile(bytes: Array(bytes[..<(bytes.count - 1)])) }
    #expect(throws: ElfFile.Problem.notElf) { try ElfFile(bytes: []) }
    #expect(throws: ElfFile.Problem.notElf) { try ElfFile(bytes: [0x7F, 0x45, 0x4C]) }
  }

  @Test func `two thousand damaged files do no harm`() throws {
    let bytes = try Workspace.bytes(try Fixture().build())
    var random = SplitMix(seed: 20_240_611)
    print("seed 20240611")
    let interesting: [UInt8] = [0, 1, 0x7F, 0x80, 0xFF]
    let table = Self.sectionTable(bytes)
    for _ in 0..<2000 {
      var damaged = bytes
      for _ in 0...Int(random.next() % 8) {
        // Two of three hits go where the structure is: the header and the section headers.
        let place =
          switch random.next() % 3 {
          case 0: Int(random.next() % 64)
          case 1: table + Int(random.next() % UInt64(bytes.count - table))
          default: Int(random.next() % UInt64(bytes.count))
          }
        damaged[place] = random.next() % 2 == 0 ? interesting[Int(random.next() % 5)] : UInt8(truncatingIfNeeded: random.next())
      }
      Self.exercise(damaged)
    }
  }

  @Test func `sizes that a file claims are bounded`() throws {
    var bytes = try Workspace.bytes(try Fixture().build())
    bytes[60] = 0
    bytes[61] = 0
    let table = Self.sectionTable(bytes)
    for index in 0..<8 { bytes[table + 32 + index] = 0xFF }
    #expect(throws: ElfFile.Problem.damaged("it claims \(Int.max) sections")) { try ElfFile(bytes: bytes) }
  }

  @Test func `another processor, word size and byte order are told apart`() throws {
    let bytes = try Workspace.bytes(try Fixture().build())
    func problem(_ change: (inout [UInt8]) -> Void) throws -> ElfFile.Problem? {
      var changed = bytes
      change(&changed)
      return #expect(throws: ElfFile.Problem.self) { try ElfFile(bytes: changed) }
    }
    let other: UInt8 = bytes[18] == 183 ? 243 : 183
    guard case .architecture(let name, _)? = try problem({ $0[18] = other }) else { throw Missing() }
    #expect(name == (other == 183 ? "aarch64" : "RISC-V"))
    guard case .architecture(let narrow, _)? = try problem({ $0[4] = 1 }) else { throw Missing() }
    #expect(narrow.hasSuffix("32 bits"))
    guard case .architecture(let big, _)? = try problem({ $0[5] = 2 }) else { throw Missing() }
    #expect(big.hasSuffix("big-endian"))
    #expect(try problem { $0[16] = 1 } == .notShared("an object file that is not linked yet"))
  }

  struct Missing: Error {}

  static func sectionTable(_ bytes: [UInt8]) -> Int { (0..<8).reduce(0) { $0 | Int(bytes[40 + $1]) << (8 * $1) } }

  /// Everything that can be asked of a file.
  static func exercise(_ bytes: [UInt8]) {
    guard let elf = try? ElfFile(bytes: bytes) else { return }
    _ = try? elf.contents(ofSection: ".tidemill")
    _ = try? elf.dynamic()
    _ = try? elf.exports("tidemill_plugin_1")
    _ = try? elf.undefinedSymbols()
  }
}
