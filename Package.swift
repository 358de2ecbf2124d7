// swift-tools-version:6.1
import PackageDescription

/// Plugins in Swift, one line each: the folder under Plugins/, the library it makes, and modules for C libraries that it uses.
let plugins: [(folder: String, library: String, shims: [Target.Dependency])] = [
  ("File", "tidemill-file", []),
  ("Stdio", "tidemill-stdio", []),
  ("Generate", "tidemill-generate", []),
  ("System", "tidemill-system", []),
  ("Tcp", "tidemill-tcp", []),
  ("Flow", "tidemill-flow", []),
  ("Transform", "tidemill-transform", []),
  ("Parse", "tidemill-parse", ["CRegex"]),
  ("Window", "tidemill-window", ["Aggregates", "CExpressions"]),
  ("Fold", "tidemill-fold", ["Aggregates"]),
  ("Dedupe", "tidemill-dedupe", []),
  ("Rolling", "tidemill-rolling", ["Aggregates"]),
  ("Order", "tidemill-order", ["Ordering"]),
  ("Join", "tidemill-join", []),
  ("Enrich", "tidemill-enrich", ["Formats"]),
]

let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")

let package = Package(
  name: "tidemill",
  products: [
    .executable(name: "tidemill", targets: ["tidemill"]),
    .executable(name: "tidemill-worker", targets: ["tidemill-worker"]),
    .library(name: "PluginKit", targets: ["PluginKit"]),
    .library(name: "Conformance", targets: ["Conformance"]),
    .library(name: "tidemill-threshold", type: .dynamic, targets: ["ThresholdPlugin"]),
    .library(name: "tidemill-audit", type: .dynamic, targets: ["CAudit"]),
  ] + plugins.map { .library(name: $0.library, type: .dynamic, targets: [$0.folder + "Plugin"]) },
  dependencies: [
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
  ],
  targets: [
    // Contract and what stands on it, lowest first.
    .target(
      name: "CTidemill", path: ".", sources: ["Sources/CTidemill"], publicHeadersPath: "include"),
    .systemLibrary(name: "CMd", path: "Sources/CMd", pkgConfig: "libmd", providers: [.apt(["libmd-dev"])]),
    .target(name: "CHost", dependencies: ["CTidemill"]),
    .target(name: "CArrow", dependencies: ["CTidemill"]),
    .target(name: "CAudit"),
    .target(name: "CWorker"),
    .target(name: "CRecords", dependencies: ["CTidemill"], linkerSettings: [.linkedLibrary("simdjson")]),
    .target(
      name: "CCodec", dependencies: ["CTidemill", "CHost"], linkerSettings: [.linkedLibrary("lz4"), .linkedLibrary("zstd")]),
    .target(name: "Frames", dependencies: ["CTidemill", "CHost"]),
    .target(name: "StoredFrames", dependencies: ["CTidemill", "CHost", "CCodec", "Frames"]),
    .target(name: "Rings", dependencies: ["CTidemill", "CHost"]),
    .target(name: "PluginManifest"),
    .target(name: "Formats", dependencies: ["CTidemill", "CRecords", "Frames", "StoredFrames"]),
    .target(name: "CFunction", dependencies: ["CTidemill", "CHost"], linkerSettings: [.linkedLibrary("ffi")]),
    .target(name: "Functions", dependencies: ["CTidemill", "CFunction", "Frames", "PluginManifest"]),
    .target(name: "CRegex", linkerSettings: [.linkedLibrary("re2")]),
    .target(name: "CExpressions", linkerSettings: [.linkedLibrary("absl_time"), .linkedLibrary("absl_time_zone")]),
    .target(name: "Expressions", dependencies: ["CRegex", "CExpressions"]),
    .target(name: "CKernels", dependencies: ["CTidemill"]),
    .target(name: "CLanes", dependencies: ["CTidemill"]),
    .target(name: "Kernels", dependencies: ["CTidemill", "CKernels", "Expressions", "Frames"]),
    .target(name: "Playground", dependencies: ["Expressions", "Formats", "Frames", "Kernels"]),
    .target(name: "PluginKit", dependencies: ["CTidemill", "Frames"]),
    .target(name: "Aggregates", dependencies: ["PluginKit"]),
    .target(name: "Ordering", dependencies: ["PluginKit"]),
    .target(name: "PluginHost", dependencies: ["CTidemill", "CHost", "CMd", "PluginManifest"]),
    .target(name: "Manifest", dependencies: ["Expressions", "PluginManifest", "Formats", yams]),
    .target(
      name: "Conformance",
      dependencies: [
        "CTidemill", "CHost", "CArrow", "CWorker", "Expressions", "Kernels", "Frames", "Formats", "PluginManifest",
        "PluginHost", "Manifest",
      ]),
    .target(
      name: "Engine",
      dependencies: [
        "CTidemill", "CHost", "CArrow", "CLanes", "Expressions", "Kernels", "Frames", "Rings", "Formats", "PluginManifest",
      ]),
    .target(
      name: "Runtime",
      dependencies: [
        "CTidemill", "CHost", "Rings", "Formats", "PluginManifest", "PluginHost", "Manifest", "Engine", "Functions", "Ordering",
        logging,
      ]),
    .executableTarget(
      name: "tidemill",
      dependencies: [
        "Expressions", "Formats", "Playground", "PluginManifest", "PluginHost", "Manifest", "Conformance", "Engine", "Runtime",
        arguments, logging,
      ]),
    .executableTarget(name: "tidemill-worker", dependencies: ["Conformance"]),

    // The plugin in C.
    .target(
      name: "ThresholdPlugin", dependencies: ["CTidemill"], path: "Plugins/Threshold", exclude: ["README.md"],
      publicHeadersPath: "."),

    .target(
      name: "EngineBench", dependencies: ["CTidemill", "Frames", "Rings", "PluginManifest", "Engine"], path: "Tests/EngineBench"
    ),
    .target(
      name: "ProofBench",
      dependencies: ["CTidemill", "Frames", "Rings", "PluginHost", "Engine", "EngineBench", "Runtime", "TestSupport"],
      path: "Tests/ProofBench"),
    .executableTarget(
      name: "tidemill-stress", dependencies: ["CTidemill", "CHost", "PluginManifest", "Rings", "Engine", "EngineBench"],
      path: "Tests/Stress"),
    .target(
      name: "TestSupport",
      dependencies: ["CTidemill", "CArrow", "Expressions", "Kernels", "Frames", "PluginManifest", "PluginHost"],
      path: "Tests/TestSupport"),
    .testTarget(name: "ContractTests", dependencies: ["CTidemill", "TestSupport"]),
    .testTarget(name: "ArrowTests", dependencies: ["TestSupport"]),
    .testTarget(name: "AuditTests", dependencies: ["TestSupport"]),
    .testTarget(name: "FramesTests", dependencies: ["CTidemill", "CHost", "Frames", "StoredFrames", "TestSupport"]),
    .testTarget(
      name: "FunctionsTests", dependencies: ["CTidemill", "CFunction", "Frames", "Functions", "PluginManifest", "TestSupport"]),
    .testTarget(name: "ExpressionsTests", dependencies: ["Expressions", "TestSupport"]),
    .testTarget(name: "KernelsTests", dependencies: ["CTidemill", "Expressions", "Frames", "Kernels", "TestSupport"]),
    .testTarget(name: "RingsTests", dependencies: ["CHost", "Rings", "TestSupport"]),
    .testTarget(name: "FormatsTests", dependencies: ["CTidemill", "Formats", "Frames", "TestSupport"]),
    .testTarget(
      name: "ManifestTests",
      dependencies: [
        "CTidemill", "Expressions", "Formats", "Frames", "Kernels", "PluginManifest", "Manifest", "Playground", "TestSupport",
      ]),
    .testTarget(name: "PluginHostTests", dependencies: ["CTidemill", "PluginManifest", "PluginHost", "TestSupport"]),
    .testTarget(name: "AggregatesTests", dependencies: ["Aggregates", "PluginKit", "TestSupport"]),
    .testTarget(name: "PluginKitTests", dependencies: ["PluginKit", "PluginManifest", "TestSupport"]),
    .testTarget(
      name: "EngineTests",
      dependencies: ["CTidemill", "PluginManifest", "Rings", "Engine", "EngineBench", "ProofBench", "TestSupport"]),
    .testTarget(name: "RuntimeTests", dependencies: ["Engine", "Manifest", "PluginHost", "Runtime", "TestSupport"]),
    .testTarget(
      name: "ConformanceTests", dependencies: ["PluginManifest", "PluginHost", "Conformance", "TestSupport"]),
    .testTarget(
      name: "WindowTests",
      dependencies: ["CTidemill", "Frames", "Engine", "EngineBench", "ProofBench", "Rings", "TestSupport"]),
    .testTarget(
      name: "KeyedTests",
      dependencies: ["CTidemill", "Engine", "EngineBench", "ProofBench", "Rings", "TestSupport"]),
    .testTarget(name: "CommandTests", dependencies: ["TestSupport"]),
    .testTarget(name: "SampleTests", dependencies: ["TestSupport"]),
    .testTarget(name: "LayeringTests", dependencies: ["TestSupport"]),
  ]
    + plugins.map {
      .target(
        name: $0.folder + "Plugin", dependencies: ["PluginKit"] + $0.shims, path: "Plugins/" + $0.folder,
        exclude: ["README.md"])
    },
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c11,
  cxxLanguageStandard: .cxx17
)
