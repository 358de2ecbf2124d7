import CExpressions
import PluginKit

/// Cuts time into panes, numbered …, -1, 0, 1, …: of one length, or of one length on the clock of a time zone.
struct Ruler {
  /// Numbers of panes stay below, so that they can be added.
  static let limit = Int64(1) << 61

  /// Length of a pane in nanoseconds; on the clock, where there is a zone.
  let length: Int64
  /// Where pane 0 begins, as far from the epoch.
  let origin: Int64
  let zone: TimeZoneClock?

  /// True when all panes are equally long.
  var isUniform: Bool { zone == nil }

  /// The pane that a time is in.
  func pane(of time: Int64) -> Int64 {
    guard let zone else { return number(Int128(time)) }
    var pane = number(Int128(time) + zone.offset(at: time))
    while time < start(of: pane) { pane -= 1 }
    while time >= start(of: pane + 1) {
      if start(of: pane + 1) == .max { break }
      pane += 1
    }
    return pane
  }

  /// When a pane begins; the least or greatest time where that cannot be said.
  func start(of pane: Int64) -> Int64 {
    let local = Int128(pane) * Int128(length) + Int128(origin)
    guard let zone else { return Int64(clamping: local) }
    return zone.instant(ofLocal: local)
  }

  private func number(_ time: Int128) -> Int64 {
    let (quotient, rest) = (time - Int128(origin)).quotientAndRemainder(dividingBy: Int128(length))
    let floor = rest < 0 ? quotient - 1 : quotient
    return Int64(min(max(floor, Int128(-Self.limit)), Int128(Self.limit)))
  }
}

/// The clock of a time zone.
final class TimeZoneClock {
  private let zone: OpaquePointer

  /// Nil when there is no zone of this name.
  init?(_ name: String) {
    var name = name
    let made = name.withUTF8 { utf8 in
      utf8.withMemoryRebound(to: CChar.self) { tide_zone_new($0.baseAddress, UInt64($0.count)) }
    }
    guard let made else { return nil }
    zone = made
  }

  deinit { tide_zone_free(zone) }

  /// The zone that was probably meant by a name that is none.
  static func nearest(to name: String) -> String? {
    var name = name
    let found = String(unsafeUninitializedCapacity: Int(TIDE_ZONE_NAME)) { into in
      into.withMemoryRebound(to: CChar.self) { into in
        name.withUTF8 { utf8 in
          utf8.withMemoryRebound(to: CChar.self) {
            Int(tide_zone_nearest($0.baseAddress, UInt64($0.count), into.baseAddress, UInt64(into.count)))
          }
        }
      }
    }
    return found.isEmpty ? nil : found
  }

  /// Nanoseconds that the clock is ahead of UTC.
  func offset(at time: Int64) -> Int128 {
    let (seconds, rest) = time.quotientAndRemainder(dividingBy: 1_000_000_000)
    return Int128(tide_zone_offset(zone, rest < 0 ? seconds - 1 : seconds)) * 1_000_000_000
  }

  /// The first instant at which the clock shows a time or, where it skips that, one after it.
  func instant(ofLocal local: Int128) -> Int64 {
    // An offset is less than a day: before and behind any change that matters.
    let day: Int128 = 86_400_000_000_000
    let early = offset(at: Int64(clamping: local - day)), late = offset(at: Int64(clamping: local + day))
    let before = Int64(clamping: local - early), after = Int64(clamping: local - late)
    // Under the old offset first: where the clock shows a time twice, that is the first time.
    if offset(at: before) == early { return before }
    if offset(at: after) == late { return after }
    // Skipped: the change itself, between the two, from which on the new offset holds.
    var (low, high) = (after, before)
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if offset(at: middle) == early { low = middle } else { high = middle }
    }
    return high
  }
}
