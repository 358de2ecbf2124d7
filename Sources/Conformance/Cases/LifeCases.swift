import CTidemill
import PluginManifest

/// Instances that see no data.
enum LifeCases {
  static func createDestroy(_ bench: Bench) throws {
    _ = try bench.config()
    let instance = ProxyInstance(try bench.proxy(), bench.page)
    let status = instance.create()
    // What the component needs of a host may be more than this one has.
    if status == TIDE_E_UNSUPPORTED, !instance.lastFailure.isEmpty {
      throw CaseEnd.skipped(instance.sentence("create", status))
    }
    try expect(status == TIDE_OK && instance.isAlive, instance.sentence("create", status))
    instance.destroy()
  }

  static func createNoIO(_ bench: Bench) throws {
    let proxy = try bench.proxy()
    let before = ProcessState.now()
    let instance = ProxyInstance(proxy, bench.page)
    _ = instance.create()
    if let started = before.started(in: .now()) { throw CaseEnd.failed("after create \(started)") }
    instance.destroy()
  }

  /// Configurations that no host would let through: a component may take them, or say why not.
  static func createRefusesGarbage(_ bench: Bench) throws {
    let options = bench.subject.component.options ?? []
    func all(_ value: (OptionSchema) -> ConfigValue) -> ConfigValue { .map(options.map { .init($0.name, value($0)) }) }
    let garbage: [(String, ConfigValue)] = [
      ("an empty configuration", .map([])), ("no map at all", .null),
      ("texts everywhere", all { _ in .string("\u{0}nonsense {}[]\n") }), ("empty texts", all { _ in .string("") }),
      ("the least integers", all { _ in .int(.min) }), ("the greatest integers", all { _ in .int(.max) }),
      ("numbers that are none", all { _ in .double(.nan) }), ("empty lists", all { _ in .list([]) }),
      ("empty maps", all { _ in .map([]) }), ("lists of nulls", all { _ in .list([.null, .null]) }),
      ("maps in lists", all { _ in .list([.map([.init("name", .int(1))])]) }),
    ]
    for (name, config) in garbage {
      bench.step(name)
      let instance = ProxyInstance(try bench.proxy(config: config), bench.page)
      let status = instance.create()
      if status == TIDE_OK, instance.isAlive {
        instance.destroy()
      } else if status < 0 {
        try expect(!instance.lastFailure.isEmpty, "with \(name), create answered \(statusName(status)) and gave no text")
      } else {
        throw CaseEnd.failed("with \(name), create answered \(statusName(status))")
      }
    }
  }

  static func createGivesInstance(_ bench: Bench) throws {
    for config in [try bench.config(), .map([])] {
      let instance = ProxyInstance(try bench.proxy(config: config), bench.page)
      _ = instance.create()
      instance.destroy()
    }
  }

  static func openClose(_ bench: Bench) throws {
    let instance = try bench.created()
    let status = instance.open()
    // A source or a sink may need what only its place has; an operator has all that it needs.
    if status != TIDE_OK, bench.subject.component.kind != .operator || status == TIDE_E_UNSUPPORTED {
      throw CaseEnd.skipped(instance.sentence("open", status))
    }
    try expect(status == TIDE_OK, instance.sentence("open", status))
    instance.close()
    instance.destroy()
  }

  static func flushWithoutInput(_ bench: Bench) throws {
    let instance = try bench.opened()
    let status = try WorkerThread.run { try instance.flush() }
    try expect(status == TIDE_OK || status == TIDE_E_RETRY, instance.sentence("flush", status))
    instance.close()
    instance.destroy()
  }

  static func lifeRepeats(_ bench: Bench) throws {
    for number in 1...3 {
      let instance = ProxyInstance(try bench.proxy(), bench.page)
      let status = instance.create()
      if status != TIDE_OK, number == 1 { throw CaseEnd.skipped(instance.sentence("create", status)) }
      try expect(status == TIDE_OK, "in life \(number), " + instance.sentence("create", status))
      let opened = instance.open()
      if opened != TIDE_OK, number == 1 { throw CaseEnd.skipped(instance.sentence("open", opened)) }
      try expect(opened == TIDE_OK, "in life \(number), " + instance.sentence("open", opened))
      instance.close()
      instance.destroy()
    }
  }

  static func extensionsOptional(_ bench: Bench) throws {
    let proxy = try bench.proxy()
    proxy.refusals.offersExtensions = false
    let instance = ProxyInstance(proxy, bench.page)
    var status = instance.create()
    if status == TIDE_OK {
      status = instance.open()
      if status == TIDE_OK { instance.close() }
      instance.destroy()
    }
    try expect(status <= 0, "the answer was \(statusName(status))")
    try expect(status == TIDE_OK || !instance.lastFailure.isEmpty, "\(statusName(status)) without a text")
  }
}
