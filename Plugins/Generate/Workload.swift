import PluginKit

/// Fills rows of one kind of events: the columns of that kind, and the values of event number so and so.
struct Workload {
  enum Kind: String, CaseIterable, Sendable {
    case sensors, actions, metrics
  }

  private let kind: Kind
  private let seed: UInt64
  private let outliers: Double
  private let quantities: [Quantity]
  private let names: [String]
  private let items: [String]
  private let time, source, type, value, unit: Int
  /// Quality of a reading, or the device that an action came from.
  private let label: Int
  private let item: Int

  init(_ kind: Kind, sources: Int, seed: UInt64, outliers: Double, _ builder: FrameBuilder) throws {
    self.kind = kind
    self.seed = seed
    self.outliers = outliers
    quantities = kind == .metrics ? Quantity.metrics : Quantity.sensors
    let prefix =
      switch kind {
      case .sensors: "sensor-"
      case .actions: "user-"
      case .metrics: "host-"
      }
    let width = String(max(sources - 1, 0)).utf8.count
    names = (0..<sources).map { number in
      let digits = String(number)
      return prefix + String(repeating: "0", count: width - digits.utf8.count) + digits
    }
    items = kind == .actions ? (0..<Action.itemCount).map { "item-\($0)" } : []
    time = try builder.addColumn("time", .time, role: .eventTime)
    source = try builder.addColumn("source", .string, role: .source, nullable: false)
    type = try builder.addColumn("type", .string, role: .type, nullable: false)
    value = try builder.addColumn("value", .double)
    unit = try builder.addColumn("unit", .string)
    label = try builder.addColumn(kind == .actions ? "device" : "quality", .string)
    item = kind == .actions ? try builder.addColumn("item", .string) : -1
  }

  /// Puts event `index`, which happens at `at` (ns); the row is left to be ended.
  func put(_ index: UInt64, at: Int64, _ builder: FrameBuilder) {
    builder.put(time, time: at)
    var random = SplitMix(seed: seed, index: index)
    let isOutlier = random.unit() < outliers
    switch kind {
    case .sensors:
      // Sensors report in turn, and each measures one thing.
      let number = Int(truncatingIfNeeded: index % UInt64(names.count))
      putReading(quantities[number % quantities.count], of: number, at, isOutlier, &random, builder)
    case .metrics:
      // Hosts report in turn, each all of its quantities.
      let turn = index / UInt64(quantities.count)
      let number = Int(truncatingIfNeeded: turn % UInt64(names.count))
      putReading(
        quantities[Int(truncatingIfNeeded: index % UInt64(quantities.count))], of: number, at, isOutlier, &random, builder)
    case .actions: putAction(isOutlier, &random, builder)
    }
  }

  private func putReading(
    _ quantity: Quantity, of number: Int, _ at: Int64, _ isOutlier: Bool, _ random: inout SplitMix, _ builder: FrameBuilder
  ) {
    builder.put(source, names[number])
    builder.put(type, quantity.type)
    // Whole seconds first: a double holds nanoseconds since the epoch to 256 only.
    let seconds = Double(at / 1_000_000_000 % 1_000_000) + Double(at % 1_000_000_000) * 1e-9
    builder.put(value, quantity.value(at: seconds, source: number, isOutlier: isOutlier, &random))
    builder.put(unit, quantity.unit)
    let grade = random.below(200)
    builder.put(label, grade == 0 ? "bad" : grade < 5 ? "uncertain" : "good")
  }

  /// An outlier is an order of unusual worth, or else a failed login.
  private func putAction(_ isOutlier: Bool, _ random: inout SplitMix, _ builder: FrameBuilder) {
    var action = Action.all[Action.at(random.below(Action.totalWeight))]
    if isOutlier && !action.hasAmount { action = Action.all[Action.all.count - 1] }
    builder.put(source, names[random.below(names.count)])
    builder.put(type, action.type)
    if action.hasAmount {
      let cents = (1_000 + Double(random.below(9_000))) * (isOutlier ? 20 : 1)
      builder.put(value, cents / 100)
      builder.put(unit, "EUR")
    }
    builder.put(label, Action.devices[random.below(Action.devices.count)])
    if action.hasItem { builder.put(item, items[random.below(items.count)]) }
  }
}
