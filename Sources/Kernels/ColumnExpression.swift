import CKernels
import CTidemill
import Expressions

/// An expression over events, evaluated for whole batches; compiled anew for each schema that it meets.
///
/// One thread at a time.
public final class ColumnExpression {
  /// The expression for frames of one schema.
  private final class Plan {
    let schema: UInt64
    let rows: RowPart
    let condition: ConditionNode?
    let output: ValueOutput?
    /// For batches with values that are none of the output's type.
    private(set) lazy var anyOutput = VariantOutput(rows)
    /// Nil when the kernels see all there is.
    let hidden: HiddenRows?

    init(schema: UInt64, rows: RowPart, hidden: HiddenRows?, condition: ConditionNode?, output: ValueOutput?) {
      self.schema = schema
      self.rows = rows
      self.hidden = hidden
      self.condition = condition
      self.output = output
    }
  }

  public let text: String
  private let syntax: Syntax
  /// TIDE_* of the values that are wanted; 0 = what it gives.
  private let wanted: UInt32
  /// It was compiled to be a condition.
  public var isCondition: Bool { wanted == UInt32(TIDE_BOOL) }
  private var current: Plan?
  private var others: [Plan] = []
  /// Where the last values ended for want of room.
  private var cut: (frame: UnsafePointer<tide_frame>, row: UInt32)?
  /// The last values were of any type, which times beyond the range of a column are as texts.
  private var wasAny = false

  /// Schemas that are remembered beside the one at hand.
  private static let mostPlans = 8

  /// - Parameter wanted: `TIDE_BOOL` and other types of `tide_values`, or 0 for any.
  public init(_ text: String, wanted: UInt32 = 0) throws(ExpressionError) {
    self.text = text
    self.wanted = wanted
    syntax = try EventSyntax.parse(text)
    let expression = try Expression(syntax, text: text, in: Self.environment([:], syntax))
    if let type = Self.valueType(wanted), !Self.fits(expression.type, type) {
      throw ExpressionError(
        "the expression gives \(expression.type.description), and \(type.description) is wanted here", at: syntax.span)
    }
  }

  /// Writes the frame rows for which the condition is true, and those for which it errs when there is room for them.
  ///
  /// - Returns: how many rows are true, and how many err.
  public func filter(
    _ frame: UnsafePointer<tide_frame>, _ selection: UnsafePointer<UInt16>?, _ count: Int,
    into rows: UnsafeMutablePointer<UInt16>, erring: UnsafeMutablePointer<UInt16>?
  ) -> (rows: Int, errors: Int) {
    let plan = plan(frame)
    guard count > 0, let condition = plan.condition else { return (0, 0) }
    let hidden = condition.isFinal ? nil : plan.hidden
    var found = 0
    var errors: UInt32 = 0
    Chunk.each(frame, selection, count) { chunk, _ in
      condition.run(chunk, nil)
      hidden?.judge(chunk, condition.mask)
      found += Int(tide_k_select(condition.mask, chunk.rows, rows + found, erring, &errors))
    }
    return (found, Int(errors))
  }

  /// The values of the rows, in their order; valid until the next call.
  public func values(_ frame: UnsafePointer<tide_frame>, _ selection: UnsafePointer<UInt16>?, _ count: Int) -> tide_values {
    let plan = plan(frame)
    guard let output = plan.output else { return tide_values() }
    wasAny = false
    output.begin(count)
    Chunk.each(frame, selection, count) { chunk, _ in output.run(chunk) }
    guard !output.isFinal, let hidden = plan.hidden else { return finish(output, frame) }
    guard !output.fill(from: hidden, frame, selection), wanted == 0 else { return finish(output, frame) }
    wasAny = true
    plan.anyOutput.begin(count)
    Chunk.each(frame, selection, count) { chunk, _ in plan.anyOutput.run(chunk) }
    return finish(plan.anyOutput, frame)
  }

  private func finish(_ output: ValueOutput, _ frame: UnsafePointer<tide_frame>) -> tide_values {
    cut = output.cutRow.map { (frame, $0) }
    return output.finish()
  }

  /// Why a frame row errs; nil when it does not.
  public func why(_ frame: UnsafePointer<tide_frame>, _ row: UInt32) -> String? {
    if let cut, cut.frame == frame, row >= cut.row { return ValueOutput.cutReason }
    let plan = plan(frame)
    let rows = plan.rows
    let value = rows.value(frame, row)
    if let failure = rows.failure { return failure.message }
    guard let type = Self.valueType(wanted) else {
      return value.flatMap { VariantWriter.mistake(in: $0) ?? (plan.output is NumberOutput && !wasAny ? $0.beyondColumn : nil) }
    }
    guard let value else { return rows.wasNull && type == .bool ? "the condition is null" : nil }
    if case .exact(let number) = value, type == .double, number.double == nil { return "no double equals \(number.text)" }
    return Self.holds(value, type)
      ? value.beyondColumn : "the expression gives \(value.typeName.rawValue), and \(type.description) is wanted"
  }

  // MARK: Plans

  private func plan(_ frame: UnsafePointer<tide_frame>) -> Plan {
    let schema = frame.pointee.schema_id
    if let current, current.schema == schema { return current }
    if let known = others.first(where: { $0.schema == schema }) {
      current = known
      return known
    }
    let made = makePlan(frame)
    others.insert(made, at: 0)
    if others.count > Self.mostPlans { others.removeLast() }
    current = made
    return made
  }

  private func makePlan(_ frame: UnsafePointer<tide_frame>) -> Plan {
    var columns: [String: ValueType] = [:]
    for column in 0..<Int32(frame.pointee.top) {
      let name = tide_name(frame, column)
      guard name.length > 0 else { continue }
      columns[String(decoding: FieldValue.raw(name), as: UTF8.self)] = Self.type(frame, column)
    }
    for (name, role) in Self.roles {
      let column = tide_role(frame, UInt32(role))
      if column >= 0 { columns["event.\(name)"] = Self.type(frame, column) }
    }
    // Columns whose types do not fit make it err row by row, with the reason.
    guard
      let expression = (try? Expression(syntax, text: text, in: Self.environment(columns, syntax)))
        ?? (try? Expression(syntax, text: text, in: Self.environment([:], syntax)))
    else { fatalError("an expression that was checked once stays one") }
    let fields = expression.variables.map { FieldPlace(Self.source(of: $0.name), in: frame) }
    let types = expression.variables.map { columns[$0.name] ?? .dyn }
    let compiler = KernelCompiler(expression: expression, fields: fields, types: types)
    let rows = compiler.rows(expression.syntax)
    return Plan(
      schema: frame.pointee.schema_id, rows: rows, hidden: HiddenRows(rows, fields),
      condition: isCondition ? compiler.condition(expression.syntax) : nil, output: compiler.output(wanted: wanted))
  }

  static func environment(_ columns: [String: ValueType], _ syntax: Syntax) -> Environment {
    var environment = Environment()
    environment.variables = EventSyntax.variables.merging(EventSyntax.fieldsNamedAsTypes(in: syntax)) { one, _ in one }
    environment.variables.merge(columns) { $1 }
    environment.isGradual = true
    return environment
  }

  private static let roles: [(name: String, role: Int32)] = [
    ("time", TIDE_ROLE_EVENT_TIME), ("ingest_time", TIDE_ROLE_INGEST_TIME), ("source", TIDE_ROLE_SOURCE),
    ("type", TIDE_ROLE_TYPE), ("key", TIDE_ROLE_KEY), ("id", TIDE_ROLE_ID), ("headers", TIDE_ROLE_HEADERS),
  ]

  private static func source(of name: String) -> FieldPlace.Source {
    if name == EventSyntax.fields { return .fields }
    for (attribute, role) in roles where name == "event.\(attribute)" { return .role(UInt32(role)) }
    return .field(name)
  }

  // MARK: Types

  private static func type(_ frame: UnsafePointer<tide_frame>, _ column: Int32) -> ValueType {
    switch Int32(tide_col(frame, column).pointee.type) {
    case TIDE_BOOL: .bool
    case TIDE_I64, TIDE_I32, TIDE_U16, TIDE_I8: .int
    case TIDE_U64: .uint
    case TIDE_F64, TIDE_F32, TIDE_DECIMAL128: .double
    case TIDE_TIME: .timestamp
    case TIDE_DURATION: .duration
    case TIDE_UTF8: .string
    case TIDE_BINARY, TIDE_FIXED: .bytes
    case TIDE_LIST: .list(.dyn)
    case TIDE_STRUCT: .map(.string, .dyn)
    default: .dyn
    }
  }

  /// The type of what `tide_values` calls so; nil for 0 and VARIANT.
  static func valueType(_ wanted: UInt32) -> ValueType? {
    switch Int32(wanted) {
    case TIDE_BOOL: .bool
    case TIDE_I64: .int
    case TIDE_U64: .uint
    case TIDE_F64: .double
    case TIDE_TIME: .timestamp
    case TIDE_DURATION: .duration
    case TIDE_UTF8: .string
    case TIDE_BINARY: .bytes
    default: nil
    }
  }

  private static func holds(_ value: Value, _ wanted: ValueType) -> Bool {
    switch (value, wanted) {
    case (.bool, .bool), (.int, .int), (.uint, .uint), (.string, .string), (.bytes, .bytes), (.timestamp, .timestamp): true
    case (.duration, .duration), (.double, .double), (.int, .double), (.uint, .double), (.exact, .double): true
    default: false
    }
  }

  static func fits(_ given: ValueType, _ wanted: ValueType) -> Bool {
    if given == wanted || given == .dyn || given == .null { return true }
    if case .parameter = given { return true }
    return wanted == .double && (given == .int || given == .uint)
  }
}
