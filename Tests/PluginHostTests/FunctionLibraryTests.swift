import Glibc
import PluginHost
import PluginManifest
import TestSupport
import Testing

/// Functions of libraries, found without loading one.
@Suite struct FunctionLibraryTests {
  private static let source = """
    #include <stdint.h>
    double half(double x) { return x / 2; }
    int counter = 3;
    _Thread_local int mine;
    static double hidden(double x) { return x; }
    __attribute__((visibility("hidden"))) double secret(double x) { return hidden(x); }
    static double plain(double x) { return x; }
    static void *choose(void) { return (void *)plain; }
    double chosen(double) __attribute__((ifunc("choose")));
    __attribute__((constructor)) static void run(void) { counter++; }
    """

  private func lookup(_ symbol: String, _ library: String, _ space: Workspace, directory: String = ".") -> FunctionLookup {
    space.scan().lookup(function: symbol, library: library, directory: directory)
  }

  private func allowed(_ symbol: String, _ library: String, _ space: Workspace) throws -> FunctionReference? {
    _ = try space.scan().allow([symbol], of: library)
    guard case .found(let reference) = lookup(symbol, library, space) else { return nil }
    return reference
  }

  // MARK: Libraries

  @Test func `a library is found by its name, by its path, and beside the manifest`() throws {
    let space = try Workspace()
    #expect(try allowed("hypot", "libm.so.6", space)?.library == "libm.so.6")
    let path = try space.put(try Compiler.build(Self.source), as: "flows/lib/libown.so")
    #expect(try allowed("half", path, space)?.file == path)
    guard case .found(let beside) = lookup("half", "lib/libown.so", space, directory: space.path + "/flows") else {
      Issue.record("it is not found beside the manifest")
      return
    }
    #expect(beside == FunctionReference(file: path, sha256: try Sha256.file(path), symbol: "half"))
    #expect(
      lookup("half", "libown.so", space, directory: space.path + "/flows/lib")
        == .noLibrary(
          reason: "there is no library 'libown.so' where the dynamic linker looks",
          fix: "to mean the file beside the manifest, write ./libown.so"))
    let named = space.scan(["LD_LIBRARY_PATH": space.path + "/flows/lib"])
    guard case .found = named.lookup(function: "half", library: "libown.so", directory: ".") else {
      Issue.record("it is not found in LD_LIBRARY_PATH")
      return
    }
  }

  @Test func `a library that is not there is said so, with the nearest that is`() throws {
    let space = try Workspace()
    #expect(
      lookup("hypot", "libm.so", space)
        == .noLibrary(reason: "there is no library 'libm.so' where the dynamic linker looks", fix: "did you mean 'libm.so.6'?"))
    #expect(
      lookup("f", "./gone.so", space)
        == .noLibrary(reason: "there is no library './gone.so'", fix: "a path counts from the manifest"))
    #expect(lookup("f", "/gone.so", space) == .noLibrary(reason: "there is no library '/gone.so'", fix: nil))
  }

  @Test func `what is no library for this machine is refused with what it is`() throws {
    let space = try Workspace()
    let text = try space.write("text.so", "this is no library, but long enough to have a header of one: sixty-four bytes")
    #expect(lookup("f", text, space) == .noLibrary(reason: "'\(text)' is no shared library", fix: nil))
    let empty = try space.write("empty.so", "")
    #expect(lookup("f", empty, space) == .noLibrary(reason: "'\(empty)' is no shared library", fix: nil))
    #expect(
      lookup("f", space.path + "/", space) == .noLibrary(reason: "'\(space.path)/' is a directory, not a library", fix: nil))

    var bytes = try Workspace.bytes(try Compiler.build(Self.source))
    let cut = try space.write("cut.so", Array(bytes[..<200]))
    guard case .noLibrary(let reason, _) = lookup("half", cut, space) else {
      Issue.record("half a library was taken for one")
      return
    }
    #expect(reason.hasPrefix("'\(cut)' is damaged: "))
    bytes[4] = 1
    bytes[18] = 3
    let narrow = try space.write("narrow.so", bytes)
    #expect(
      lookup("half", narrow, space)
        == .noLibrary(reason: "'\(narrow)' is for x86, 32 bits; this host is x86-64", fix: "build it for x86-64"))
  }

  @Test func `damaged libraries do no harm`() throws {
    let space = try Workspace()
    let bytes = try Workspace.bytes(try Compiler.build(Self.source))
    var random = SplitMix(seed: 0xE1F0_0001)
    print("seed 0xE1F00001")
    let catalog = space.scan()
    for round in 0..<300 {
      var damaged = bytes
      for _ in 0..<4 {
        let place = round % 2 == 0 ? Int.random(in: 0..<64, using: &random) : Int.random(in: 0..<bytes.count, using: &random)
        damaged[place] = UInt8.random(in: 0...255, using: &random)
      }
      let path = try space.write("damaged.so", damaged)
      _ = catalog.lookup(function: "half", library: path, directory: ".")
    }
  }

  @Test func `a library that needs another that is not there is refused`() throws {
    let space = try Workspace()
    let needed = try Compiler.build("int inner(void) { return 1; }", ["-Wl,-soname,libnowhere-inner.so"])
    let path = try space.put(
      try Compiler.build("int inner(void); int outer(void) { return inner(); }", [needed]), as: "outer.so")
    #expect(
      lookup("outer", path, space)
        == .noLibrary(
          reason: "'\(path)' needs libnowhere-inner.so, which is not installed",
          fix: "install it; apt-file search libnowhere-inner.so names the package"))
  }

  // MARK: Symbols

  @Test func `functions are found, those that choose another and those with versions too`() throws {
    let space = try Workspace()
    let path = try space.put(try Compiler.build(Self.source), as: "own.so")
    #expect(try allowed("half", path, space) != nil)
    #expect(try allowed("chosen", path, space) != nil)
    for symbol in ["hypot", "log1p", "exp", "pow", "sin"] { #expect(try allowed(symbol, "libm.so.6", space) != nil) }
    #expect(try allowed("labs", "libc.so.6", space) != nil)
  }

  @Test func `what is no function, or nobody can find, is refused`() throws {
    let space = try Workspace()
    let path = try space.put(try Compiler.build(Self.source), as: "own.so")
    let advice = "it has: chosen, half"
    #expect(lookup("counter", path, space) == .noSymbol(reason: "'counter' of own.so is no function but data", fix: advice))
    #expect(lookup("mine", path, space) == .noSymbol(reason: "'mine' of own.so is no function but data", fix: advice))
    #expect(lookup("hidden", path, space) == .noSymbol(reason: "own.so has no function 'hidden'", fix: advice))
    #expect(lookup("secret", path, space) == .noSymbol(reason: "own.so has no function 'secret'", fix: advice))
    #expect(lookup("hlaf", path, space) == .noSymbol(reason: "own.so has no function 'hlaf'", fix: "did you mean 'half'?"))
    #expect(
      lookup("hypto", "libm.so.6", space)
        == .noSymbol(reason: "libm.so.6 has no function 'hypto'", fix: "did you mean 'hypot'?"))
    guard case .noSymbol(_, let fix) = lookup("frobnicate", "libm.so.6", space) else {
      Issue.record("found")
      return
    }
    #expect(fix?.hasPrefix("nm -D lists its ") == true)
  }

  @Test func `a version for old programs alone is told apart`() throws {
    let space = try Workspace()
    let source = """
      double old_way(double x) { return x; }
      double new_way(double x) { return x; }
      double first(double x) { return x; }
      __asm__(".symver old_way,gone@OLD_1");
      __asm__(".symver first,both@OLD_1");
      __asm__(".symver new_way,both@@NEW_1");
      """
    let versions = try space.write("versions", "OLD_1 { global: gone; both; local: *; }; NEW_1 { global: both; } OLD_1;")
    let path = try space.put(try Compiler.build(source, ["-Wl,--version-script=\(versions)"]), as: "versioned.so")
    #expect(try allowed("both", path, space) != nil)
    #expect(
      lookup("gone", path, space)
        == .noSymbol(
          reason: "'gone' of versioned.so is there for old programs only: the dynamic linker does not find it by its name",
          fix: nil))
  }

  @Test func `looking a function up runs no code of its library`() throws {
    let space = try Workspace()
    let mark = space.path + "/ran"
    let source = """
      #include <stdio.h>
      __attribute__((constructor)) static void run(void) { FILE *f = fopen("\(mark)", "w"); if (f) fclose(f); }
      double half(double x) { return x / 2; }
      """
    let path = try space.put(try Compiler.build(source), as: "loud.so")
    let reference = try #require(try allowed("half", path, space))
    #expect(access(mark, F_OK) != 0)
    let symbol = try FunctionLoader.load(reference, space.settings())
    #expect(access(mark, F_OK) == 0)
    #expect(unsafeBitCast(symbol, to: (@convention(c) (Double) -> Double).self)(7) == 3.5)
  }

  // MARK: Loading

  @Test func `a library of one's own is loaded from a copy, with what it finds beside it`() throws {
    let space = try Workspace()
    try space.directory("lib")
    let inner = try space.put(
      try Compiler.build("double inner(double x) { return 3 * x; }", ["-Wl,-soname,libinner-\(getpid()).so"]),
      as: "lib/libinner-\(getpid()).so")
    let path = try space.put(
      try Compiler.build("double inner(double); double outer(double x) { return inner(x); }", [inner, "-Wl,-rpath,$ORIGIN"]),
      as: "lib/outer.so")
    let reference = try #require(try allowed("outer", path, space))
    let symbol = try FunctionLoader.load(reference, space.settings())
    // What is overwritten now is not what is mapped.
    try space.write("lib/outer.so", "gone")
    #expect(unsafeBitCast(symbol, to: (@convention(c) (Double) -> Double).self)(2) == 6)
    #expect(throws: PluginError.self) { try FunctionLoader.load(reference, space.settings()) }
  }

  @Test func `a library that the process has is used as it is`() throws {
    let space = try Workspace()
    let reference = try #require(try allowed("labs", "libc.so.6", space))
    #expect(try FunctionLoader.load(reference, space.settings()) == dlsym(nil, "labs"))
  }

  // MARK: The list

  @Test func `a function runs only once it is allowed by name`() throws {
    let space = try Workspace()
    let path = try space.put(try Compiler.build(Self.source), as: "own.so")
    let refused = FunctionLookup.refused(
      reason: "nobody has allowed 'half' of \(path)", fix: "allow it with: tidemill function allow \(path) half")
    #expect(lookup("half", path, space) == refused)
    let (made, dropped) = try space.scan().allow(["chosen"], of: path)
    #expect(made.symbols == ["chosen"] && dropped == [] && made.lock == space.path + "/state/tidemill/plugins.lock")
    #expect(lookup("half", path, space) == refused)
    #expect(try space.scan().allow(["half"], of: path).allowed.symbols == ["chosen", "half"])
    guard case .found = lookup("half", path, space) else { return #expect(Bool(false), "it was allowed") }
    #expect(try space.scan().disallow(["half"], of: path).symbols == ["half"])
    #expect(lookup("half", path, space) == refused)
    #expect(try space.scan().allowedFunctions().map(\.symbols) == [["chosen"]])
    #expect(try space.scan().disallow([], of: "own.so").symbols == ["chosen"])
    #expect(try space.scan().allowedFunctions() == [])
  }

  @Test func `what was allowed of other content is refused until it is allowed again, but for --dev`() throws {
    let space = try Workspace()
    let path = try space.put(try Compiler.build(Self.source), as: "own.so")
    _ = try space.scan().allow(["half", "chosen"], of: path)
    try space.put(
      try Compiler.build("double half(double x) { return x / 2 + 0; } double chosen(double x) { return x; }"), as: "own.so")
    #expect(
      lookup("half", path, space)
        == .refused(
          reason: "\(path) has changed since 'half' was allowed",
          fix: "allow it again with: tidemill function allow \(path) half"))
    #expect(try space.scan().allowedFunctions().map(\.problem) == ["changed"])
    let dev = PluginCatalog.scan(space.settings(isDevelopment: true))
    guard case .found = dev.lookup(function: "half", library: path, directory: ".") else {
      return #expect(Bool(false), "--dev takes changed files")
    }
    let again = try space.scan().allow(["half"], of: path)
    #expect(again.allowed.symbols == ["half"] && again.dropped == ["chosen"])
    guard case .refused = dev.lookup(function: "chosen", library: path, directory: ".") else {
      return #expect(Bool(false), "--dev allows nothing by itself")
    }
  }

  @Test func `with --safe, elevated privileges or a broken list nothing is called`() throws {
    let space = try Workspace()
    _ = try space.scan().allow(["hypot"], of: "libm.so.6")
    let safe = PluginCatalog.scan(space.settings(isSafe: true))
    guard case .refused(let reason, _) = safe.lookup(function: "hypot", library: "libm.so.6", directory: ".") else {
      return #expect(Bool(false), "--safe")
    }
    #expect(reason.hasPrefix("with --safe"))
    let privileged = PluginCatalog.scan(PluginCatalog.Settings(environment: space.environment(isPrivileged: true)))
    guard case .refused = privileged.lookup(function: "hypot", library: "libm.so.6", directory: ".") else {
      return #expect(Bool(false), "privileges")
    }
    #expect(throws: PluginError.self) { try privileged.allow(["hypot"], of: "libm.so.6") }
    try space.write("state/tidemill/plugins.lock", "{")
    guard case .refused(let broken, let fix) = lookup("hypot", "libm.so.6", space) else {
      return #expect(Bool(false), "broken")
    }
    #expect(broken.contains("the lock file") && fix?.contains("rm ") == true)
  }

  @Test func `only what is there can be allowed, and only what is listed disallowed`() throws {
    let space = try Workspace()
    let unknown = #expect(throws: PluginError.self) { try space.scan().allow(["hypot", "hypto"], of: "libm.so.6") }
    #expect(unknown?.fix == "did you mean 'hypot'?")
    #expect(try space.scan().allowedFunctions() == [])
    let none = #expect(throws: PluginError.self) { try space.scan().disallow(["hypot"], of: "libm.so.6") }
    #expect(none?.sentence == "no function of 'libm.so.6' is allowed")
    _ = try space.scan().allow(["hypot"], of: "libm.so.6")
    let other = #expect(throws: PluginError.self) { try space.scan().disallow(["hypott"], of: "libm.so.6") }
    #expect(other?.fix == "did you mean 'hypot'?")
  }

  @Test func `plugins and functions share the file and keep each other's entries`() throws {
    let space = try Workspace()
    _ = try space.scan().allow(["hypot"], of: "libm.so.6")
    let path = space.path + "/state/tidemill/plugins.lock"
    try PluginLock.update(path) { $0.set(.init(file: "/a.so", sha256: String(repeating: "0", count: 64), enabled: false)) }
    _ = try space.scan().allow(["log1p"], of: "libm.so.6")
    let lock = try PluginLock.read(path)
    #expect(lock.entries.map(\.file) == ["/a.so"] && lock.functions.map(\.symbols) == [["hypot", "log1p"]])
    try PluginLock.update(path) { $0.remove("/a.so") }
    #expect(try PluginLock.read(path).functions.count == 1)
    let text = lock.json.replacing(lock.functions[0].sha256, with: "12")
    try space.write("state/tidemill/plugins.lock", text)
    let error = #expect(throws: PluginError.self) { try PluginLock.read(path) }
    #expect(error?.sentence.contains("has not 64 digits") == true)
  }
}
