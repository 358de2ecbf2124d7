import Glibc
import PluginKit

/// A host and a port as options write them: `127.0.0.1:9000`, `[::1]:9000`, `collector.example:9000`, `:9000` for this machine.
struct Endpoint: Sendable {
  /// What stands for a host that is left out: this machine and nobody else.
  static let loopback = "127.0.0.1"

  let host: String
  let port: UInt16

  /// Reads an option of this name.
  init(_ text: String, option: String) throws {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
      throw PluginError.config("'\(text)' has no port from 0 to 65535; write it as in 127.0.0.1:9000", at: option)
    }
    var host = String(text[..<colon])
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = String(host.dropFirst().dropLast())
    } else if host.contains(":") {
      throw PluginError.config("'\(text)' is ambiguous; write an IPv6 address in brackets, as in [::1]:9000", at: option)
    }
    self.host = host.isEmpty ? Self.loopback : host
    self.port = port
  }

  var text: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

  /// The addresses that the host's name stands for. May ask a name server, and wait for it.
  ///
  /// - Returns: at least one address, or why there is none, and whether it is worth to ask again.
  func resolve() -> Result<[SocketAddress], Unresolved> {
    var hints = addrinfo()
    hints.ai_family = AF_UNSPEC
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_NUMERICSERV
    var list: UnsafeMutablePointer<addrinfo>?
    let status = getaddrinfo(host, String(port), &hints, &list)
    guard status == 0 else {
      return .failure(Unresolved(text: "\(text): \(String(cString: gai_strerror(status)))", mayPass: status == EAI_AGAIN))
    }
    defer { freeaddrinfo(list) }
    var found: [SocketAddress] = []
    var next = list
    while let entry = next?.pointee {
      found.append(SocketAddress(entry.ai_addr, entry.ai_addrlen))
      next = entry.ai_next
    }
    return .success(found)
  }

  struct Unresolved: Error {
    let text: String
    let mayPass: Bool
  }
}

/// An address of the socket interface, of any family.
struct SocketAddress: Sendable {
  private let bytes: [UInt8]

  init(_ address: UnsafePointer<sockaddr>, _ length: socklen_t) {
    bytes = Array(UnsafeRawBufferPointer(start: address, count: Int(length)))
  }

  var family: Int32 { withPointer { address, _ in Int32(address.pointee.sa_family) } }

  func withPointer<R>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
    bytes.withUnsafeBytes { body($0.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t($0.count)) }
  }

  /// `127.0.0.1:9000`, `[::1]:9000`.
  var text: String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { host in
      withUnsafeTemporaryAllocation(of: CChar.self, capacity: 16) { port in
        let status = withPointer {
          getnameinfo(
            $0, $1, host.baseAddress, socklen_t(host.count), port.baseAddress, socklen_t(port.count),
            Int32(NI_NUMERICHOST) | Int32(NI_NUMERICSERV))
        }
        guard status == 0 else { return "an unknown address" }
        let name = String(cString: host.baseAddress!)
        return (name.contains(":") ? "[\(name)]" : name) + ":" + String(cString: port.baseAddress!)
      }
    }
  }
}
