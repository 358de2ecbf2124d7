/// Times that stay at the least and the greatest that there is.
extension Int64 {
  @inline(__always)
  func adding(saturating length: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(length)
    return overflow ? (length < 0 ? .min : .max) : sum
  }

  @inline(__always)
  func subtracting(saturating length: Int64) -> Int64 {
    let (rest, overflow) = subtractingReportingOverflow(length)
    return overflow ? (length < 0 ? .max : .min) : rest
  }
}
