import PluginKit
import Synchronization

/// Standard input, held by one source at a time: two would each get some of its bytes.
final class StandardInput {
  /// The process has one standard input: this stands beside it.
  private static let isHeld = Atomic<Bool>(false)

  init() throws {
    guard !Self.isHeld.exchange(true, ordering: .acquiringAndReleasing) else {
      throw PluginError(
        .config, "stdin: another source of this process reads standard input; read it once and name that source in 'from'")
    }
  }

  deinit { Self.isHeld.store(false, ordering: .releasing) }
}
