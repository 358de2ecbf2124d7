import Glibc

/// One end of a TCP connection on this machine, for tests: every wait has a limit.
public final class TcpEnd {
  public struct Failure: Error, CustomStringConvertible {
    public let description: String
  }

  private var descriptor: Int32
  /// Everything that was read so far.
  public private(set) var received: [UInt8] = []
  /// The other end has closed.
  public private(set) var hasEnded = false

  public var receivedText: String { String(decoding: received, as: UTF8.self) }

  fileprivate init(_ descriptor: Int32) {
    self.descriptor = descriptor
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  }

  /// Connects to a port of this machine.
  public init(port: UInt16) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard LoopbackAddress.use(port, { connect(descriptor, $0, $1) }) == 0 else {
      throw Failure(description: "cannot connect to port \(port): \(String(cString: strerror(errno)))")
    }
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
  }

  deinit { close() }

  /// Sends as much as is taken at once, and tells how many bytes.
  public func offer(_ bytes: [UInt8]) -> Int {
    var done = 0
    while done < bytes.count {
      let count = bytes[done...].withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      if count <= 0 { break }
      done += count
    }
    return done
  }

  /// Sends a text that fits the buffers of the system.
  public func send(_ text: String) throws {
    let bytes = Array(text.utf8)
    guard offer(bytes) == bytes.count else { throw Failure(description: "the other end did not take \(bytes.count) bytes") }
  }

  /// Reads what is there now.
  @discardableResult
  public func read(limit: Int = .max) -> Int {
    var chunk = [UInt8](repeating: 0, count: min(64 << 10, limit))
    var total = 0
    while total < limit {
      let count = Glibc.recv(descriptor, &chunk, min(chunk.count, limit - total), 0)
      if count > 0 {
        received += chunk[..<count]
        total += count
      } else {
        if count == 0 || (errno != EAGAIN && errno != EINTR) { hasEnded = true }
        break
      }
    }
    return total
  }

  public func forget() { received = [] }

  /// Tells the other end that nothing follows.
  public func endWriting() { shutdown(descriptor, Int32(SHUT_WR)) }

  public func close() {
    if descriptor >= 0 { _ = Glibc.close(descriptor) }
    descriptor = -1
  }

  /// Breaks the connection: the other end meets an error in place of an end.
  public func reset() {
    var option = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    close()
  }
}

/// A port of this machine at which nobody listens; while this is kept, it is given to nobody who asks for any free one.
public final class TcpPort {
  private let descriptor: Int32
  public private(set) var number: UInt16 = 0

  public init() throws {
    let descriptor = LoopbackAddress.socket()
    self.descriptor = descriptor
    guard LoopbackAddress.use(0, { bind(descriptor, $0, $1) }) == 0 else {
      throw TcpEnd.Failure(description: "no port is free: \(String(cString: strerror(errno)))")
    }
    number = LoopbackAddress.port(of: descriptor)
  }

  deinit { _ = Glibc.close(descriptor) }
}

/// Listens at a port of this machine.
public final class TcpListener {
  private var descriptor: Int32
  public private(set) var port: UInt16

  /// - Parameters:
  ///   - port: 0 for any that is free.
  ///   - receiveBytes: size of the clients' receive buffers; nil leaves it to the system.
  public init(port: UInt16 = 0, receiveBytes: Int32? = nil) throws {
    let descriptor = LoopbackAddress.socket()
    self.descriptor = descriptor
    self.port = 0
    if var receiveBytes {
      setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBytes, socklen_t(MemoryLayout<Int32>.size))
    }
    guard LoopbackAddress.use(port, { bind(descriptor, $0, $1) }) == 0, listen(descriptor, 16) == 0 else {
      throw TcpEnd.Failure(description: "cannot listen at port \(port): \(String(cString: strerror(errno)))")
    }
    self.port = LoopbackAddress.port(of: descriptor)
  }

  deinit { close() }

  /// Takes a client that waits, nil when there is none.
  public func accept() -> TcpEnd? {
    let number = Glibc.accept(descriptor, nil, nil)
    return number < 0 ? nil : TcpEnd(number)
  }

  public func close() {
    if descriptor >= 0 { _ = Glibc.close(descriptor) }
    descriptor = -1
  }
}

private enum LoopbackAddress {
  /// Non-blocking, and ready to share a port with one that does not listen.
  static func socket() -> Int32 {
    let made = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    var yes: Int32 = 1
    setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    return made
  }

  static func use(_ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return withUnsafeBytes(of: &address) {
      body($0.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t($0.count))
    }
  }

  static func port(of descriptor: Int32) -> UInt16 {
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    _ = withUnsafeMutableBytes(of: &address) {
      getsockname(descriptor, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self), &length)
    }
    return UInt16(bigEndian: address.sin_port)
  }
}
