import CTidemill
import CWorker
import Glibc
import Manifest
import PluginHost
import PluginManifest

/// The library as a file, and its entry.
enum FileCases {
  static let entryMilliseconds = 100

  static func manifestRight(_ bench: FileBench) throws {
    if case .refused(let refusal) = bench.entry.status { throw CaseEnd.failed(refusal.sentence) }
    let first = bench.entry.unknown.first
    try expect(first == nil, "the manifest has the name \(first?.path ?? ""), which is not known")
  }

  /// Names that no plugin writes itself, and those that Swift and C++ make of theirs.
  private static func isSpared(_ name: String) -> Bool {
    name == PluginFileReader.entrySymbol || name.hasPrefix("_") || name.hasPrefix("$s") || name.hasPrefix("symbolic ")
      || name.hasPrefix("associated conformance ") || name.hasPrefix("default associated conformance")
  }

  static func oneExport(_ bench: FileBench) throws {
    let defined = try bench.symbols().defined
    try expect(defined.contains(PluginFileReader.entrySymbol), "it does not export \(PluginFileReader.entrySymbol)")
    let others = defined.filter { !isSpared($0) }.sorted()
    let names = others.prefix(3).joined(separator: ", ") + (others.count > 3 ? " and \(others.count - 3) more" : "")
    try expect(others.isEmpty, "it exports \(names) too: make them static, or compile with -fvisibility=hidden")
  }

  static func noStraySymbols(_ bench: FileBench) throws {
    let undefined = try bench.symbols().undefined
    let handle = try bench.load()
    for symbol in undefined where !symbol.isWeak {
      // Looked for in the library and in what it needs, but not in the program that has loaded it.
      _ = dlerror()
      guard dlsym(handle, symbol.name) == nil, dlerror() != nil else { continue }
      throw CaseEnd.failed(
        "'\(symbol.name)' is in none of the libraries that it says it needs; this program happens to have it")
    }
  }

  static func tableAgrees(_ bench: FileBench) throws {
    let settings = PluginCatalog.Settings()
    do throws(PluginError) { _ = try PluginLibrary.load(bench.entry, settings) } catch { throw CaseEnd.failed(error.sentence) }
  }

  static func sizesSet(_ bench: FileBench) throws {
    guard let table = try bench.entry(of: try bench.load())(UInt32(TIDE_ABI_MINOR)) else {
      throw CaseEnd.failed("the entry refuses this host")
    }
    let size = table.pointer(to: \.size)!.pointee
    try expect(size >= UInt32(MemoryLayout<tide_plugin>.size) && size <= 4096, "tide_plugin.size is \(size)")
    let count = table.pointer(to: \.count)!.pointee
    guard count > 0, count <= 4096, let list = table.pointer(to: \.components)!.pointee else {
      throw CaseEnd.failed("the table has \(count) components")
    }
    let least = MemoryLayout<tide_component>.offset(of: \.destroy)! + MemoryLayout<UnsafeRawPointer>.size
    for index in 0..<Int(count) {
      guard let component = list[index] else { throw CaseEnd.failed("component \(index) is NULL") }
      let size = Int(component.pointer(to: \.size)!.pointee)
      try expect(size >= least && size <= 4096 && size % 8 == 0, "tide_component.size of component \(index) is \(size)")
      let works = tide_has_process(component) != 0 || tide_has_poll(component) != 0
      try expect(works, "component \(index) has neither process nor poll within its size of \(size)")
    }
  }

  static func entryQuick(_ bench: FileBench) throws {
    let watch = Stopwatch()
    let entry = try bench.entry(of: try bench.load())
    _ = entry(UInt32(TIDE_ABI_MINOR))
    let taken = watch.milliseconds
    try expect(taken < entryMilliseconds, "loading and the entry took \(taken) ms")
  }

  static func entryPure(_ bench: FileBench) throws {
    let before = ProcessState.now()
    let entry = try bench.entry(of: try bench.load())
    _ = entry(UInt32(TIDE_ABI_MINOR))
    if let left = before.leftBehind(in: .now()) { throw CaseEnd.failed(left) }
  }

  static func entryConstant(_ bench: FileBench) throws {
    let entry = try bench.entry(of: try bench.load())
    let table = entry(UInt32(TIDE_ABI_MINOR))
    try expect(table != nil, "the entry refuses this host")
    try expect(entry(UInt32(TIDE_ABI_MINOR)) == table, "the second call gives another table")
    let later = entry(UInt32(TIDE_ABI_MINOR) + 1000)
    try expect(later == nil || later == table, "a newer host gets another table")
  }

  static func exampleRight(_ bench: Bench) throws {
    let component = bench.subject.component
    guard component.example != nil else { throw CaseEnd.skipped("the manifest has no example") }
    let (source, problems) = PipelineSource.parse(text: component.example!, file: "example", environment: [:])
    if let first = problems.first(where: { $0.severity == .error }) {
      throw CaseEnd.failed("line \(first.line): \(first.message)")
    }
    let names = [component.id, "\(bench.subject.plugin.name)/\(component.id)"]
    let node = source?.nodes.first { $0.kind == component.kind && names.contains($0.use?.value ?? "") }
    guard let node else { throw CaseEnd.failed("no \(component.kind.rawValue) of the example uses \(component.id)") }
    switch Subject.resolve(component, of: bench.subject.plugin, with: node.with?.value ?? .map([])) {
    case .success: return
    case .failure(let end): throw end
    }
  }
}
