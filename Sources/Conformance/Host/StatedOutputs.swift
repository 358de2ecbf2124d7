import Frames
import PluginManifest

/// What the manifest says comes out of a component, held against what does.
struct StatedOutputs {
  private let stated: ComponentManifest.Outputs?
  private let kind: ComponentManifest.Kind

  init(_ component: ComponentManifest) {
    stated = component.outputs
    kind = component.kind
  }

  /// The component states its own fields alone, so that the input's may not pass.
  var forbidsForward: Bool { kind == .operator && stated?.fields != nil && stated?.same != true }

  /// Why a frame that the component built is none that it states; nil when it is.
  func objection(to frame: FrameView) -> String? {
    guard kind != .sink, let stated else { return nil }
    if kind == .operator, stated.same == true, stated.fields == nil, stated.merged != true, stated.open != true,
      !stated.changesFields
    {
      return "the manifest says that outputs are the same as inputs, but a frame was built"
    }
    guard let fields = stated.fields else { return nil }
    for index in 0..<frame.columnCount {
      let column = frame.column(index)
      let name = column.name
      if name.isEmpty { continue }
      guard let field = fields.first(where: { $0.name == name }) else {
        // Options name the fields of results beside those that are always there.
        if stated.same == true || stated.fieldsOf != nil || stated.joined != nil { continue }
        return "a frame has the field '\(name)', which the manifest does not list"
      }
      if let type = column.type, !Self.is(type, field.type) {
        return "the field '\(name)' is of type \(type), the manifest says \(field.type)"
      }
    }
    return nil
  }

  private static func `is`(_ type: ColumnType, _ word: String) -> Bool {
    switch word {
    case "bool": type == .bool
    case "int": [.int, .int32, .uint16, .int8, .uint64].contains(type)
    case "double": [.double, .float, .decimal].contains(type)
    case "time": type == .time
    case "string": type == .string
    case "binary": [.binary, .fixed].contains(type)
    default: true
    }
  }
}
