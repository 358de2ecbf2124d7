import TestSupport
import Testing

/// The arrows of docs/ARCHITECTURE.md, held against Package.swift and every import.
struct LayeringTests {
  /// Modules from outside the project that a module may import; every Swift module may import `common`.
  static let common: Set<String> = ["Glibc", "Synchronization", "Swift"]
  static let outside: [String: Set<String>] = [
    "PluginHost": ["FoundationEssentials"],
    "Manifest": ["FoundationEssentials", "Foundation", "Yams", "CYaml"],
    "Runtime": ["FoundationEssentials", "Logging"],
    "tidemill": ["FoundationEssentials", "Logging", "ArgumentParser"],
  ]
  /// Modules whose header folder a C module may include beside its own and the contract's.
  static let cModules: Set<String> = ["CTidemill", "CHost", "CArrow", "CCodec", "CRecords", "CFunction", "CMd"]

  /// Modules for C libraries that plugins may use.
  static let shims: Set<String> = ["CRegex", "CExpressions"]
  /// Modules for plugins, on top of `PluginKit`.
  static let kits: Set<String> = ["Aggregates", "Ordering"]
  /// Modules of the data path that stand on nothing of the host: plugins may have them in themselves.
  static let shared: Set<String> = ["Formats"]

  @Test func `the map and Package.swift name the same modules with the same arrows`() throws {
    let documented = try ModuleMap.documented().dependencies
    let declared = try ModuleMap.declared().dependencies.filter { $0.key != "TestSupport" }
    #expect(documented.count > 10, "the table of docs/ARCHITECTURE.md was not found")
    #expect(documented == declared)
    let folders = try Files.names(ProjectPaths.path("Sources"))
    #expect(Set(folders) == Set(documented.keys), "each module is a folder of Sources")
  }

  @Test func `no module depends on itself, not even by way of others`() throws {
    let map = try ModuleMap.documented()
    for module in map.dependencies.keys {
      #expect(!map.reachable(from: module).contains(module), "\(module) depends on itself")
    }
  }

  @Test func `each module imports only what it declares`() throws {
    let map = try ModuleMap.documented()
    for file in try SourceFile.all(in: ["Sources"]) where file.isSwift {
      let allowed = (map.dependencies[file.module] ?? []).union(Self.common).union(Self.outside[file.module] ?? [])
      for name in file.imports {
        #expect(allowed.contains(name), "\(file.path) imports \(name), which \(file.module) does not declare")
      }
    }
  }

  @Test func `C of the host includes the contract, its own headers and those of modules that it declares`() throws {
    let map = try ModuleMap.documented()
    for file in try SourceFile.all(in: ["Sources"]) where file.isC {
      for name in file.includes {
        let isContract = name.hasPrefix("tidemill/")
        let isSystem = !name.hasSuffix(".hpp") && !Self.isProjectHeader(name)
        let isOwn =
          Files.exists(ProjectPaths.path("Sources/\(file.module)/\(name)"))
          || Files.exists(ProjectPaths.path("Sources/\(file.module)/include/\(name)"))
        let isDeclared = (map.dependencies[file.module] ?? []).contains {
          Files.exists(ProjectPaths.path("Sources/\($0)/include/\(name)"))
        }
        #expect(
          isContract || isOwn || isDeclared || isSystem, "\(file.path) includes \(name), which \(file.module) does not declare")
      }
    }
  }

  private static func isProjectHeader(_ name: String) -> Bool {
    name.hasPrefix("tide") || cModules.contains { Files.exists(ProjectPaths.path("Sources/\($0)/include/\(name)")) }
  }

  @Test func `plugins depend on the contract, on what stands on it alone, on formats, and on modules for C libraries`() throws {
    let map = try ModuleMap.documented()
    for shim in Self.shims { #expect(map.dependencies[shim] == [], "\(shim) is more than a module for a C library") }
    for kit in Self.kits { #expect(map.dependencies[kit] == ["PluginKit"], "\(kit) stands on more than PluginKit") }
    for module in Self.shared {
      #expect(
        map.reachable(from: module).isSubset(of: ["CTidemill", "CHost", "CRecords", "CCodec", "Frames", "StoredFrames"]),
        "\(module) stands on the host")
    }
    let swift = Self.shims.union(Self.kits).union(Self.shared).union(["PluginKit", "Glibc", "Synchronization"])
    for file in try SourceFile.all(in: ["Plugins", "samples"])
    where !file.path.contains("/Tests/") && !file.path.hasSuffix("/Package.swift") {
      for name in file.imports {
        #expect(swift.contains(name), "\(file.path) imports \(name); a plugin has PluginKit and the C library")
      }
      for name in file.includes {
        #expect(
          name.hasPrefix("tidemill/") || !Self.isProjectHeader(name), "\(file.path) includes \(name), which is the host's")
      }
    }
  }

  @Test func `nothing below the command names a plugin`() throws {
    let plugins = try Files.names(ProjectPaths.path("Plugins")).map { $0.lowercased() }
    let components = ["file", "stdin", "stdout", "tcp", "generate", "system", "threshold"]
    for file in try SourceFile.all(in: ["Sources"]) where file.path != "Sources/tidemill/GenerateCommand.swift" {
      for (number, line) in file.lines.enumerated() where !line.drop(while: { $0 == " " }).hasPrefix("//") {
        let place = "\(file.path):\(number + 1)"
        for name in plugins {
          #expect(!line.contains("tidemill-\(name)"), "\(place) names the plugin \(name)")
        }
        for name in components {
          #expect(!line.contains("/\(name)\""), "\(place) names the component \(name)")
          #expect(!line.contains("== \"\(name)\"") && !line.contains("case \"\(name)\""), "\(place) decides by the id \(name)")
        }
      }
    }
  }

  @Test func `the data path is free of Foundation`() throws {
    let modules: Set<String> = [
      "Frames", "StoredFrames", "Rings", "Formats", "Functions", "Expressions", "Playground", "PluginKit", "Aggregates",
      "Ordering", "Engine",
    ]
    for file in try SourceFile.all(in: ["Sources", "Plugins"])
    where file.path.hasPrefix("Plugins/") || modules.contains(file.module) {
      #expect(!file.imports.contains { $0.hasPrefix("Foundation") }, "\(file.path) imports Foundation")
    }
  }
}
