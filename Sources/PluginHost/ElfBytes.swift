/// Little-endian reads from a piece of an ELF file. Numbers are read at offsets that the caller has checked; names come from
/// the file and are checked here.
struct ElfBytes {
  private let bytes: [UInt8]
  var count: Int { bytes.count }

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  func u16(_ at: Int) -> UInt16 { load(at) }
  func u32(_ at: Int) -> UInt32 { load(at) }
  func u64(_ at: Int) -> UInt64 { load(at) }

  private func load<T: FixedWidthInteger>(_ at: Int) -> T {
    precondition(at >= 0 && at + MemoryLayout<T>.size <= bytes.count, "reads of ELF tables stay inside them")
    return bytes.withUnsafeBytes { T(littleEndian: $0.loadUnaligned(fromByteOffset: at, as: T.self)) }
  }

  /// The NUL-terminated string at an offset; nil when it starts or ends beyond the bytes.
  func string(at offset: UInt64) -> String? {
    guard offset < UInt64(count), let end = bytes[Int(offset)...].firstIndex(of: 0) else { return nil }
    return String(decoding: bytes[Int(offset)..<end], as: UTF8.self)
  }

  /// Whether the string at an offset is `name`.
  func matches(_ name: [UInt8], at offset: UInt64) -> Bool {
    guard offset < UInt64(count), count - Int(offset) > name.count else { return false }
    let start = Int(offset)
    return bytes[start + name.count] == 0 && bytes[start..<start + name.count].elementsEqual(name)
  }

  /// Header number `index` of a table of section headers.
  func section(_ index: Int, name: String) -> ElfFile.Section {
    let at = index * 64
    return ElfFile.Section(
      name: name, type: u32(at + 4), flags: u64(at + 8), offset: u64(at + 24), size: u64(at + 32), link: u32(at + 40))
  }

  /// The entry of a symbol table at an offset.
  func symbol(_ at: Int) -> ElfSymbol {
    ElfSymbol(name: UInt64(u32(at)), info: bytes[at + 4], other: bytes[at + 5], section: u16(at + 6))
  }
}

/// One entry of a symbol table.
struct ElfSymbol {
  /// Offset of its name.
  var name: UInt64
  var info: UInt8
  var other: UInt8
  var section: UInt16
  /// Of a version that only those find who ask for it.
  var isSuperseded = false

  var isDefined: Bool { section != 0 }
  var isWeak: Bool { info >> 4 == 2 }
  /// STT_FUNC, or STT_GNU_IFUNC: a function that picks a function when it is bound.
  var isFunction: Bool { info & 15 == 2 || info & 15 == 10 }
  /// Global or weak, with default or protected visibility.
  var isVisible: Bool { (info >> 4 == 1 || isWeak) && (other & 3 == 0 || other & 3 == 3) }
}

/// Processors and file types by their ELF numbers.
enum ElfMachine {
  #if arch(x86_64)
    static let host: UInt16 = 62
  #elseif arch(arm64)
    static let host: UInt16 = 183
  #elseif arch(riscv64)
    static let host: UInt16 = 243
  #else
    #error("the ELF machine number of this processor is not known here")
  #endif

  private static let names: [UInt16: String] = [
    3: "x86", 8: "MIPS", 20: "PowerPC", 21: "ppc64", 22: "s390", 40: "ARM", 62: "x86-64", 183: "aarch64", 243: "RISC-V",
    258: "LoongArch",
  ]

  static func name(_ machine: UInt16, isWide: Bool, isLittle: Bool) -> String {
    let name = names[machine] ?? "machine \(machine)"
    return name + (isWide ? "" : ", 32 bits") + (isLittle ? "" : ", big-endian")
  }

  static func typeName(_ type: UInt16) -> String {
    switch type {
    case 1: "an object file that is not linked yet"
    case 2: "an executable"
    case 4: "a core dump"
    default: "ELF of type \(type)"
    }
  }
}
