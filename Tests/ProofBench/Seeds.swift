import Glibc

/// Seeds of random cases: the same ones in every run, or those that the environment asks for.
///
/// `SEED=n` replays one case, `ROUNDS=n` goes on for so many.
package enum Seeds {
  package static func of(_ first: UInt64, _ count: UInt64) -> [UInt64] {
    if let one = variable("SEED") { return [one] }
    return Array(first..<first + (variable("ROUNDS") ?? count))
  }

  private static func variable(_ name: String) -> UInt64? { getenv(name).flatMap { UInt64(String(cString: $0)) } }
}
