import Formats
import Manifest
import PluginManifest

/// Holds a manifest against a sample of its input: fields that are not there, types that do not fit, records that would be
/// rejected.
public enum SampleCheck {
  /// Records of the sample that are looked at.
  public static let maxRecords = 10_000

  /// Diagnostics for every source of the plan that decodes records.
  public static func check(_ plan: PipelinePlan, sample: UnsafeRawBufferPointer, name: String) -> [Diagnostic] {
    var found: [Diagnostic] = []
    for node in plan.nodes {
      guard let records = node.recordPlan else { continue }
      if records.format == .json || records.format == .csv {
        let fields = SchemaInference.infer(
          sample, format: records.format, csv: records.csv, maxRecords: maxRecords
        ).fields
        for column in records.columns { found += check(column, fields: fields, node: node, plan: plan, sample: name) }
      }
      found += decode(sample, records, node: node, plan: plan, sample: name)
    }
    return found
  }

  private static func check(
    _ column: RecordPlan.Column, fields: [SchemaInference.Field], node: NodePlan, plan: PipelinePlan, sample: String
  ) -> [Diagnostic] {
    guard let field = fields.first(where: { $0.name == column.name }) else {
      let nearest = Spelling.nearest(to: column.name, in: fields.map(\.name))
      return [
        plan.diagnostic(
          node: node.index, path: ConfigPath.joined("fields", column.name), severity: .warning,
          message: "no record of \(sample) has the field '\(column.name)', which is read as \(column.type.rawValue)",
          fix: nearest.map { "did you mean '\($0)'?" })
      ]
    }
    guard !fits(field.type, column, isCsv: node.recordPlan?.format == .csv) else { return [] }
    return [
      plan.diagnostic(
        node: node.index, path: ConfigPath.joined("fields", column.name),
        message: "'\(column.name)' is read as \(column.type.rawValue), but in \(sample) it is \(field.type.rawValue)")
    ]
  }

  private static func fits(_ type: RecordPlan.ColumnType, _ column: RecordPlan.Column, isCsv: Bool) -> Bool {
    // Where only some values fit, decoding tells which. Every cell of csv is a text.
    if type == column.type || type == .variant || column.type == .variant { return true }
    switch (type, column.type) {
    case (.int, .double), (.int, .time), (.double, .time), (.string, .time), (.time, .string), (.string, .binary): return true
    case (_, .string), (_, .binary): return isCsv || column.role == .key || column.role == .source || column.role == .type
    default: return column.role == .key || column.role == .source || column.role == .type
    }
  }

  private static func decode(
    _ sample: UnsafeRawBufferPointer, _ records: RecordPlan, node: NodePlan, plan: PipelinePlan, sample name: String
  ) -> [Diagnostic] {
    guard let reader = try? RecordReader(records) else { return [] }
    var rows = 0, dead = 0
    var first: String?
    reader.read(
      sample,
      rows: { frame in
        rows += frame.rows
        return true
      },
      dead: { record in
        dead += 1
        if first == nil { first = "at byte \(record.offset): \(record.reason)" }
      })
    guard let first else { return [] }
    return [
      plan.diagnostic(
        node: node.index, severity: .warning,
        message: "\(dead) of \(rows + dead) records of \(name) would be rejected, the first \(first)")
    ]
  }
}
