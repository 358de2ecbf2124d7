/// An expression of the host's language that an option holds (`tide.expression/1`): compiled once, evaluated over whole batches.
///
/// ```swift
/// static let keep = Option("where", .condition, doc: "Rows that pass.")
/// static let score = Option("score", .expression(of: .double), doc: "What a row counts.", default: "1.0")
/// …
/// keep = try config[Self.keep]
/// score = try config[Self.score]
/// …
/// try out.forward(batch, where: keep)
/// let scores = try score.values(of: batch).doubles
/// ```
/// What the calls give is valid until the next call on the same expression. Belongs to the instance whose option it is.
public final class Expression: ExpressibleByStringLiteral {
  /// As it was written.
  public let text: String
  private let table: UnsafePointer<tide_expressions>?
  private let raw: OpaquePointer?
  private let host: Host?
  private var matches = Matches()

  /// The default of an option. It is compiled when the host hands it back as the option's value; by itself it evaluates nothing.
  public init(stringLiteral text: String) {
    self.text = text
    (table, raw, host) = (nil, nil, nil)
  }

  /// Compiles; in `init` and `open` of a component. Throws `unsupported` when the host has no such extension.
  ///
  /// - Parameters:
  ///   - path: the option that holds the text, for messages.
  ///   - type: type of the values, nil for what the expression gives; a row whose value has another is in error.
  public init(_ text: String, of type: ColumnType?, at path: String = "", host: Host) throws {
    guard let found = host.table.pointee.extension(host.context, TIDE_EXPRESSION) else {
      throw PluginError(.unsupported, "this host evaluates no expressions (\(TIDE_EXPRESSION))", configPath: path)
    }
    let table = found.assumingMemoryBound(to: tide_expressions.self)
    var made: OpaquePointer?
    let status = text.withBorrowed { text in
      path.withBorrowed { table.pointee.compile(host.context, text, $0, type.map { UInt32($0.rawValue) } ?? 0, &made) }
    }
    // The host knows why already.
    try check(status)
    self.text = text
    self.table = table
    self.host = host
    raw = made
  }

  deinit {
    if let raw { table?.pointee.release(raw) }
    matches.deallocate()
  }

  /// Rows of a batch, by what a condition says of them.
  public struct Matches {
    fileprivate(set) var memory = UnsafeMutableBufferPointer<UInt16>(start: nil, count: 0)
    fileprivate(set) var counts: (rows: Int, erring: Int) = (0, 0)

    /// Those for which it is true; frame row numbers, ascending.
    public var rows: UnsafeBufferPointer<UInt16> { part(0, counts.rows) }
    /// Those for which it cannot be told, which are none of the others.
    public var erring: UnsafeBufferPointer<UInt16> { part(memory.count / 2, counts.erring) }

    private func part(_ start: Int, _ count: Int) -> UnsafeBufferPointer<UInt16> {
      UnsafeBufferPointer(rebasing: UnsafeBufferPointer(memory)[start..<start + count])
    }

    fileprivate mutating func reserve(_ count: Int) {
      if memory.count >= 2 * count { return }
      memory.deallocate()
      memory = .allocate(capacity: 2 * max(count, 1024))
    }

    fileprivate func deallocate() { memory.deallocate() }
  }

  /// The rows of a batch for which a condition is true, and those for which it cannot be told. The host counts the latter.
  public func filter(_ batch: Batch) throws -> Matches {
    let (table, raw) = compiled
    if batch.count == 0 {
      matches.counts = (0, 0)
      return matches
    }
    matches.reserve(batch.count)
    var (count, errors): (UInt32, UInt32) = (0, 0)
    let rows = matches.memory.baseAddress
    let erring = rows.map { $0 + matches.memory.count / 2 }
    try check(table.pointee.filter(raw, batch.raw, rows, &count, erring, &errors))
    matches.counts = (Int(count), Int(errors))
    return matches
  }

  /// The values for the rows of a batch, in their order: the first is that of the first row to visit, whatever its number.
  public func values(of batch: Batch) throws -> ColumnValues {
    let (table, raw) = compiled
    var values = tide_values()
    values.size = UInt32(MemoryLayout<tide_values>.size)
    try check(table.pointee.values(raw, batch.raw, &values))
    return ColumnValues(values)
  }

  /// Why a row is in error, in a sentence; nil when it is not.
  public func why(_ row: Int, of batch: Batch) -> String? {
    let (table, raw) = compiled
    let why = table.pointee.why(raw, batch.raw, UInt32(truncatingIfNeeded: row))
    return why.length == 0 ? nil : String(why)
  }

  /// Counts values of the expression that the component left out of a result because it cannot take them, such as a text in a
  /// sum: the node's books show how many. For once a batch, when there are new ones. A host from before that has only its log.
  ///
  /// - Parameter why: a sentence for the log, given with the first of them.
  public func countLeftOut(_ values: Int, why: String? = nil) {
    let (table, raw) = compiled
    let end = MemoryLayout<tide_expressions>.offset(of: \.left_out)! + MemoryLayout<UnsafeRawPointer>.size
    guard Int(table.pointee.size) >= end, let entry = table.pointee.left_out else {
      if let why { host?.log(.warning, why) }
      return
    }
    (why ?? "").withBorrowed { entry(raw, UInt64(values), $0) }
  }

  private var compiled: (UnsafePointer<tide_expressions>, OpaquePointer) {
    guard let table, let raw else { preconditionFailure("an expression that evaluates is an option's value") }
    return (table, raw)
  }
}

extension OptionType where Value == Expression {
  /// An expression in CEL that is true or false, compiled.
  public static var condition: OptionType { expression(of: .bool) }

  /// An expression in CEL, compiled, for values of a type; nil takes the type that it gives.
  public static func expression(of type: ColumnType?) -> OptionType {
    OptionType(
      type: "string", format: "expression", result: result(type),
      read: { config, path in
        guard let text = config.text(path) else { return nil }
        return try Expression(text, of: type, at: path, host: config.host)
      }, json: { JSONText.quoted($0.text) })
  }

  /// An expression in CEL that gives a list, compiled for values of any type: that of a row is an array.
  public static var listExpression: OptionType {
    var made = expression(of: .variant)
    made.result = "list"
    return made
  }

  /// The same in which the names of another option's entries, a map of expressions, are variables with the types of their values:
  /// what a component gives the columns for (`DerivedBatch`). They hide fields of their names.
  public static func expression(of type: ColumnType?, variables: any DeclaredOption) -> OptionType {
    var made = expression(of: type)
    made.variables = variables.name
    return made
  }

  /// What the host checks the expression for; nil where its word would say more than the type.
  private static func result(_ type: ColumnType?) -> String? {
    switch type {
    case .bool: "bool"
    case .int: "int"
    case .double: "double"
    case .string: "string"
    case .time: "time"
    case .binary: "binary"
    default: nil
    }
  }
}

extension Output {
  /// Passes on the rows for which a condition is true, without copying them. Those for which it cannot be told do not pass.
  public func forward(_ batch: Batch, to port: UInt32 = 0, where condition: Expression) throws {
    try forward(batch, rows: try condition.filter(batch).rows, to: port)
  }
}
