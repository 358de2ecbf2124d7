import Glibc

/// Runs a piece of work on a thread of its own, as a host's data threads are, and waits for it.
enum WorkerThread {
  private final class Work: @unchecked Sendable {
    let body: () throws -> Void
    var failure: (any Error)?
    init(_ body: @escaping () throws -> Void) { self.body = body }
  }

  /// Runs all pieces side by side; throws what the first one that failed threw.
  static func run(_ pieces: [() throws -> Void]) throws {
    let works = pieces.map { Work($0) }
    var threads: [pthread_t] = []
    for work in works {
      var thread = pthread_t()
      let status = pthread_create(
        &thread, nil,
        { context in
          let work = Unmanaged<Work>.fromOpaque(context!).takeUnretainedValue()
          do { try work.body() } catch { work.failure = error }
          return nil
        }, Unmanaged.passUnretained(work).toOpaque())
      guard status == 0 else { throw CaseEnd.skipped("no thread could be started") }
      threads.append(thread)
    }
    for thread in threads { pthread_join(thread, nil) }
    if let failure = works.lazy.compactMap(\.failure).first { throw failure }
  }

  static func run<T>(_ body: () throws -> T) throws -> T {
    var result: T?
    try withoutActuallyEscaping(body) { body in
      try run([{ result = try body() }])
    }
    return result!
  }
}
