/// The timers of one instance in one time domain: the earliest first, each name once.
///
/// A binary heap that knows where each name stands, so that setting a timer anew moves it instead of leaving the old one behind.
struct TimerQueue {
  /// What tells timers of one domain apart.
  struct Name: Hashable {
    var group: UInt32
    var id: UInt64
  }

  struct Timer: Equatable, Comparable {
    /// Nanoseconds since the epoch, in the domain's time.
    var at: Int64
    var name: Name

    /// By time, then key group, then id: the order in which timers run.
    static func < (a: Timer, b: Timer) -> Bool {
      (a.at, a.name.group, a.name.id) < (b.at, b.name.group, b.name.id)
    }
  }

  private var heap: [Timer] = []
  private var places: [Name: Int] = [:]

  var count: Int { heap.count }
  /// Time of the earliest one; `Int64.max` when there is none.
  var earliest: Int64 { heap.first?.at ?? .max }
  /// Time of the latest one; nil when there is none.
  var latest: Int64? { heap.lazy.map(\.at).max() }

  func contains(_ name: Name) -> Bool { places[name] != nil }

  /// Sets a timer, in place of one of the same name; the greatest time cancels that one.
  mutating func set(_ timer: Timer) {
    if timer.at == .max {
      if let place = places[timer.name] { remove(at: place) }
    } else if let place = places[timer.name] {
      heap[place] = timer
      settle(place)
    } else {
      heap.append(timer)
      places[timer.name] = heap.count - 1
      settle(heap.count - 1)
    }
  }

  /// Takes the earliest timer when its time is at or before `time`.
  mutating func takeDue(at time: Int64) -> Timer? {
    guard let first = heap.first, first.at <= time else { return nil }
    remove(at: 0)
    return first
  }

  mutating func removeAll() {
    heap.removeAll()
    places.removeAll()
  }

  private mutating func remove(at place: Int) {
    places[heap[place].name] = nil
    let last = heap.removeLast()
    guard place < heap.count else { return }
    heap[place] = last
    settle(place)
  }

  /// Moves the timer at a place to where it belongs.
  private mutating func settle(_ start: Int) {
    let timer = heap[start]
    var place = start
    while place > 0, timer < heap[(place - 1) / 2] {
      put(heap[(place - 1) / 2], at: place)
      place = (place - 1) / 2
    }
    while true {
      var child = 2 * place + 1
      if child + 1 < heap.count, heap[child + 1] < heap[child] { child += 1 }
      guard child < heap.count, heap[child] < timer else { break }
      put(heap[child], at: place)
      place = child
    }
    put(timer, at: place)
  }

  private mutating func put(_ timer: Timer, at place: Int) {
    heap[place] = timer
    places[timer.name] = place
  }
}
