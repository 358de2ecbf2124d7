import Glibc
import PluginKit

/// The clients that are connected, each in a slot that another may take after it, and whose turn it is.
struct ClientTable {
  /// The most clients.
  let limit: Int
  private let sendsFrames: Bool
  private var slots: [Client?] = []
  private var count = 0
  private var turn = 0
  /// What poll(2) last said of each slot.
  private var watched: [pollfd] = []

  init(limit: Int, sendsFrames: Bool) {
    self.limit = limit
    self.sendsFrames = sendsFrames
  }

  var isEmpty: Bool { count == 0 }
  /// When the client was last heard that has been silent longest.
  var oldest: Int64? { slots.lazy.compactMap { $0?.heardAt }.min() }
  var interests: [DescriptorWatch.Interest] { slots.compactMap { $0?.interest } }

  /// Nil when there is no room.
  mutating func add(_ socket: Socket, _ address: String, now: Int64) -> Client? {
    guard count < limit else { return nil }
    let slot = slots.firstIndex { $0 == nil } ?? slots.count
    let client = Client(socket, address, slot: slot, now: now, sendsFrames: sendsFrames)
    if slot == slots.count { slots.append(client) } else { slots[slot] = client }
    count += 1
    return client
  }

  mutating func remove(_ client: Client) {
    slots[client.slot] = nil
    count -= 1
  }

  mutating func removeAll() {
    slots = []
    count = 0
  }

  /// Asks for all clients at once what can be read.
  mutating func look() {
    watched = slots.map { client in
      guard let interest = client?.interest else { return pollfd(fd: -1, events: 0, revents: 0) }
      return pollfd(fd: interest.descriptor, events: interest.events, revents: 0)
    }
    if poll(&watched, nfds_t(watched.count), 0) < 0 { watched = [] }
  }

  func isReady(_ client: Client) -> Bool {
    client.hasRecords || !watched.indices.contains(client.slot) || watched[client.slot].revents != 0
  }

  /// All clients, beginning with the one whose turn it is.
  func inTurn() -> [Client] {
    guard !slots.isEmpty else { return [] }
    return slots.indices.compactMap { slots[($0 + turn) % slots.count] }
  }

  mutating func beginNextTurn(at client: Client) { turn = client.slot }
  mutating func beginNextTurn(behind client: Client) { turn = slots.isEmpty ? 0 : (client.slot + 1) % slots.count }
}
