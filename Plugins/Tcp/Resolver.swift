import Glibc
import PluginKit
import Synchronization

/// Asks what a name stands for without holding anybody up: name servers may take long to answer.
final class Resolver: Sendable {
  private struct State: Sendable {
    var isAsking = false
    var answer: Result<[SocketAddress], Endpoint.Unresolved>?
    /// Nil once nobody waits for the answer any more.
    var host: Host?
  }

  private let endpoint: Endpoint
  private let state: Mutex<State>

  init(_ endpoint: Endpoint, _ host: Host) {
    self.endpoint = endpoint
    state = Mutex(State(host: host))
  }

  /// Asks on a thread of its own; the instance is woken when the answer is there.
  func ask() {
    let begins = state.withLock { state in
      guard !state.isAsking, state.host != nil else { return false }
      state.isAsking = true
      return true
    }
    guard begins else { return }
    var thread = pthread_t()
    let context = Unmanaged.passRetained(self)
    if pthread_create(&thread, nil, Self.body, context.toOpaque()) == 0 {
      pthread_detach(thread)
    } else {
      context.release()
      answer(endpoint.resolve())
    }
  }

  /// The answer, once.
  func take() -> Result<[SocketAddress], Endpoint.Unresolved>? { state.withLock { $0.answer.take() } }

  /// Nobody waits any more. An answer that comes later goes nowhere.
  func stop() { state.withLock { $0.host = nil } }

  private static let body: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
    if let context {
      let resolver = Unmanaged<Resolver>.fromOpaque(context).takeRetainedValue()
      resolver.answer(resolver.endpoint.resolve())
    }
    return nil
  }

  private func answer(_ answer: Result<[SocketAddress], Endpoint.Unresolved>) {
    state.withLock { state in
      state.isAsking = false
      state.answer = answer
      // Under the lock: after `stop` the host may be gone.
      state.host?.wake()
    }
  }
}
