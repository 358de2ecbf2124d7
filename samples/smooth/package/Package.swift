// swift-tools-version:6.1
import PackageDescription

// The plugin is a dynamic library that depends on PluginKit. Elsewhere the dependency is a URL and a version.
let package = Package(
  name: "smooth",
  products: [.library(name: "smooth", type: .dynamic, targets: ["Smooth"])],
  dependencies: [.package(name: "tidemill", path: "../../..")],
  targets: [.target(name: "Smooth", dependencies: [.product(name: "PluginKit", package: "tidemill")])],
  swiftLanguageModes: [.v6]
)
