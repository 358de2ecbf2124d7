/// What a user of a shop does.
struct Action {
  let type: String
  /// How often, beside the others.
  let weight: Int
  /// True when it is about an item.
  let hasItem: Bool
  /// True when money is involved.
  let hasAmount: Bool

  static let all = [
    Action(type: "view", weight: 50, hasItem: true, hasAmount: false),
    Action(type: "search", weight: 20, hasItem: false, hasAmount: false),
    Action(type: "add_to_cart", weight: 11, hasItem: true, hasAmount: true),
    Action(type: "login", weight: 8, hasItem: false, hasAmount: false),
    Action(type: "logout", weight: 5, hasItem: false, hasAmount: false),
    Action(type: "checkout", weight: 3, hasItem: false, hasAmount: true),
    Action(type: "remove_from_cart", weight: 2, hasItem: true, hasAmount: false),
    Action(type: "login_failed", weight: 1, hasItem: false, hasAmount: false),
  ]
  static let totalWeight = all.reduce(0) { $0 + $1.weight }
  static let devices = ["web", "android", "ios"]
  static let itemCount = 500

  /// The action that stands at `ticket` of `totalWeight` tickets.
  static func at(_ ticket: Int) -> Int {
    var left = ticket
    for (index, action) in all.enumerated() {
      if left < action.weight { return index }
      left -= action.weight
    }
    return 0
  }
}
