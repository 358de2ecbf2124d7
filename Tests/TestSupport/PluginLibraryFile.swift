import CTidemill
import Glibc

/// Finds and loads plugin libraries that the package built beside the test program.
public enum PluginLibraryFile {
  public struct Missing: Error, CustomStringConvertible {
    public let description: String
  }

  /// The folder of the running test program.
  public static var folder: String {
    var buffer = [CChar](repeating: 0, count: 4096)
    let length = readlink("/proc/self/exe", &buffer, buffer.count - 1)
    let path = String(decoding: buffer.prefix(max(length, 0)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
  }

  /// Path of `lib<name>.so`.
  public static func path(_ name: String) -> String { "\(folder)/lib\(name).so" }

  /// Calls the entry of a library. The library is never unloaded: a Swift one cannot be.
  public static func load(_ name: String) throws -> UnsafePointer<tide_plugin>? {
    guard let handle = dlopen(path(name), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE) else {
      throw Missing(description: dlerror().map { String(cString: $0) } ?? "\(path(name)) cannot be loaded")
    }
    guard let symbol = dlsym(handle, "tidemill_plugin_1") else { throw Missing(description: "\(name) has no entry") }
    typealias Entry = @convention(c) (UInt32) -> UnsafePointer<tide_plugin>?
    return unsafeBitCast(symbol, to: Entry.self)(UInt32(TIDE_ABI_MINOR))
  }
}
