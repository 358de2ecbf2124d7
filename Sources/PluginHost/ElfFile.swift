/// A shared library as its file tells it, read without loading it: what it is, its sections, what it needs and exports.
///
/// Every offset and count comes from bytes that nobody vouches for, so each read is bounds-checked and each table has a limit.
/// Format: System V ABI, "Object Files" and "Dynamic Linking" (ELF64, little-endian).
public struct ElfFile {
  /// Why a file is no library that could run here.
  public enum Problem: Error, Sendable, Equatable {
    /// It does not start like ELF.
    case notElf
    /// It starts like ELF and contradicts itself or ends early; says where.
    case damaged(String)
    /// ELF for another processor or word size; both in words.
    case architecture(of: String, host: String)
    /// ELF, but no shared library: an object file, an executable of the old kind, a core.
    case notShared(String)
  }

  /// What the section of dynamic entries says.
  public struct Dynamic: Sendable, Equatable {
    public var needed: [String] = []
    public var soname: String?
    /// Search directories as written, `$ORIGIN` not replaced; `rpath` counts only without `runpath`.
    public var runpath: [String] = []
    public var rpath: [String] = []
  }

  /// Sizes beyond which a file is called damaged instead of being read.
  enum Limit {
    static let sections = 1 << 16
    static let manifestBytes = 4 << 20
    static let dynamicBytes = 1 << 20
    static let symbolBytes = 64 << 20
    static let stringBytes = 64 << 20
  }

  struct Section {
    var name: String
    var type: UInt32
    var flags: UInt64
    var offset: UInt64
    var size: UInt64
    var link: UInt32
  }

  private static let noBits: UInt32 = 8
  private static let dynamicType: UInt32 = 6
  private static let dynamicSymbols: UInt32 = 11
  private static let symbolVersions: UInt32 = 0x6FFF_FFFF
  private static let allocated: UInt64 = 2
  private static let compressed: UInt64 = 0x800

  private let file: FileBytes
  let sections: [Section]

  public init(path: String) throws {
    try self.init(FileBytes(path: path))
  }

  /// The same for bytes in memory.
  public init(bytes: [UInt8]) throws(Problem) {
    try self.init(FileBytes(bytes))
  }

  init(_ file: FileBytes) throws(Problem) {
    self.file = file
    guard let ident = file.bytes(at: 0, count: min(20, file.count)), ident.starts(with: [0x7F, 0x45, 0x4C, 0x46]) else {
      throw .notElf
    }
    guard ident.count == 20 else { throw .damaged("it ends inside its header") }
    let (isWide, isLittle) = (ident[4] == 2, ident[5] == 1)
    guard ident[4] == 1 || isWide, ident[5] == 2 || isLittle else { throw .damaged("its header names no class or byte order") }
    let type = isLittle ? UInt16(ident[16]) | UInt16(ident[17]) << 8 : UInt16(ident[17]) | UInt16(ident[16]) << 8
    let machine = isLittle ? UInt16(ident[18]) | UInt16(ident[19]) << 8 : UInt16(ident[19]) | UInt16(ident[18]) << 8
    guard isWide, isLittle, machine == ElfMachine.host else {
      throw .architecture(
        of: ElfMachine.name(machine, isWide: isWide, isLittle: isLittle),
        host: ElfMachine.name(ElfMachine.host, isWide: true, isLittle: true))
    }
    guard type == 3 else { throw .notShared(ElfMachine.typeName(type)) }
    sections = try Self.sections(of: file)
  }

  private static func sections(of file: FileBytes) throws(Problem) -> [Section] {
    guard let header = file.bytes(at: 0, count: 64).map(ElfBytes.init) else { throw .damaged("it ends inside its header") }
    let (offset, entrySize) = (header.u64(40), header.u16(58))
    if offset == 0 { return [] }
    guard entrySize == 64 else { throw .damaged("its section headers have \(entrySize) bytes, not 64") }
    var (count, nameIndex) = (Int(header.u16(60)), Int(header.u16(62)))
    if count == 0 || nameIndex == 0xFFFF {
      // Extended numbering: the first section header holds what does not fit in 16 bits.
      guard let first = file.bytes(at: offset, count: 64).map(ElfBytes.init) else {
        throw .damaged("its section headers lie beyond its end")
      }
      if count == 0 { count = Int(clamping: first.u64(32)) }
      if nameIndex == 0xFFFF { nameIndex = Int(first.u32(40)) }
    }
    guard count <= Limit.sections else { throw .damaged("it claims \(count) sections") }
    guard let table = file.bytes(at: offset, count: count * 64).map(ElfBytes.init) else {
      throw .damaged("its section headers lie beyond its end")
    }
    guard nameIndex < count else { throw .damaged("the section of section names does not exist") }
    let names = table.section(nameIndex, name: "")
    guard names.size <= UInt64(Limit.stringBytes),
      let text = file.bytes(at: names.offset, count: Int(names.size)).map(ElfBytes.init)
    else { throw .damaged("the section of section names lies beyond its end") }
    var sections: [Section] = []
    sections.reserveCapacity(count)
    for index in 0..<count {
      guard let name = text.string(at: UInt64(table.u32(index * 64))) else {
        throw .damaged("section \(index) has a name beyond the names")
      }
      sections.append(table.section(index, name: name))
    }
    return sections
  }

  /// The bytes of all sections of a name, joined in file order; nil when there is none.
  public func contents(ofSection name: String) throws(Problem) -> [UInt8]? {
    var contents: [UInt8]?
    for section in sections where section.name == name {
      guard section.type != Self.noBits, section.flags & Self.compressed == 0 else {
        throw .damaged("section \(name) is compressed or empty")
      }
      let bytes = try read(section, limit: Limit.manifestBytes - (contents?.count ?? 0))
      contents = (contents ?? []) + bytes
    }
    return contents
  }

  /// Whether a section of that name is part of what is mapped at run time.
  func isAllocated(_ name: String) -> Bool { sections.contains { $0.name == name && $0.flags & Self.allocated != 0 } }

  /// What the library needs, and where it wants that looked for.
  public func dynamic() throws(Problem) -> Dynamic {
    guard let section = sections.first(where: { $0.type == Self.dynamicType }) else { return Dynamic() }
    let table = ElfBytes(try read(section, limit: Limit.dynamicBytes))
    let strings = try linkedStrings(section)
    var result = Dynamic()
    for at in stride(from: 0, to: table.count - 15, by: 16) {
      let (tag, value) = (table.u64(at), table.u64(at + 8))
      if tag == 0 { break }
      guard [1, 14, 15, 29].contains(tag) else { continue }
      guard let text = strings.string(at: value) else { throw .damaged("a dynamic entry names a string that does not exist") }
      switch tag {
      case 1: result.needed.append(text)
      case 14: result.soname = text
      case 15: result.rpath += text.split(separator: ":").map(String.init)
      default: result.runpath += text.split(separator: ":").map(String.init)
      }
    }
    return result
  }

  /// Whether the library defines a symbol that others can find.
  public func exports(_ name: String) throws(Problem) -> Bool {
    let wanted = Array(name.utf8)
    var found = false
    try eachSymbol { symbol, strings in
      if !found, symbol.isDefined, symbol.isVisible, strings.matches(wanted, at: symbol.name) { found = true }
    }
    return found
  }

  /// Symbols that the library expects from elsewhere, in table order; weak ones may stay unresolved.
  public func undefinedSymbols() throws(Problem) -> [(name: String, isWeak: Bool)] {
    var result: [(name: String, isWeak: Bool)] = []
    try eachSymbol { symbol, strings in
      if !symbol.isDefined, let name = strings.string(at: symbol.name), !name.isEmpty { result.append((name, symbol.isWeak)) }
    }
    return result
  }

  /// Symbols that the library defines for others, in table order.
  package func definedSymbols() throws(Problem) -> [String] {
    var result: [String] = []
    try eachSymbol { symbol, strings in
      if symbol.isDefined, symbol.isVisible, let name = strings.string(at: symbol.name), !name.isEmpty { result.append(name) }
    }
    return result
  }

  func eachSymbol(_ visit: (ElfSymbol, ElfBytes) -> Void) throws(Problem) {
    guard let section = sections.first(where: { $0.type == Self.dynamicSymbols }) else { return }
    let table = ElfBytes(try read(section, limit: Limit.symbolBytes))
    let strings = try linkedStrings(section)
    let versions = try sections.first { $0.type == Self.symbolVersions }
      .map { (section) throws(Problem) in ElfBytes(try read(section, limit: Limit.symbolBytes)) }
    for at in stride(from: 0, to: table.count - 23, by: 24) {
      var symbol = table.symbol(at)
      // The highest bit: a version for programs that were linked against it, which nobody finds by the name alone.
      if let versions, at / 12 + 1 < versions.count { symbol.isSuperseded = versions.u16(at / 12) & 0x8000 != 0 }
      visit(symbol, strings)
    }
  }

  private func linkedStrings(_ section: Section) throws(Problem) -> ElfBytes {
    guard section.link < sections.count else { throw .damaged("section \(section.name) refers to no section of strings") }
    return ElfBytes(try read(sections[Int(section.link)], limit: Limit.stringBytes))
  }

  private func read(_ section: Section, limit: Int) throws(Problem) -> [UInt8] {
    guard section.size <= UInt64(max(0, limit)) else {
      throw .damaged("section \(section.name) has \(section.size) bytes, more than the \(max(0, limit)) allowed")
    }
    guard section.type != Self.noBits, let bytes = file.bytes(at: section.offset, count: Int(section.size)) else {
      throw .damaged("section \(section.name) lies beyond its end")
    }
    return bytes
  }
}
