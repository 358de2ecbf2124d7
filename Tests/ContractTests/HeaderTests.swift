import CTidemill
import Glibc
import Testing

struct HeaderTests {
  private static let program = "int main(void) { return 0; }\n"

  @Test(arguments: Compiler.all)
  func `each header compiles alone, without a warning`(compiler: Compiler) {
    let headers = contractHeaders()
    #expect(headers.contains("tidemill/plugin.h") && headers.contains("tidemill/ext/codec.h"))
    for header in headers {
      let file = ScratchFile(suffix: ".c", text: "#include \"\(header)\"\n" + Self.program)
      #expect(compiler.run(["-fsyntax-only", file.path]) == "", "\(header)")
    }
  }

  @Test(arguments: Compiler.all)
  func `all headers compile together, in either order and twice`(compiler: Compiler) {
    let headers = contractHeaders()
    let includes = (headers + headers.reversed()).map { "#include \"\($0)\"\n" }.joined()
    let file = ScratchFile(suffix: ".c", text: includes + Self.program)
    #expect(compiler.run(["-fsyntax-only", file.path]) == "")
  }

  @Test(arguments: Compiler.cxx)
  func `the header for C++ compiles alone, and where implicit conversions are warned of`(compiler: Compiler) {
    let file = ScratchFile(suffix: ".cpp", text: "#include \"tidemill/plugin.hpp\"\n" + Self.program)
    #expect(compiler.run(["-Wconversion", "-Wsign-conversion", "-fsyntax-only", file.path]) == "")
  }

  @Test(arguments: Compiler.all)
  func `all headers compile where implicit conversions are warned of`(compiler: Compiler) {
    let includes = contractHeaders().map { "#include \"\($0)\"\n" }.joined()
    let file = ScratchFile(suffix: ".c", text: includes + Self.program)
    #expect(compiler.run(["-Wconversion", "-Wsign-conversion", "-fsyntax-only", file.path]) == "")
  }

  @Test(arguments: Compiler.all)
  func `parts of a manifest may stand on one line, and on the same line of two files`(compiler: Compiler) throws {
    let library = ScratchFile(suffix: ".so")
    let source = Compiler.root + "/Tests/Programs/manifest_parts.c"
    try #require(compiler.run(["-O2", "-shared", "-fPIC", "-o", library.path, source]) == "")
    #expect(contents(of: library.path).firstRange(of: Array("a\0b\0c\0d\0e\0".utf8)) != nil)
  }

  private func contents(of path: String) -> [UInt8] {
    guard let file = fopen(path, "r") else { return [] }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    return Array(bytes[..<fread(&bytes, 1, bytes.count, file)])
  }

  @Test(arguments: Compiler.all)
  func `what lies beyond the size of a table is absent`(compiler: Compiler) {
    let program = ScratchFile(suffix: ".out")
    #expect(compiler.run(["-O1", "-o", program.path, Compiler.root + "/Tests/Programs/truncated.c"]) == "")
    let result = spawn([program.path])
    #expect(result.status == 0, "\(result.output)")
  }

  @Test func `Swift sees that what lies beyond the size of a table is absent`() {
    var host = tide_host()
    host.now = { _ in 7 }
    host.reject = { _, _, _, _ in TIDE_OK }
    host.size = UInt32(MemoryLayout<tide_host>.offset(of: \.config_bool)!)
    #expect(tide_host_has_now(&host) != 0 && tide_host_has_wake(&host) == 0 && tide_host_has_reject(&host) == 0)
    host.size = UInt32(MemoryLayout<tide_host>.size)
    #expect(tide_host_has_reject(&host) != 0)
    var component = tide_component()
    component.flush = { _, _ in TIDE_OK }
    component.size = UInt32(MemoryLayout<tide_component>.offset(of: \.flush)!)
    #expect(tide_has_flush(&component) == 0)
    component.size += 8
    #expect(tide_has_flush(&component) != 0)
  }

  @Test(arguments: frozenLayout)
  func `sizes and offsets are those of the first release`(table: FrozenStruct) {
    #expect(table.found == table.frozen)
    for field in table.fields { #expect(field.found == field.frozen, "\(table.name).\(field.name)") }
    let names = Set(table.fields.map(\.name))
    #expect(names.count == table.fields.count)
  }
}
