/// Number, mean and sum of squared distances from it (Welford 1962), merged as by Chan, Golub and LeVeque (1979).
@frozen public struct Moments {
  public var count = 0
  public var mean = 0.0
  public var squares = 0.0

  @inlinable public init(count: Int = 0, mean: Double = 0, squares: Double = 0) {
    self.count = count
    self.mean = mean
    self.squares = squares
  }

  @inlinable @inline(__always) public mutating func add(_ value: Double) {
    count &+= 1
    let distance = value - mean
    mean += distance / Double(count)
    squares += distance * (value - mean)
  }

  @inlinable public mutating func add(_ other: Moments) {
    if other.count == 0 { return }
    if count == 0 { return self = other }
    let (own, others) = (Double(count), Double(other.count))
    count &+= other.count
    let distance = other.mean - mean
    mean += distance * (others / (own + others))
    squares += other.squares + distance * distance * (own / (own + others) * others)
  }

  /// Sample variance; nil of fewer than two values.
  @inlinable public var variance: Double? { count < 2 ? nil : squares / Double(count - 1) }
}
