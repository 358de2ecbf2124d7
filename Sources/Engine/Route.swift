import CHost
import CTidemill

/// Where the rows of an output port go: over one edge, or dealt to lanes.
struct Route {
  private let edge: Unmanaged<Edge>?
  private let exchange: Unmanaged<Exchange>?

  /// The node that owns the route keeps both alive.
  init(_ edge: Edge) {
    self.edge = .passUnretained(edge)
    exchange = nil
  }

  init(_ exchange: Exchange) {
    edge = nil
    self.exchange = .passUnretained(exchange)
  }

  /// Passes a batch on. False when the pipeline was forced to stop meanwhile.
  @inline(__always)
  func push(_ passed: UnsafeMutablePointer<tide_passed>) -> Bool {
    if let edge { return edge._withUnsafeGuaranteedRef { $0.push(passed) } }
    return exchange.unsafelyUnwrapped._withUnsafeGuaranteedRef { $0.push(passed) }
  }
}
