import PluginManifest
import Rings

extension EdgeBuffer {
  /// How the queue treats a producer that finds it full.
  var discipline: FrameRing.Discipline {
    switch whenFull {
    case .block: .waiting
    case .dropOldest: .evicting
    case .dropNewest, .sample: .refusing
    }
  }
}
