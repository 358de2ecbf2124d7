import FoundationEssentials
import Glibc

/// Standard input, for what is piped in.
public enum StandardInput {
  /// Everything up to the end, `limit` bytes at most.
  public static func readAll(limit: Int) -> Data {
    var data = Data()
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while data.count < limit {
      let count = Glibc.read(0, &chunk, min(chunk.count, limit - data.count))
      if count <= 0 { break }
      data.append(contentsOf: chunk[0..<count])
    }
    return data
  }
}
