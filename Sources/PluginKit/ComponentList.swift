/// The components of a plugin, in the order of its manifest. Made by listing types in the braces of `Plugin.init`.
public struct ComponentList: Sendable {
  @usableFromInline let calls: [Calls]

  @usableFromInline
  init(_ calls: [Calls]) { self.calls = calls }
}

/// Turns the types listed in `Plugin.init` into components; each line is compiled for its type.
@resultBuilder
public enum ComponentListBuilder {
  @inlinable
  public static func buildExpression<T: Operator>(_ type: T.Type) -> ComponentList {
    var calls = Calls(.operator, type)
    calls.process = { try $0.assumingMemoryBound(to: T.self).pointee.process($1, &$2) }
    return ComponentList([calls])
  }

  @inlinable
  public static func buildExpression<T: Sink>(_ type: T.Type) -> ComponentList {
    var calls = Calls(.sink, type)
    calls.process = { try $0.assumingMemoryBound(to: T.self).pointee.process($1, &$2) }
    return ComponentList([calls])
  }

  @inlinable
  public static func buildExpression<T: Source>(_ type: T.Type) -> ComponentList {
    var calls = Calls(.source, type)
    calls.poll = { try $0.assumingMemoryBound(to: T.self).pointee.poll(deadline: $1, &$2) }
    return ComponentList([calls])
  }

  @inlinable
  public static func buildBlock(_ lists: ComponentList...) -> ComponentList { ComponentList(lists.flatMap { $0.calls }) }
}
