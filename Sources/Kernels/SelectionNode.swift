import CKernels

/// `condition ? one : other`, of numbers.
final class SelectionNode: NumberNode {
  private let condition: ConditionNode
  private let yes: NumberNode
  private let no: NumberNode

  init(_ condition: ConditionNode, _ yes: NumberNode, _ no: NumberNode) {
    self.condition = condition
    self.yes = yes
    self.no = no
    super.init(yes.kind)
  }

  override var isCostly: Bool { condition.isCostly || yes.isCostly || no.isCostly }

  override func run(_ chunk: Chunk) -> Numbers {
    condition.run(chunk, nil)
    let one = yes.run(chunk)
    let other = no.run(chunk)
    let lacking = tide_k_choose(
      condition.mask, one.uints, one.states, other.uints, other.states, register.uints, register.states, chunk.count)
    return Numbers(
      values: UnsafeRawPointer(register.values), states: lacking != 0 ? UnsafePointer(register.states) : nil)
  }
}
