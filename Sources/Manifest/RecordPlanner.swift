import Formats
import PluginManifest

/// Decides the columns of every decoding source from the whole pipeline: shapes of rows go down the graph and check the fields
/// that are named, demands go up it and become columns.
struct RecordPlanner {
  private(set) var drafts: [NodeDraft]
  private let edges: [EdgeDraft]
  private let order: [Int]
  private let diagnostics: DiagnosticList
  private let checker: ExpressionChecker
  private var columns: [Int: SourceColumns] = [:]
  /// Per node, its expressions.
  private var checked: [CheckedOptions]
  /// Per node, the edges into it and out of it.
  private var into: [[EdgeDraft]]
  private var outOf: [[EdgeDraft]]
  /// Of nodes that join their inputs, the types of the key's fields.
  private var keyTypes: [Int: [RecordPlan.ColumnType?]] = [:]

  init(_ drafts: [NodeDraft], edges: [EdgeDraft], order: [Int], text: String, diagnostics: DiagnosticList) {
    self.drafts = drafts
    checker = ExpressionChecker(diagnostics: diagnostics, text: text)
    checked = [CheckedOptions](repeating: CheckedOptions(), count: drafts.count)
    self.edges = edges
    self.order = order
    self.diagnostics = diagnostics
    into = [[EdgeDraft]](repeating: [], count: drafts.count)
    outOf = into
    for edge in edges {
      into[edge.to].append(edge)
      outOf[edge.from].append(edge)
    }
  }

  mutating func plan() {
    for (index, draft) in drafts.enumerated() where draft.kind == .source && draft.manifest?.codec == .decode {
      columns[index] = SourceColumns(draft, diagnostics: diagnostics)
    }
    for (index, draft) in drafts.enumerated() where draft.kind == .sink && draft.manifest?.codec == .encode {
      drafts[index].encodePlan = encodePlan(index)
    }
    checkFields()
    demand()
  }

  // MARK: Shapes, downwards

  private mutating func checkFields() {
    /// Per node and output port.
    var shapes = [[RowShape]](repeating: [], count: drafts.count)
    for index in order {
      var input = RowShape(isOpen: false)
      for edge in into[index] { input.merge(shape(of: edge, in: shapes[edge.from])) }
      if into[index].isEmpty { input.isOpen = true }
      for use in drafts[index].fieldUses ?? [] { check(use, input, of: index) }
      let joined = JoinedFields(drafts[index])
      let inputs = joined == nil ? [] : inputs(of: index, shapes)
      joined?.check(inputs, diagnostics)
      keyTypes[index] = joined?.keyTypes(inputs)
      FieldChanges.checkNames(of: drafts[index], diagnostics)
      for field in encodedFields(of: drafts[index]) { check(field, input, of: index) }
      checked[index] = checker.check(drafts[index], input)
      drafts[index].orderedAggregates = checked[index].ordered
      shapes[index] = (0..<max(1, drafts[index].outputPorts?.count ?? 1)).map { port in
        if let joined, drafts[index].outputs(at: port)?.joined != nil { return joined.shape(inputs, diagnostics) }
        return output(of: index, at: port, input)
      }
    }
  }

  /// What comes in at each port of a node.
  private func inputs(of index: Int, _ shapes: [[RowShape]]) -> [RowShape] {
    (0..<(drafts[index].inputPorts?.count ?? 0)).map { port in
      var input = RowShape(isOpen: false)
      let edges = into[index].filter { $0.inputPort == port }
      for edge in edges { input.merge(shape(of: edge, in: shapes[edge.from])) }
      if edges.isEmpty { input.isOpen = true }
      return input
    }
  }

  private func shape(of edge: EdgeDraft, in shapes: [RowShape]) -> RowShape {
    guard case .index(let port) = edge.port else { return .dead }
    return shapes.indices.contains(port) ? shapes[port] : .open
  }

  /// The fields that a sink's format names: of text, and of csv with columns.
  private func encodedFields(of draft: NodeDraft) -> [FieldUse] {
    guard draft.kind == .sink, draft.manifest?.codec == .encode else { return [] }
    if draft.config["format"] == .string("text") {
      return [FieldUse(name: "message", type: .string, location: draft.place(of: "format"), isRequired: true, option: "format")]
    }
    guard let columns = draft.encodePlan?.csv.columns else { return [] }
    return columns.enumerated().map { index, name in
      FieldUse(name: name, type: nil, location: draft.place(of: "columns[\(index)]"), isRequired: true, option: "columns")
    }
  }

  private func output(of index: Int, at port: Int, _ input: RowShape) -> RowShape {
    if let columns = columns[index] { return columns.shape }
    let draft = drafts[index]
    guard let outputs = draft.outputs(at: port) else { return .open }
    if outputs.fieldsOf != nil {
      let results = ResultFields(draft, outputs, results: checked[index].results, input: input)
      results.refuseDuplicates(port: port, diagnostics)
      return results.shape
    }
    var input = input
    if let changes = FieldChanges(draft, outputs) { input = changes.output(input, setting: setTypes(of: index, outputs)) }
    if outputs.same == true, draft.kind == .operator {
      var shape = input
      for field in draft.madeFields(outputs) { shape.set(field.name, field.type) }
      if outputs.open == true { shape.isOpen = true }
      return shape
    }
    return RowShape(outputs.fields ?? [])
  }

  /// The types of what a node's `set` option gives, expressions or aggregates.
  private func setTypes(of index: Int, _ outputs: ComponentManifest.Outputs) -> [String: RecordPlan.ColumnType?] {
    guard let option = outputs.set else { return [:] }
    let types = checked[index].results.compactMap { path, type -> (String, RecordPlan.ColumnType?)? in
      guard let steps = ConfigPath.steps(of: path), steps.count >= 2, steps[0] == .member(option),
        case .member(let name) = steps[1]
      else { return nil }
      // An aggregate with a filter is a map, and its function a member of that.
      return steps.count == 2 || steps[2] == .member("fn") ? (name, type) : nil
    }
    return Dictionary(types) { $1 }
  }

  /// True when records of JSON come to a node.
  private func readsJSON(above index: Int) -> Bool {
    var (waiting, seen) = ([index], Set([index]))
    while let node = waiting.popLast() {
      if columns[node]?.base.format == .json { return true }
      for edge in into[node] where seen.insert(edge.from).inserted { waiting.append(edge.from) }
    }
    return false
  }

  private func check(_ use: FieldUse, _ input: RowShape, of index: Int) {
    let draft = drafts[index]
    let name = SourceValue.shortened(use.name)
    let reader = draft.manifest?.id ?? draft.name
    guard let known = input.types[use.name] else {
      let fix = FieldName.fix(ofExpression: use.name, in: use.option)
      if input.isOpen, let fix {
        diagnostics.warning(
          use.location, "the field '\(name)' reads like an expression",
          "\(fix), or declare a field of that name at the source: fields: { \"\(name)\": string }")
      } else if input.isOpen, use.option != nil, readsJSON(above: index) {
        // Only records of JSON have members.
        FieldName.advise(use.name, at: use.location, diagnostics)
      }
      guard !input.isOpen, use.isRequired else { return }
      diagnostics.error(
        use.location,
        use.option == nil
          ? "\(reader) needs the field '\(name)', and nothing above has it" : "no field '\(name)' comes in here",
        fix ?? Spelling.nearest(to: use.name, in: input.names).map { "did you mean '\($0)'?" }
          ?? (input.names.isEmpty ? nil : "there are: \(DiagnosticList.first(of: input.names))"))
      return
    }
    guard let type = known, let wanted = use.type, type != use.also, !FieldTypes.serves(type, as: wanted) else { return }
    diagnostics.error(
      use.location, "the field '\(name)' is \(type.rawValue), and \(reader) reads it as \(wanted.rawValue)",
      "name another field, or change its type where it is made")
  }

  // MARK: Verbatim

  /// A sink writes records from their own bytes when all that reaches it unchanged is in its format and no option changes text.
  private func encodePlan(_ index: Int) -> EncodePlan {
    var plan = EncodePlan()
    let config = drafts[index].config
    if case .string(let word) = config["format"], let format = RecordPlan.Format(rawValue: word) { plan.format = format }
    if case .string(let word) = config["time_format"] { plan.timeFormat = RecordPlan.TimeUnit(rawValue: word) }
    let choice = FormatChoice(draft: drafts[index], diagnostics: diagnostics)
    choice.checkOptions(of: plan.format)
    plan.csv = choice.csv(of: plan.format)
    plan.compression = choice.compression
    let sources = unchangedSources(of: index)
    plan.verbatim =
      plan.timeFormat == nil && !sources.isEmpty
      && sources.allSatisfy { source in
        guard let records = columns[source]?.base, records.format == plan.format, plan.format != .frame else { return false }
        // A sink that takes the columns of its first rows can take all that come from one delimiter.
        return records.csv.delimiter == plan.csv.delimiter && (plan.csv.columns ?? records.csv.columns) == records.csv.columns
      }
    return plan
  }

  /// The decoding sources whose rows reach a node through nodes that only forward.
  private func unchangedSources(of index: Int) -> [Int] {
    var seen: Set<Int> = [index]
    var stack = [index]
    var found: [Int] = []
    while let node = stack.popLast() {
      for edge in into[node] where edge.port != .dead && !seen.contains(edge.from) {
        let isSource = columns[edge.from] != nil
        guard isSource || drafts[edge.from].forwards(at: edge.port) else { continue }
        seen.insert(edge.from)
        if isSource { found.append(edge.from) } else { stack.append(edge.from) }
      }
    }
    return found
  }

  // MARK: Demands, upwards

  /// What the readers of a node's rows need of them.
  private struct Demand {
    var names: [String] = []
    var types: [String: ImpliedType] = [:]
    /// Fields that functions replace, in the order in which they do: a record may have one of that name that nothing else reads.
    var replaced: [String] = []
    /// Every field.
    var whole = false
    /// Every field as a value of an expression.
    var readsAll = false
    /// The record's own bytes, or every field of a row that has them no more.
    var verbatim = false

    mutating func want(_ name: String, _ type: ImpliedType) {
      if types[name] == nil { names.append(name) }
      types[name, default: type].merge(type)
    }

    mutating func merge(_ other: Demand) {
      for name in other.names { if let type = other.types[name] { want(name, type) } }
      replaced += other.replaced.filter { !replaced.contains($0) }
      whole = whole || other.whole
      readsAll = readsAll || other.readsAll
      verbatim = verbatim || other.verbatim
    }
  }

  private mutating func demand() {
    /// Per node, of its input.
    var demands = [Demand](repeating: Demand(), count: drafts.count)
    /// Of those that join their inputs, of each port.
    var ofPorts: [Int: [Demand]] = [:]
    for index in order.reversed() {
      var output = Demand()
      /// What of it falls on the node's input.
      var fallen = Demand()
      var read: [(port: Int, demand: Demand)] = []
      for edge in outOf[index] {
        guard case .index(let port) = edge.port else { continue }
        let demand = ofPorts[edge.to].map { $0[edge.inputPort] } ?? demands[edge.to]
        output.merge(demand)
        read.append((port, demand))
        fallen.merge(passed(drafts[index], at: port, demand))
      }
      if let joined = JoinedFields(drafts[index]) { ofPorts[index] = passed(through: joined, index, read) }
      if let source = columns[index] {
        var wanted = output.names.compactMap { name in output.types[name].map { (name: name, type: $0) } }
        wanted += output.replaced.filter { output.types[$0] == nil }.map { (name: $0, type: .any) }
        if output.readsAll { for index in wanted.indices { wanted[index].type.mergeReaderOfAll() } }
        drafts[index].recordPlan = source.plan(wanted: wanted, rest: output.whole, verbatim: output.verbatim)
      } else {
        demands[index] = input(of: index, fallen)
        tell(index, output)
      }
    }
  }

  /// Where a component makes values of texts: any value, of which texts that are numbers are numbers.
  private static let numberWord = "number"

  /// Completes the option of a component with open outputs that says which fields are named further down.
  private mutating func tell(_ index: Int, _ output: Demand) {
    let draft = drafts[index]
    guard let option = draft.manifest?.outputs?.wanted, case .map(let config) = draft.config else { return }
    var wanted: [ConfigValue.Entry] = []
    if case .map(let entries) = draft.config[option] { wanted = entries }
    // Of a made field that only has a name, its readers say the type.
    let known = Set(draft.madeFields.filter { $0.type != nil }.map(\.name) + wanted.map(\.name))
    let words = draft.manifest?.options?.first { $0.name == option }?.words ?? []
    for name in output.names where !known.contains(name) {
      guard let type = output.types[name] else { continue }
      let column = type.column(ofWhole: output.whole || output.verbatim)
      let isNumber = type.isNumber && column == .variant && words.contains(Self.numberWord)
      wanted.append(.init(name, .string(isNumber ? Self.numberWord : column.rawValue)))
    }
    guard !wanted.isEmpty else { return }
    drafts[index].config = .map(config.filter { $0.name != option } + [.init(option, .map(wanted))])
  }

  /// - Parameter passed: what its readers need of its input's rows.
  private func input(of index: Int, _ passed: Demand) -> Demand {
    let draft = drafts[index]
    var demand = passed
    if let plan = draft.encodePlan {
      if plan.verbatim {
        demand.verbatim = true
      } else if plan.format == .text {
        // A row without it is written as JSON, with all its fields.
        demand.want("message", ImpliedType(.string))
        demand.whole = true
      } else if let columns = plan.csv.columns, columns.count <= ManifestLimits.columns {
        for name in columns { demand.want(name, .written) }
      } else {
        demand.whole = true
      }
    }
    // A field that a function replaces must not be left over among those that nothing names.
    if let function = draft.function, demand.whole { demand.replaced.insert(function.output, at: 0) }
    for expression in checked[index].expressions {
      for use in expression.uses { demand.want(use.name, use.type) }
      if expression.readsAll { (demand.whole, demand.readsAll) = (true, true) }
    }
    let uses = draft.fieldUses
    // One that a function reads and replaces is read as what it is: of a column of its type, what does not fit would be left over.
    for use in uses ?? [] {
      let isReplaced = use.name == draft.function?.output
      demand.want(use.name, isReplaced ? .any : use.type.map { ImpliedType($0) } ?? .named)
    }
    // A sink that encodes reads what its format writes, which is counted above.
    if uses == nil, draft.encodePlan == nil, draft.reference != nil { demand.whole = true }
    return demand
  }

  /// What the demands on rows that are put together are of each input.
  private func passed(through joined: JoinedFields, _ index: Int, _ read: [(port: Int, demand: Demand)]) -> [Demand] {
    (0..<(drafts[index].inputPorts?.count ?? 0)).map { port in
      var demand = Demand()
      for (outputPort, wanted) in read {
        guard drafts[index].outputs(at: outputPort)?.joined != nil else {
          demand.merge(passed(drafts[index], at: outputPort, wanted))
          continue
        }
        for name in wanted.names {
          guard let origin = joined.origin(of: name, port: port), let type = wanted.types[name] else { continue }
          demand.want(origin, type)
        }
        demand.replaced += wanted.replaced.compactMap { joined.origin(of: $0, port: port) }
        demand.whole = demand.whole || wanted.whole || wanted.verbatim
        demand.readsAll = demand.readsAll || wanted.readsAll
      }
      for (key, type) in zip(joined.keys(ofPort: port), keyTypes[index] ?? []) {
        demand.want(key, type.map { ImpliedType($0) } ?? .named)
      }
      return demand
    }
  }

  /// The same of an operator whose options change fields.
  private func passed(through changes: FieldChanges, _ output: Demand) -> Demand {
    var demand = Demand()
    let isWhole = output.whole || output.verbatim
    for name in output.names {
      guard let origin = changes.origin(of: name), let type = output.types[name] else { continue }
      demand.want(origin, changes.casts.contains { $0.name == origin } ? .own : type)
    }
    for name in output.replaced { if let origin = changes.origin(of: name) { demand.replaced.append(origin) } }
    if isWhole, changes.kept == nil {
      demand.whole = true
      demand.readsAll = output.readsAll
      demand.replaced += changes.touched.filter { !demand.replaced.contains($0) }
      return demand
    }
    if isWhole {
      for name in changes.kept ?? [] { if let origin = changes.origin(of: name) { demand.want(origin, .own.exactly) } }
    }
    // Whether a value can be cast is asked of every row, also where nobody reads it.
    for cast in changes.casts where demand.types[cast.name] == nil { demand.want(cast.name, .own) }
    return demand
  }

  /// What of the demands on an operator's output falls on its input.
  private func passed(_ draft: NodeDraft, at port: Int, _ output: Demand) -> Demand {
    guard draft.kind == .operator else { return Demand() }
    if draft.forwards(at: .index(port)) || draft.reference == nil { return output }
    let outputs = draft.outputs(at: port)
    if let outputs, outputs.same != true { return kept(draft, outputs, output) }
    if let outputs, let changes = FieldChanges(draft, outputs), (outputs.fields ?? []).isEmpty {
      return passed(through: changes, output)
    }
    // It adds fields, or does not say what comes out: its rows are new, so they have their fields and no record.
    var demand = Demand()
    let made = Set(outputs.map { draft.madeFields($0).map(\.name) } ?? [])
    for name in output.names where !made.contains(name) { if let type = output.types[name] { demand.want(name, type) } }
    demand.replaced = output.replaced.filter { !made.contains($0) }
    demand.whole = output.whole || output.verbatim
    demand.readsAll = output.readsAll
    return demand
  }

  /// What of the demands on results falls on the fields that come through as they are: those that group them.
  private func kept(_ draft: NodeDraft, _ outputs: ComponentManifest.Outputs, _ output: Demand) -> Demand {
    var demand = Demand()
    for name in ResultFields.kept(draft, outputs) { if let type = output.types[name] { demand.want(name, type) } }
    return demand
  }
}
