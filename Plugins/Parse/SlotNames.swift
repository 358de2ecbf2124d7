import PluginKit

/// Which fields become columns: the parser's, those that the manifest declares, those that nodes further down name, and
/// those that the rows have already, for a text may say them anew.
struct SlotNames {
  /// Names without prefix.
  private(set) var made: [(name: String, type: FieldKind, isStrict: Bool)] = []
  /// Whether there may be values that no column takes.
  private(set) var leavesValues: Bool

  /// Columns that rows come with are taken while there are fewer than these: the rest, behind them, has a role, and only the first
  /// 255 columns can have one.
  private static let most = 250

  init(_ settings: ParseSettings, _ parser: any LineParser, like frame: FrameView) {
    leavesValues = parser.isOpen
    for field in parser.fields {
      if let declared = settings.declared.first(where: { $0.name == field.name }) {
        made.append((field.name, declared.type, true))
      } else if field.type == .string,
        let type = settings.wanted.first(where: { $0.name == settings.prefix + field.name })?.type
      {
        // Texts stay texts where any type will do.
        made.append((field.name, type == .variant ? .string : type, false))
        leavesValues = leavesValues || ![.variant, .number, .string].contains(type)
      } else {
        made.append((field.name, field.type, false))
      }
    }
    if parser.isOpen {
      for field in settings.declared { add(field.name, field.type, isStrict: true) }
      for field in settings.wanted where field.name.hasPrefix(settings.prefix) {
        add(String(field.name.dropFirst(settings.prefix.count)), field.type)
      }
      for index in 0..<frame.columnCount {
        guard made.count < Self.most else { break }
        let column = frame.column(index)
        guard column.role == nil, let type = FieldKind(column.type) else { continue }
        let name = column.name
        guard name.hasPrefix(settings.prefix) else { continue }
        add(String(name.dropFirst(settings.prefix.count)), type)
      }
    }
    // A row that is kept needs its text in a frame whose other rows have none.
    if settings.removes, settings.keepsFailed { add(settings.field, .string) }
  }

  private mutating func add(_ name: String, _ type: FieldKind, isStrict: Bool = false) {
    guard !name.isEmpty, !made.contains(where: { $0.name.utf8.elementsEqual(name.utf8) }) else { return }
    made.append((name, type, isStrict))
  }
}
