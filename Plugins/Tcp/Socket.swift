import Glibc
import PluginKit

/// A non-blocking TCP socket, closed when the last reference goes.
final class Socket {
  /// What one read or write came to.
  enum Transfer {
    case bytes(Int)
    /// Nothing can be moved now.
    case wait
    /// The other end sends no more (reads alone).
    case end
    /// The connection is gone, with the reason.
    case broken(String)
  }

  let descriptor: Int32
  /// Why `connect` failed without waiting; 0 when it did not.
  private var failedAtOnce: Int32 = 0

  private init(_ descriptor: Int32) { self.descriptor = descriptor }

  deinit { Glibc.close(descriptor) }

  private static func make(family: Int32) throws -> Socket {
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    let number = socket(family, kind, 0)
    guard number >= 0 else { throw PluginError.fatal("no socket: \(errnoText(errno))") }
    return Socket(number)
  }

  // MARK: Listening

  /// Waits for clients at an address.
  static func listening(at address: SocketAddress) throws -> Socket {
    let socket = try make(family: address.family)
    socket.set(SOL_SOCKET, SO_REUSEADDR, 1)
    let isBound = address.withPointer { bind(socket.descriptor, $0, $1) } == 0
    guard isBound, listen(socket.descriptor, 128) == 0 else {
      switch errno {
      case EADDRINUSE:
        throw PluginError.fatal("\(address.text): another program listens there; choose another port, or 0 for any")
      case EADDRNOTAVAIL: throw PluginError.fatal("\(address.text): is no address of this machine")
      case EACCES: throw PluginError.fatal("\(address.text): this user may not listen there; choose a port of 1024 or more")
      default: throw PluginError.fatal("\(address.text): cannot be listened at: \(errnoText(errno))")
      }
    }
    return socket
  }

  /// Where it listens: the port that was chosen when none was named.
  var localAddress: SocketAddress? { address { getsockname(descriptor, $0, $1) } }

  enum Accepted {
    case client(Socket, SocketAddress)
    /// Nobody waits.
    case none
    /// None can be taken now, with the reason.
    case failed(String)
  }

  /// Takes a client that waits.
  func accept() -> Accepted {
    while true {
      var accepted: Int32 = -1
      let address = address {
        accepted = Glibc.accept(descriptor, $0, $1)
        return accepted < 0 ? -1 : 0
      }
      if accepted >= 0, let address {
        _ = fcntl(accepted, F_SETFD, FD_CLOEXEC)
        _ = fcntl(accepted, F_SETFL, O_NONBLOCK)
        return .client(Socket(accepted), address)
      }
      switch errno {
      case EAGAIN: return .none
      // The client is gone again, or the network said so (accept(2)).
      case EINTR, ECONNABORTED, EPROTO, ENETDOWN, EHOSTUNREACH, ENETUNREACH: continue
      default: return .failed(errnoText(errno))
      }
    }
  }

  private func address(_ ask: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32) -> SocketAddress? {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    return withUnsafeMutableBytes(of: &storage) { bytes in
      let base = bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self)
      guard ask(base, &length) == 0 else { return nil }
      return SocketAddress(base, min(length, socklen_t(bytes.count)))
    }
  }

  // MARK: Connecting

  /// Begins to connect; `outcome` tells what came of it once the socket is writable.
  static func connecting(to address: SocketAddress) throws -> Socket {
    let socket = try make(family: address.family)
    if address.withPointer({ connect(socket.descriptor, $0, $1) }) != 0, errno != EINPROGRESS { socket.failedAtOnce = errno }
    return socket
  }

  /// Nil: connected. Else why not.
  var outcome: String? {
    var error = failedAtOnce
    if error != 0 { return errnoText(error) }
    var length = socklen_t(MemoryLayout<Int32>.size)
    guard getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length) == 0 else { return errnoText(errno) }
    if error != 0 { return errnoText(error) }
    return address({ getpeername(descriptor, $0, $1) }) == nil ? errnoText(errno) : nil
  }

  /// True when the events can be done now.
  func isReady(for events: Int32) -> Bool {
    if failedAtOnce != 0 { return true }
    var watched = pollfd(fd: descriptor, events: Int16(truncatingIfNeeded: events), revents: 0)
    return poll(&watched, 1, 0) > 0
  }

  // MARK: Connected

  /// Finds out when the other machine is gone without a word: after `idle`, three probes ten seconds apart.
  func keepAlive(after idle: Duration) {
    set(SOL_SOCKET, SO_KEEPALIVE, 1)
    set(Int32(IPPROTO_TCP), TCP_KEEPIDLE, Int32(clamping: max(1, idle.wholeNanoseconds / 1_000_000_000)))
    set(Int32(IPPROTO_TCP), TCP_KEEPINTVL, 10)
    set(Int32(IPPROTO_TCP), TCP_KEEPCNT, 3)
  }

  /// Sends small writes at once: who writes has collected them already.
  func sendAtOnce() { set(Int32(IPPROTO_TCP), TCP_NODELAY, 1) }

  func read(into bytes: UnsafeMutableRawBufferPointer) -> Transfer {
    while true {
      let count = recv(descriptor, bytes.baseAddress, bytes.count, 0)
      if count > 0 { return .bytes(count) }
      if count == 0 { return .end }
      switch errno {
      case EINTR: continue
      case EAGAIN: return .wait
      default: return .broken(errnoText(errno))
      }
    }
  }

  func write(_ bytes: UnsafeRawBufferPointer) -> Transfer {
    while true {
      let count = send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
      if count >= 0 { return .bytes(count) }
      switch errno {
      case EINTR: continue
      case EAGAIN: return .wait
      default: return .broken(errnoText(errno))
      }
    }
  }

  /// Tells the other end that nothing follows.
  func endWriting() { shutdown(descriptor, Int32(SHUT_WR)) }

  private func set(_ level: Int32, _ name: Int32, _ value: Int32) {
    var value = value
    setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
  }
}
