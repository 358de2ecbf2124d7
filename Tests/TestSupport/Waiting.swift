import Glibc

/// Repeats a step until a condition holds; false when the time is up before.
public func repeats(limitSeconds: Int = 20, _ step: () throws -> Void, until condition: () -> Bool) rethrows -> Bool {
  let deadline = Clock.milliseconds + limitSeconds * 1000
  while true {
    try step()
    if condition() { return true }
    if Clock.milliseconds > deadline { return false }
    usleep(200)
  }
}
