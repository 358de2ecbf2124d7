import Formats

/// The type that the uses of a field imply, and what else its readers ask of its column.
struct ImpliedType: Equatable {
  private(set) var type: RecordPlan.ColumnType?
  /// Uses that disagree: the column is a variant.
  private(set) var isMixed = false
  /// The type is only the fastest one that serves: a reader who sees in which form a value came has a variant instead.
  private(set) var isSoft = false
  /// Somebody compares it or calculates with a number.
  private(set) var isNumber = false
  /// Somebody reads every value there is, whatever the column's type: what does not fit must not be lost, nor what is null.
  private(set) var isExact = false
  /// Somebody writes it again, or tells values apart by it: 60 is not 60.0 there.
  private(set) var keepsForm = false

  /// Of a use that any form serves.
  static let any = ImpliedType(nil)
  /// Of a use that wants a field in its own form.
  static let own: ImpliedType = {
    var type = any
    type.isMixed = true
    return type
  }()
  /// Of a number in an expression that does not tell 60 from 60.0, because it is compared, or meets a double.
  static let number: ImpliedType = {
    var type = ImpliedType(.double)
    type.isSoft = true
    type.isNumber = true
    return type
  }()
  /// Of a number in an expression that does tell.
  static let ownNumber: ImpliedType = {
    var type = own
    type.isNumber = true
    return type
  }()
  /// Of a field that a component names without asking for a type.
  static let named: ImpliedType = {
    var type = any
    type.keepsForm = true
    return type
  }()
  /// Of a field that is written under its name.
  static let written = named.exactly

  init(_ type: RecordPlan.ColumnType?) {
    self.type = type == .variant ? nil : type
  }

  /// The same for a reader of every value.
  var exactly: ImpliedType {
    var type = self
    type.isExact = true
    return type
  }

  mutating func merge(_ other: ImpliedType) {
    isMixed = isMixed || other.isMixed
    let (wasSoft, isOtherSoft) = (isSoft, other.isSoft)
    isSoft = other.type == nil ? isSoft : type == nil ? other.isSoft : isSoft && other.isSoft
    isNumber = isNumber || other.isNumber
    isExact = isExact || other.isExact
    keepsForm = keepsForm || other.keepsForm
    switch (type, other.type) {
    case (_, nil): break
    case (nil, let wanted): type = wanted
    // Who asks for integers must have them; an expression sees what is none.
    case (.int, .double): if !isOtherSoft { type = .double }
    case (.double, .int): if wasSoft { type = .int }
    case (let one, let wanted) where one != wanted: isMixed = true
    default: break
    }
  }

  /// Adds a reader of all fields, which sees the values in their own form: a column of this type must give them so.
  mutating func mergeReaderOfAll() {
    switch type {
    case .string, .bool, .int, nil: isExact = true
    default: merge(Self.own.exactly)
    }
  }

  /// The column's type where a number has no form that anybody sees.
  var column: RecordPlan.ColumnType { isMixed ? .variant : type ?? .variant }

  /// The column's type.
  ///
  /// - Parameter isWhole: whether all fields of the rows are written again, or looked at.
  func column(ofWhole isWhole: Bool) -> RecordPlan.ColumnType { isSoft && (isWhole || keepsForm) ? .variant : column }
}
