import TestSupport

/// What may become of a saved state on its way.
enum StateDamage {
  /// One byte, or the length, of what one key group has saved is another one.
  static func one(of groups: inout [UInt32: [UInt8]], _ random: inout SplitMix) {
    let all = groups.keys.sorted()
    let group = all[random.below(all.count)]
    guard var bytes = groups[group], !bytes.isEmpty else { return }
    switch random.below(4) {
    case 0: bytes.removeLast(1 + random.below(bytes.count))
    case 1: bytes.append(UInt8(random.below(256)))
    default: bytes[random.below(bytes.count)] ^= 1 << UInt8(random.below(8))
    }
    groups[group] = bytes
  }
}
