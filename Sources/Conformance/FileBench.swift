import CTidemill
import Glibc
import PluginHost
import PluginManifest

/// What a case of the file works with.
final class FileBench {
  let file: String
  /// The file as listings see it.
  let entry: PluginEntry

  init(_ file: String) {
    self.file = file
    entry = PluginCatalog.examine(file)
  }

  /// Loads a private copy of the library, as a host does.
  func load() throws -> UnsafeMutableRawPointer {
    do throws(PluginError) {
      let copy = try PluginCopies(environment: .current()).copy(entry.file, companions: entry.manifest?.files ?? [])
      if let handle = dlopen(copy.library, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE) { return handle }
      throw PluginError(dlerror().map { String(cString: $0) } ?? "the loader gives no reason")
    } catch {
      throw CaseEnd.failed("it cannot be loaded: \(error.sentence)")
    }
  }

  typealias Entry = @convention(c) (UInt32) -> UnsafePointer<tide_plugin>?

  func entry(of handle: UnsafeMutableRawPointer) throws -> Entry {
    guard let symbol = dlsym(handle, PluginFileReader.entrySymbol) else {
      throw CaseEnd.failed("it does not export \(PluginFileReader.entrySymbol)")
    }
    return unsafeBitCast(symbol, to: Entry.self)
  }

  func symbols() throws -> (undefined: [(name: String, isWeak: Bool)], defined: [String]) {
    do {
      let elf = try ElfFile(path: entry.file)
      return (try elf.undefinedSymbols(), try elf.definedSymbols())
    } catch {
      throw CaseEnd.failed("its symbols cannot be read: \(error)")
    }
  }
}
