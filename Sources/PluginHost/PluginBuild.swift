import Glibc
import PluginManifest

/// Builds a plugin from one C or C++ file, or a folder of C, C++ or Swift files, and leaves it there as NAME.so.
public struct PluginBuild: Sendable {
  /// What came out.
  public struct Product: Sendable, Equatable {
    public var file: String
    /// What the file says of itself now.
    public var entry: PluginEntry
    /// Warnings of the compiler; empty when it had nothing to say.
    public var messages: String
  }

  /// Seconds that a compiler may take.
  public static let limitSeconds = 600

  /// How C and C++ become a library that shares its entry and no other name.
  private static let library = ["-shared", "-fPIC", "-fvisibility=hidden", "-O2", "-g", "-Wall", "-Wextra"]

  public var settings: PluginCatalog.Settings
  public var seal: PluginSeal

  public init(settings: PluginCatalog.Settings, executable: String? = nil) {
    self.settings = settings
    seal = PluginSeal(settings: settings, executable: executable)
  }

  /// Compiles, seals, and checks that a listing would take the result. The library replaces an older one in one step, and only
  /// when all of that went well.
  ///
  /// - Parameters:
  ///   - path: `x.c`, `x.cpp`, `x.swift`, or a folder `x`.
  ///   - output: the directory that `x.so` is left in; nil = beside the file, or in the folder.
  public func build(_ path: String, into output: String? = nil) throws(PluginError) -> Product {
    var sources = try PluginSources(path)
    if let output {
      guard FilePaths.isDirectory(output) else { throw PluginError("\(output) is no directory") }
      sources.product = FilePaths.join(FilePaths.absolute(output), FilePaths.name(of: sources.product))
    }
    let sdk = try PluginSDK.find(settings.environment)
    let directory = FilePaths.directory(of: sources.product)
    let fresh = FilePaths.join(directory, ".\(FilePaths.name(of: sources.product)).\(getpid()).so")
    defer { unlink(fresh) }
    let messages = try compile(sources, sdk, into: fresh)
    do throws(PluginError) {
      try seal.seal(fresh)
    } catch {
      // The file that people know.
      throw PluginError(error.sentence.replacing(fresh, with: sources.product), fix: error.fix)
    }
    var entry = PluginCatalog.examine(fresh, settings)
    if case .refused(let refusal) = entry.status {
      let sentence = ([refusal.sentence] + entry.problems.dropFirst().map { "  \($0)" }).joined(separator: "\n")
      throw PluginError("\(path) was compiled, but would be refused: \(sentence)")
    }
    try FileWrites.rename(fresh, over: sources.product)
    entry.file = sources.product
    entry.directory.path = directory
    return Product(file: sources.product, entry: entry, messages: messages)
  }

  private func compile(_ sources: PluginSources, _ sdk: PluginSDK, into product: String) throws(PluginError) -> String {
    let name: String
    var arguments: [String]
    switch sources.language {
    case .c:
      name = settings.environment.variables["CC"] ?? "cc"
      arguments = Self.library + ["-I", sdk.headers, "-o", product] + sources.files
    case .cpp:
      name = settings.environment.variables["CXX"] ?? "c++"
      arguments = ["-std=c++17"] + Self.library + ["-I", sdk.headers, "-o", product] + sources.files
    case .swift:
      guard FilePaths.isFile(sdk.archive) else {
        throw PluginError("the SDK in \(sdk.path) is for C alone: it lacks \(sdk.archive)", fix: "run scripts/make-sdk")
      }
      name = "swiftc"
      arguments = ["-O", "-wmo", "-swift-version", "6", "-parse-as-library", "-emit-library"]
      arguments += ["-module-name", sources.module, "-I", sdk.modules, "-I", sdk.headers]
      arguments += sources.files + [sdk.archive, "-Xlinker", "-rpath", "-Xlinker", "$ORIGIN"]
      // The name that it will have, not that of the place where it is made.
      arguments += ["-Xlinker", "-soname", "-Xlinker", FilePaths.name(of: sources.product), "-o", product]
    }
    guard let compiler = ChildProcess.find(name, in: settings.environment) else {
      throw PluginError(
        "building \(FilePaths.name(of: sources.product)) needs \(name), which is not in PATH",
        fix: sources.language == .swift ? "install Swift from swift.org/install" : "apt install build-essential")
    }
    let result = try ChildProcess.run(compiler, arguments, limitSeconds: Self.limitSeconds)
    if result.isLate { throw PluginError("\(compiler) did not finish within \(Self.limitSeconds) s") }
    guard result.status == 0 else {
      throw PluginError("\(name) failed:\n\(result.errors)\(result.output)")
    }
    return result.errors + result.output
  }
}

/// The files that make one plugin, and what they are written in.
struct PluginSources {
  enum Language {
    case c, cpp, swift
  }

  private static let endings: [(ending: String, language: Language)] = [
    (".swift", .swift), (".cpp", .cpp), (".cc", .cpp), (".cxx", .cpp), (".c", .c),
  ]
  private static let depthLimit = 16

  var language: Language
  /// Sorted.
  var files: [String]
  /// Where the library goes.
  var product: String
  /// A Swift module name made of the plugin's.
  var module: String

  init(_ path: String) throws(PluginError) {
    guard let absolute = FilePaths.resolved(path) else { throw PluginError("\(path) does not exist") }
    let name = FilePaths.name(of: absolute)
    if FilePaths.isDirectory(absolute) {
      let all = Self.files(in: absolute, depth: 0)
      guard let (ending, found) = Self.endings.first(where: { ending in all.contains { $0.hasSuffix(ending.ending) } }) else {
        throw PluginError("\(path) has no source files: a plugin is written in C, C++ or Swift")
      }
      language = found
      let isSwift = found == .swift
      files = all.filter { isSwift ? $0.hasSuffix(ending) : Self.language(of: $0).map { $0 != .swift } ?? false }
      if isSwift, let other = all.first(where: { Self.language(of: $0).map { $0 != .swift } ?? false }) {
        throw PluginError(
          "\(path) mixes Swift with \(FilePaths.name(of: other))", fix: "use a package of your own and tidemill plugin seal")
      }
      product = FilePaths.join(absolute, name + ".so")
    } else {
      guard let found = Self.language(of: name) else {
        throw PluginError("\(path) is neither a C, C++ or Swift file nor a folder of them")
      }
      language = found
      files = [absolute]
      let stem = String(name[..<name.lastIndex(of: ".")!])
      product = FilePaths.join(FilePaths.directory(of: absolute), stem + ".so")
    }
    module = Self.moduleName(FilePaths.stem(of: product))
  }

  private static func language(of name: String) -> Language? { endings.first { name.hasSuffix($0.ending) }?.language }

  /// Source files below a folder; hidden folders, tests and the package's own description are no part of the plugin.
  private static func files(in directory: String, depth: Int) -> [String] {
    guard depth < depthLimit else { return [] }
    return (FilePaths.names(in: directory) ?? []).flatMap { name -> [String] in
      let path = FilePaths.join(directory, name)
      if name.hasPrefix(".") || name == "Tests" || name == "Package.swift" { return [] }
      if FilePaths.isDirectory(path) { return files(in: path, depth: depth + 1) }
      return language(of: name) == nil ? [] : [path]
    }
  }

  /// "my-filter" gives "MyFilter_plugin": a valid identifier that is no module of the SDK.
  private static func moduleName(_ stem: String) -> String {
    let words = stem.split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
    let name = words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    return (name.first?.isNumber ?? true ? "P" : "") + name + "_plugin"
  }
}
