import CTidemill
import CWorker
import Frames
import PluginHost
import PluginManifest

/// What a case of a component works with: loads the plugin, makes hosts and instances, and keeps what they did wrong.
final class Bench {
  let subject: Subject
  let caseID: String
  let page: UnsafeMutablePointer<tide_worker_page>?
  var random: SeededRandom
  private(set) var proxies: [ProxyHost] = []
  private var loaded: UnsafePointer<tide_component>?

  init(_ subject: Subject, caseID: String, page: UnsafeMutablePointer<tide_worker_page>?) {
    self.subject = subject
    self.caseID = caseID
    self.page = page
    random = SeededRandom(seed: subject.seed, "\(caseID) \(subject.component.id)")
  }

  var kind: ComponentManifest.Kind { subject.component.kind }
  var isStateless: Bool { subject.component.concurrency == .stateless }

  /// The component's table.
  var table: UnsafePointer<tide_component> {
    get throws {
      if let loaded { return loaded }
      let settings = PluginCatalog.Settings()
      do throws(PluginError) {
        let library = try PluginLibrary.load(PluginCatalog.examine(subject.file, settings), settings)
        loaded = library.components[subject.index]
        return library.components[subject.index]
      } catch {
        throw CaseEnd.skipped("the plugin cannot be loaded: \(error.sentence)")
      }
    }
  }

  /// Says what is being done, for the report of a crash.
  func step(_ text: String) {
    guard let page else { return }
    withUnsafeMutableBytes(of: &page.pointee.step) { place in
      let bytes = text.utf8.prefix(place.count - 1)
      for (index, byte) in bytes.enumerated() { place[index] = byte }
      place[bytes.count] = 0
    }
  }

  // MARK: Configuration and input

  /// A configuration that should work. Of several instances of a sink each writes its own file.
  func config(_ number: Int = 0) throws -> ConfigValue {
    let config = try subject.node.get().config
    guard number > 0, case .map(let entries) = config else { return config }
    return .map(
      entries.map { entry in
        guard entry.value == .string(CaseFiles.output) else { return entry }
        return .init(entry.name, .string("\(number)-\(CaseFiles.output)"))
      })
  }

  var columns: InputColumns { get throws { InputColumns(subject, config: try config()) } }
  var frames: InputFrames { get throws { InputFrames(try columns, seed: subject.seed) } }

  func memory(_ trap: FrameMemory.Trap = .none) throws -> FrameMemory { try FrameMemory(trap, trap == .none ? nil : page) }

  // MARK: Instances

  func proxy(_ number: Int = 0, config: ConfigValue? = nil) throws -> ProxyHost {
    let proxy = ProxyHost(subject, try table, config: try config ?? self.config(number))
    proxies.append(proxy)
    return proxy
  }

  /// An instance that is created but not open.
  func created(_ number: Int = 0, prepare: (ProxyHost) -> Void = { _ in }) throws -> ProxyInstance {
    let proxy = try proxy(number)
    prepare(proxy)
    let instance = ProxyInstance(proxy, page)
    let status = instance.create()
    guard status == TIDE_OK, instance.isAlive else { throw CaseEnd.skipped(instance.sentence("create", status)) }
    return instance
  }

  /// An instance that is ready to run.
  func opened(_ number: Int = 0, prepare: (ProxyHost) -> Void = { _ in }) throws -> ProxyInstance {
    try open(try created(number, prepare: prepare))
  }

  func open(_ instance: ProxyInstance) throws -> ProxyInstance {
    let status = instance.open()
    guard status == TIDE_OK else {
      let why = instance.sentence("open", status)
      instance.destroy()
      throw CaseEnd.skipped(why)
    }
    return instance
  }

  // MARK: The end

  /// The first breach of a promise, or of any.
  func breach(of promise: String?) -> Breach? {
    proxies.lazy.flatMap { proxy in proxy.lock.withLock { _ in proxy.breaches } }.first {
      promise == nil || $0.promise == promise
    }
  }
}
