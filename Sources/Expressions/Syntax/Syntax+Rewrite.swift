extension Syntax {
  /// The same tree with nodes replaced: `change` is asked for every node from the top down; what it gives stands as it is, and
  /// where it gives nil the node's parts are looked at.
  public func rewritten(_ change: (Syntax) -> Form?) -> Syntax {
    if let form = change(self) { return Syntax(form, span: span, id: id) }
    return Syntax(form(with: parts.map { $0.rewritten(change) }), span: span, id: id)
  }
}
