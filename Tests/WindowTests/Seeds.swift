import Glibc

/// Seeds of random cases: the same ones in every run, or those that the environment asks for.
///
/// `WINDOW_SEED=n` replays one case, `WINDOW_ROUNDS=n` goes on for so many.
enum Seeds {
  static func of(_ first: UInt64, _ count: UInt64) -> [UInt64] {
    if let one = variable("WINDOW_SEED") { return [one] }
    return Array(first..<first + (variable("WINDOW_ROUNDS") ?? count))
  }

  private static func variable(_ name: String) -> UInt64? { getenv(name).flatMap { UInt64(String(cString: $0)) } }
}
