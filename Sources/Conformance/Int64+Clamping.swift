extension Int64 {
  /// The integer next to a number, held at the ends of Int64; 0 for one that is none.
  init(clamping number: Double) {
    if let exact = Int64(exactly: number.rounded(.towardZero)) {
      self = exact
    } else {
      self = number.isNaN ? 0 : number < 0 ? .min : .max
    }
  }
}
