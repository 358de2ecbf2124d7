import Glibc

/// Time that a call takes, without the time for which the thread could have run and the machine had no processor for it.
struct Stopwatch {
  private let begin: Int64
  private let delayed: Int64

  init() {
    begin = Self.monotonic()
    delayed = Self.runDelay()
  }

  var milliseconds: Int { Int((Self.monotonic() - begin - (Self.runDelay() - delayed)) / 1_000_000) }

  private static func monotonic() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  /// Nanoseconds that the thread has waited for a processor; 0 where the kernel does not say.
  private static func runDelay() -> Int64 {
    guard let file = fopen("/proc/thread-self/schedstat", "re") else { return 0 }
    defer { fclose(file) }
    var line = [UInt8](repeating: 0, count: 128)
    let length = fread(&line, 1, line.count, file)
    let words = String(decoding: line[..<length], as: UTF8.self).split(separator: " ")
    return words.count > 1 ? Int64(words[1]) ?? 0 : 0
  }
}
