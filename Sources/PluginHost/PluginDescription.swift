import CTidemill
import Glibc

/// Loads a plugin for its manifest, of its section or in code (`tide.manifest/1`), and holds its table against it. Runs the
/// plugin's code: only the child process of sealing does this.
public enum PluginDescription {
  private typealias Extension = @convention(c) (OpaquePointer?, UnsafePointer<CChar>?) -> UnsafeRawPointer?

  /// The manifest's JSON. Whatever the plugin prints meanwhile goes to standard error. [control]
  public static func describe(_ file: String) throws(PluginError) -> String {
    let path = FilePaths.absolute(file)
    fflush(nil)
    let output = dup(STDOUT_FILENO)
    dup2(STDERR_FILENO, STDOUT_FILENO)
    defer {
      fflush(nil)
      if output >= 0 {
        dup2(output, STDOUT_FILENO)
        close(output)
      }
    }
    guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE) else {
      throw PluginError("\(path) cannot be loaded: \(PluginLibrary.loaderMessage())", fix: "build it again")
    }
    let table = try PluginTable.entry(handle, path)
    let text = try text(of: try PluginTable.components(of: table, file: path), path)
    if let manifest = PluginManifestReader().read(json: text).manifest {
      _ = try PluginTable.components(of: table, manifest: manifest, file: path)
    }
    return text
  }

  private static func text(of components: [UnsafePointer<tide_component>], _ path: String) throws(PluginError) -> String {
    guard let first = components.first, tide_has_extension(first) != 0,
      let ask = first.pointer(to: \.extension)!.pointee,
      let answer = ask(nil, TIDE_MANIFEST_EXTENSION)
    else {
      // A C plugin has its manifest from the compiler and says nothing in code.
      if let section = (try? ElfFile(path: path).contents(ofSection: PluginFileReader.section)) ?? nil {
        return String(decoding: section.filter { $0 != 0 }, as: UTF8.self)
      }
      throw PluginError(
        "\(path) does not describe itself", fix: "write its manifest with TIDE_MANIFEST, or offer \(TIDE_MANIFEST_EXTENSION)")
    }
    let source = answer.assumingMemoryBound(to: tide_manifest_source.self)
    guard source.pointer(to: \.size)!.pointee >= UInt32(MemoryLayout<tide_manifest_source>.size),
      let json = source.pointer(to: \.json)!.pointee
    else { throw PluginError("\(path) offers \(TIDE_MANIFEST_EXTENSION) without its function") }
    let text = json()
    guard let start = text.data, text.length <= UInt64(ElfFile.Limit.manifestBytes) else {
      throw PluginError("\(path) describes itself with no text, or with more than \(ElfFile.Limit.manifestBytes) bytes")
    }
    let bytes = UnsafeRawBufferPointer(start: start, count: Int(text.length))
    guard let valid = String(validating: bytes, as: UTF8.self) else {
      throw PluginError("\(path) describes itself in text that is not UTF-8")
    }
    return valid
  }
}
